"""A bound that asks for the worse, or that no value can reach, is refused before anything runs."""

import pytest

from bakeoff.server.errors import ExpressionError
from bakeoff.server.selection import known_figures, parse_constraint, resolve_constraint

_KNOWN = known_figures(
    ["accuracy", "error_rate", "log_loss", "mcc"], ["offline", "single-stream", "server:qps=50"]
)


def _refused(text: str) -> str:
    with pytest.raises(ExpressionError) as refused:
        resolve_constraint(parse_constraint(text), _KNOWN)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "better", "instead"),
    [
        ("latency_p99_ms@server >= 20", "lower", "latency_p99_ms@server <= 20"),
        ("latency_p99_ms@server > 0.02s", "lower", "latency_p99_ms@server < 0.02s"),
        ("accuracy <= 0.5", "higher", "accuracy >= 0.5"),
        ("accuracy < 50%", "higher", "accuracy > 50%"),
        ("mcc <= -0.5", "higher", "mcc >= -0.5"),
        ("accuracy <= baseline", "higher", "accuracy >= baseline"),
        ("accuracy <= baseline - 1pt", "higher", "accuracy >= baseline - 1pt"),
        ("error_rate > baseline + 0.01", "lower", "error_rate < baseline + 0.01"),
        ("log_loss >= 1.2 x baseline", "lower", "log_loss <= 1.2 x baseline"),
        (
            "accuracy{slice=length > 200} < 0.8",
            "higher",
            "accuracy{slice=length > 200} > 0.8",
        ),
    ],
)
def test_a_bound_that_asks_for_the_worse_is_refused_with_the_one_that_may_be_meant(
    text: str, better: str, instead: str
) -> None:
    figure_id = instead.partition(" ")[0].partition("@")[0].partition("{")[0]
    expected = f"{figure_id} is better when it is {better}; write {instead}"
    assert f'constraint "{text}": {expected}' == _refused(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("accuracy >= 80", "accuracy is a number from 0 to 1; got 80; write 80% or 0.8"),
        ("accuracy >= 99.5", "accuracy is a number from 0 to 1; got 99.5; write 99.5% or 0.995"),
        ("accuracy >= 8000%", "accuracy is a number from 0 to 1; got 80"),
        ("accuracy >= -0.1", "accuracy is a number from 0 to 1; got -0.1"),
        ("error_rate <= 5", "error_rate is a number from 0 to 1; got 5; write 5% or 0.05"),
        ("mcc >= 80", "mcc is a number from -1 to 1; got 80; write 80% or 0.8"),
        ("mcc >= -1.5", "mcc is a number from -1 to 1; got -1.5"),
        (
            "padding_share@offline <= 20",
            "padding_share is a number from 0 to 1; got 20; write 20% or 0.2",
        ),
        (
            "accuracy >= baseline - 1",
            "accuracy is a number from 0 to 1, no two farther apart than that; write 1pt or 0.01",
        ),
        (
            "accuracy{slice=length > 200} >= 80",
            "accuracy is a number from 0 to 1; got 80; write 80% or 0.8",
        ),
    ],
)
def test_a_bound_beyond_the_range_of_its_figure_is_refused(text: str, found: str) -> None:
    assert f'constraint "{text}": {found}' == _refused(text)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("accuracy >= 80%", 0.8),
        ("accuracy >= 1", 1.0),
        ("accuracy >= 0", 0.0),
        ("mcc >= -0.5", -0.5),
        ("mcc >= baseline - 1.5", -1.5),
        ("log_loss <= 80", 80.0),
        ("latency_p99_ms@server <= 80", 80.0),
        ("error_rate <= 80 x baseline", 80.0),
        ("accuracy >= baseline - 1pt", -0.01),
    ],
)
def test_a_bound_within_the_range_stands(text: str, bound: float) -> None:
    assert bound == pytest.approx(resolve_constraint(parse_constraint(text), _KNOWN).bound)
