"""Constraints and objectives are read as they are documented, and refused with a remedy."""

import pytest

from bakeoff.server.errors import ExpressionError, UnknownFigureError
from bakeoff.server.selection import (
    Constraint,
    Extras,
    Objective,
    Relation,
    known_figures,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_figure,
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
        (
            "accuracy>=",
            "expected a finite number such as 0.85, or baseline, at character 11; got the end",
        ),
        (
            "accuracy>=good",
            'expected a finite number such as 0.85, or baseline, at character 11; got "good"',
        ),
        (
            "accuracy>=1e999",
            'expected a finite number such as 0.85, or baseline, at character 11; got "1e999"',
        ),
        ("accuracy@>=1", 'expected a scenario such as single-stream at character 10; got ">=1"'),
        ("accuracy>=1 % 2", 'expected a unit, x baseline or the end at character 15; got "2"'),
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

    expected = (
        "latency_p99_ms needs the scenario single-stream, multi-stream, server or soak among those "
        "to measure"
    )
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


SERVERS = ["single-stream", "server:qps=50", "server:qps=50,batch=8,delay=5ms"]


@pytest.mark.parametrize(
    ("text", "scenario", "bound"),
    [
        ("latency_p99_ms@single-stream<=20", "single-stream", 20.0),
        ("latency_p99_ms@server:qps=50<=20", "server:qps=50", 20.0),
        (
            "latency_p99_ms@server:qps=50,batch=8,delay=5ms <= 0.02s",
            "server:qps=50,batch=8,delay=5ms",
            20.0,
        ),
        ("latency_p99_ms@server:batch=8<20ms", "server:qps=50,batch=8,delay=5ms", 20.0),
    ],
)
def test_a_scenario_is_named_by_its_id_or_by_what_tells_it_from_the_others(
    text: str, scenario: str, bound: float
) -> None:
    resolved = resolve_constraint(parse_constraint(text), known_figures([], SERVERS))

    assert (scenario, bound) == (resolved.scenario, resolved.bound)


@pytest.mark.parametrize(
    ("scenario", "key"),
    [
        ("server:qps=50", "latency_p99_ms@server"),
        ("multi-stream:n=8,threads=2", "latency_p99_ms@multi-stream"),
        ("peak-load:p99.9=20ms", "lateness_p99_ms@peak-load"),
        ("server:qps=1e+10", "latency_p99_ms@server:qps=1e+10"),
        ("server:trace=1f2e3d4c", "latency_p99_ms@server:trace=1f2e3d4c"),
    ],
)
def test_a_kind_alone_will_do_where_one_of_it_is_measured(scenario: str, key: str) -> None:
    known = known_figures([], ["offline", scenario])

    assert scenario == resolve_constraint(parse_constraint(f"{key}<=1"), known).scenario
    assert scenario == resolve_objective(parse_objective(f"min:{key}"), known).scenario


def test_a_kind_of_which_several_are_measured_does_not_tell() -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_constraint(parse_constraint("latency_p99_ms@server<=5"), known_figures([], SERVERS))

    expected = (
        "write latency_p99_ms@server:qps=50 or latency_p99_ms@server:qps=50,batch=8,delay=5ms"
    )
    assert caught.value.message.endswith(expected)


def test_settings_that_no_scenario_has_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownFigureError) as caught:
        resolve_constraint(
            parse_constraint("latency_p99_ms@server:qps=5<=5"), known_figures([], ["server:qps=50"])
        )

    expected = 'not found in "server:qps=5"; write latency_p99_ms@server:qps=50'
    assert caught.value.message.endswith(expected)


@pytest.mark.parametrize(
    ("text", "scenario"),
    [
        ("max:peak_qps", "peak-load:p99=20ms"),
        ("min:traffic_latency_p99_ms@single-stream", "single-stream"),
        ("min:cost_per_million_usd@peak-load", "peak-load:p99=20ms"),
        ("min:replica_count@offline", "offline"),
        ("min:joules_per_sample@offline", "offline"),
        ("min:leak_mib_per_h", "soak"),
    ],
)
def test_figures_of_every_scenario_may_be_named(text: str, scenario: str) -> None:
    scenarios = ["offline", "single-stream", "peak-load:p99=20ms", "soak"]
    known = known_figures([], scenarios, Extras(traffic=True, price=True, wanted_load=True))

    assert scenario == resolve_objective(parse_objective(text), known).scenario


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("min:traffic_latency_p99_ms", "the lengths of your traffic and the scenario single"),
        ("min:cost_per_million_usd", "the price of the target and the scenario offline"),
        ("min:replica_count", "the load that is wanted and the scenario offline"),
    ],
)
def test_a_figure_that_needs_more_than_a_scenario_says_what(text: str, needed: str) -> None:
    with pytest.raises(UnknownFigureError) as caught:
        resolve_objective(parse_objective(text), KNOWN)

    assert f" needs {needed}" in caught.value.message


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("cost_per_million_usd@offline<=3 $", 3.0),
        ("joules_per_sample@offline<=20mJ", 0.02),
        ("leak_kib_per_1000_queries@soak<=1MiB", 1024.0),
        ("leak_mib_per_h@soak<=1GiB/h", 1024.0),
    ],
)
def test_bounds_of_new_units_are_converted(text: str, bound: float) -> None:
    known = known_figures([], ["offline", "soak"], Extras(price=True))

    assert pytest.approx(bound) == resolve_constraint(parse_constraint(text), known).bound


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
        ("max:accuracy now", 'expected +, -, within or the end at character 14; got "now"'),
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


@pytest.mark.parametrize(
    ("text", "operator", "bound", "relation"),
    [
        ("accuracy >= baseline - 0.5pt", ">=", -0.005, Relation.DIFFERENCE),
        ("accuracy>=baseline-0.5pt", ">=", -0.005, Relation.DIFFERENCE),
        ("accuracy >= baseline - 0.005", ">=", -0.005, Relation.DIFFERENCE),
        ("accuracy > baseline", ">", 0.0, Relation.DIFFERENCE),
        ("latency_p99_ms <= baseline + 2ms", "<=", 2.0, Relation.DIFFERENCE),
        ("latency_p99_ms <= baseline + 0.002s", "<=", 2.0, Relation.DIFFERENCE),
        ("log_loss <= 1.2 x baseline", "<=", 1.2, Relation.RATIO),
        ("log_loss <= 1.2x baseline", "<=", 1.2, Relation.RATIO),
        ("log_loss <= 1.2*baseline", "<=", 1.2, Relation.RATIO),
        ("log_loss <= 1.2 \u00d7 baseline", "<=", 1.2, Relation.RATIO),
        ("latency_p99_ms@single-stream <= 0.9 x baseline", "<=", 0.9, Relation.RATIO),
    ],
)
def test_a_bound_may_be_set_against_the_baseline(
    text: str, operator: str, bound: float, relation: Relation
) -> None:
    found = resolve_constraint(parse_constraint(text), KNOWN)

    assert (operator, relation, "") == (found.operator, found.relation, found.unit)
    assert pytest.approx(bound) == found.bound


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy >= baseline 1", 'expected +, - or the end at character 22; got "1"'),
        ("accuracy >= baseline -", "expected a finite number such as 0.01 at character 23"),
        ("accuracy >= 1.2 x", 'accuracy takes % or no unit; got "x"'),
        ("accuracy >= 1 x baseline now", 'expected the end at character 26; got "now"'),
        ("accuracy >= baselines", "expected a finite number such as 0.85, or baseline, at"),
        ("accuracy >= 0 x baseline", "the baseline is multiplied by a number above 0; got 0"),
        ("accuracy >= baseline - 1ms", 'accuracy takes pt or no unit; got "ms"'),
        (
            "accuracy >= baseline - 5%",
            'write "5pt" for points or "0.95 x baseline" for a share',
        ),
        ("latency_p99_ms <= baseline + 10%", 'is written "1.1 x baseline"; got "%"'),
    ],
)
def test_a_relative_bound_that_may_be_misread_is_refused_with_a_remedy(
    text: str, message: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve_constraint(parse_constraint(text), KNOWN)

    assert message in caught.value.message


def test_a_figure_of_the_frontier_is_named_as_in_a_constraint() -> None:
    assert "latency_p99_ms@single-stream" == resolve_figure("latency_p99_ms", KNOWN).key
    with pytest.raises(UnknownFigureError):
        resolve_figure("zzz", KNOWN)
    with pytest.raises(ExpressionError):
        resolve_figure("accuracy>=1", KNOWN)
