"""Constraints and objectives are read as they are documented, and refused with a remedy."""

import pytest

from bakeoff.server.errors import ExpressionError, UnknownFigureError
from bakeoff.server.selection import (
    Constraint,
    Objective,
    known_figures,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_objective,
)
from bakeoff.server.types import Direction

KNOWN = known_figures(["accuracy", "f1.macro", "log_loss"], ["offline", "single-stream"])


@pytest.mark.parametrize(
    ("text", "figure_id", "scenario", "operator", "bound"),
    [
        ("accuracy>=0.85", "accuracy", "", ">=", 0.85),
        (" accuracy  >= .85 ", "accuracy", "", ">=", 0.85),
        ("f1.macro>0.8", "f1.macro", "", ">", 0.8),
        ("log_loss<1e-1", "log_loss", "", "<", 0.1),
        ("latency_p99_ms@single-stream<=20", "latency_p99_ms", "single-stream", "<=", 20.0),
        ("latency_p99_9_ms<=20", "latency_p99_9_ms", "single-stream", "<=", 20.0),
        ("host_peak_mib<=512", "host_peak_mib", "", "<=", 512.0),
    ],
)
def test_a_constraint_is_read_with_its_scenario_filled_in(
    text: str, figure_id: str, scenario: str, operator: str, bound: float
) -> None:
    expected = Constraint(text, figure_id, scenario, operator, bound)

    assert expected == resolve_constraint(parse_constraint(text), KNOWN)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("accuracy>=85%", 0.85),
        ("latency_p99_ms<=20ms", 20.0),
        ("latency_p99_ms<=20 ms", 20.0),
        ("latency_p99_ms<=0.02s", 20.0),
        ("latency_p99_ms<=1500us", 1.5),
        ("host_peak_mib<=1.5GiB", 1536.0),
        ("bundle_mib<=1MB", 1e6 / 2**20),
        ("throughput_per_s@offline>=400/s", 400.0),
    ],
)
def test_a_bound_is_converted_to_the_unit_of_its_figure(text: str, bound: float) -> None:
    resolved = resolve_constraint(parse_constraint(text), KNOWN)

    assert pytest.approx(bound) == resolved.bound
    assert "" == resolved.unit


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the id of a figure such as accuracy at character 1; got the end"),
        (">=0.85", 'expected the id of a figure such as accuracy at character 1; got ">=0.85"'),
        ("accuracy", "expected one of <=, <, >= or > at character 9; got the end"),
        ("accuracy==0.85", 'expected one of <=, <, >= or > at character 9; got "==0.85"'),
        ("accuracy=>0.85", 'expected one of <=, <, >= or > at character 9; got "=>0.85"'),
        ("accuracy>=", "expected a finite number such as 0.85 at character 11; got the end"),
        ("accuracy>=good", 'expected a finite number such as 0.85 at character 11; got "good"'),
        ("accuracy>=1e999", 'expected a finite number such as 0.85 at character 11; got "1e999"'),
        ("accuracy@>=1", 'expected a scenario such as single-stream at character 10; got ">=1"'),
        ("accuracy>=1 % 2", 'expected a unit or the end at character 15; got "2"'),
    ],
)
def test_a_malformed_constraint_is_refused_at_its_position(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_constraint(text)

    assert f'constraint "{text}": {message}' == caught.value.message


def test_a_unit_that_does_not_convert_is_refused_with_those_that_do() -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_constraint(parse_constraint("latency_p99_ms<=5MB"), KNOWN)

    expected = (
        'constraint "latency_p99_ms<=5MB": latency_p99_ms takes one of us, µs, ms or s, or none; '
        'got "MB"'
    )
    assert expected == caught.value.message


def test_a_misspelt_figure_is_refused_with_a_close_match() -> None:
    with pytest.raises(UnknownFigureError) as caught:
        resolve_constraint(parse_constraint("accuarcy>=0.85"), KNOWN)

    assert 'finds no "accuarcy"; did you mean accuracy?' in caught.value.message


def test_a_figure_like_no_other_is_refused_with_all_that_there_are() -> None:
    with pytest.raises(UnknownFigureError) as caught:
        resolve_objective(parse_objective("max:zzz"), KNOWN)

    assert "it finds accuracy, f1.macro, log_loss, throughput_per_s" in caught.value.message


def test_a_figure_of_a_scenario_that_is_not_measured_names_the_scenario() -> None:
    only_quality = known_figures(["accuracy"], [])

    with pytest.raises(UnknownFigureError) as caught:
        resolve_constraint(parse_constraint("latency_p99_ms<=5"), only_quality)

    expected = "latency_p99_ms needs the scenario single-stream among those to measure"
    assert caught.value.message.endswith(expected)


def test_a_figure_of_several_scenarios_must_name_one() -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_constraint(parse_constraint("throughput_per_s>=5"), KNOWN)

    expected = "write throughput_per_s@offline or throughput_per_s@single-stream"
    assert caught.value.message.endswith(expected)


def test_a_figure_asked_of_the_wrong_scenario_names_the_right_one() -> None:
    with pytest.raises(UnknownFigureError) as caught:
        resolve_constraint(parse_constraint("latency_p99_ms@offline<=5"), KNOWN)

    assert caught.value.message.endswith("write latency_p99_ms@single-stream")


def test_one_scenario_alone_need_not_be_named() -> None:
    only_offline = known_figures(["accuracy"], ["offline"])

    resolved = resolve_constraint(parse_constraint("throughput_per_s>=5"), only_offline)

    assert "throughput_per_s@offline" == resolved.key


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("max:accuracy", ("accuracy", "", Direction.HIGHER_IS_BETTER)),
        (" min : log_loss ", ("log_loss", "", Direction.LOWER_IS_BETTER)),
        (
            "min:latency_p99_ms",
            ("latency_p99_ms", "single-stream", Direction.LOWER_IS_BETTER),
        ),
    ],
)
def test_an_objective_is_read_with_its_scenario_filled_in(
    text: str, objective: tuple[str, str, Direction]
) -> None:
    assert Objective(text, *objective) == resolve_objective(parse_objective(text), KNOWN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy", 'expected max: or min: at character 1; got "accuracy"'),
        ("best:accuracy", 'expected max: or min: at character 1; got "best:accuracy"'),
        ("max:", "expected the id of a figure such as accuracy at character 5; got the end"),
        ("max:accuracy now", 'expected the end at character 14; got "now"'),
    ],
)
def test_a_malformed_objective_is_refused_at_its_position(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_objective(text)

    assert f'objective "{text}": {message}' == caught.value.message


def test_an_objective_that_asks_for_the_worse_is_refused() -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_objective(parse_objective("max:log_loss"), KNOWN)

    assert caught.value.message.endswith("log_loss is better when it is lower; write min:log_loss")
