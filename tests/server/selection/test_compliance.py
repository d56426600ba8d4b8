"""A constraint is judged by the interval of its figure, not by its point value."""

import pytest

from bakeoff.server.selection import Constraint, Outcome, check_constraint, parse_constraint
from bakeoff.server.types import Direction, Figure, Interval


def _latency(
    value: float | None, lower: float | None = None, upper: float | None = None, reason: str = ""
) -> Figure:
    bounded = lower is not None or upper is not None
    return Figure(
        id="latency_p99_ms",
        scenario="single-stream",
        value=value,
        observation_count=1000,
        unit="ms",
        direction=Direction.LOWER_IS_BETTER,
        method="nearest-rank",
        interval=Interval(lower, upper, 0.95, "order-statistic") if bounded else None,
        absent_reason=reason,
    )


def _at(operator: str, bound: float) -> Constraint:
    expression = f"latency_p99_ms{operator}{bound:g}"
    return Constraint(expression, "latency_p99_ms", "single-stream", operator, bound)


@pytest.mark.parametrize(
    ("operator", "bound", "lower", "upper", "outcome"),
    [
        ("<=", 20, 18, 20, Outcome.MET),
        ("<", 20, 18, 20, Outcome.UNDECIDED),
        ("<", 20, 18, 19.9, Outcome.MET),
        ("<=", 20, 18, 20.1, Outcome.UNDECIDED),
        ("<=", 20, 20, 22, Outcome.UNDECIDED),
        ("<", 20, 20, 22, Outcome.VIOLATED),
        ("<=", 20, 20.1, 22, Outcome.VIOLATED),
        (">=", 20, 20, 22, Outcome.MET),
        (">", 20, 20, 22, Outcome.UNDECIDED),
        (">=", 20, 18, 20, Outcome.UNDECIDED),
        (">", 20, 18, 20, Outcome.VIOLATED),
        (">=", 20, 18, 19.9, Outcome.VIOLATED),
        ("<=", 20, 18, None, Outcome.UNDECIDED),
        ("<=", 20, 21, None, Outcome.VIOLATED),
        ("<=", 20, None, 19, Outcome.MET),
        (">=", 20, None, 19, Outcome.VIOLATED),
    ],
)
def test_the_whole_interval_decides(
    operator: str, bound: float, lower: float | None, upper: float | None, outcome: Outcome
) -> None:
    # The value keeps the bound in every row, and does not matter.
    figure = _latency(19 if operator.startswith("<") else 21, lower, upper)

    assert outcome is check_constraint(_at(operator, bound), figure).outcome


@pytest.mark.parametrize(
    ("operator", "value", "outcome"),
    [
        ("<=", 20, Outcome.MET),
        ("<", 20, Outcome.VIOLATED),
        (">=", 20, Outcome.MET),
        (">", 20, Outcome.VIOLATED),
        ("<=", 20.5, Outcome.VIOLATED),
    ],
)
def test_a_figure_without_interval_is_judged_by_its_value_and_that_is_said(
    operator: str, value: float, outcome: Outcome
) -> None:
    finding = check_constraint(_at(operator, 20), _latency(value))

    assert outcome is finding.outcome
    assert "judged by its value since it has no interval" in finding.explanation


@pytest.mark.parametrize("value", [0.2, 0.9])
def test_a_metric_without_interval_leaves_the_constraint_undecided(value: float) -> None:
    """Two examples of a class tell nothing for sure, whatever their figure."""
    figure = Figure(
        id="roc_auc",
        value=value,
        observation_count=40,
        unit="1",
        direction=Direction.HIGHER_IS_BETTER,
        method="area under the ROC curve of the second class",
    )

    finding = check_constraint(parse_constraint("roc_auc >= 0.5"), figure)

    assert Outcome.UNDECIDED is finding.outcome
    assert "since too few examples show it for an interval" in finding.explanation
    assert finding.needed is None


@pytest.mark.parametrize(
    ("bound", "outcome"), [(1.0, Outcome.UNDECIDED), (0.001, Outcome.VIOLATED)]
)
def test_a_loss_without_upper_bound_meets_no_bound(bound: float, outcome: Outcome) -> None:
    """No answer was wrong, so that what a wrong one costs is not known."""
    figure = Figure(
        id="log_loss",
        value=0.01,
        observation_count=40,
        unit="nat",
        direction=Direction.LOWER_IS_BETTER,
        method="mean negative logarithm of the probability given to the right answer",
        interval=Interval(0.005, None, 0.95, "gamma"),
    )

    finding = check_constraint(parse_constraint(f"log_loss <= {bound}"), figure)

    assert outcome is finding.outcome
    assert finding.needed is None


def test_a_figure_that_is_not_known_leaves_the_constraint_undecided_with_the_reason() -> None:
    figure = _latency(None, reason="needs 199 more observations")

    finding = check_constraint(_at("<=", 20), figure)

    assert Outcome.UNDECIDED is finding.outcome
    expected = "P99 latency (single-stream) is not known (needs 199 more observations)."
    assert expected == finding.explanation


def test_a_lower_bound_alone_may_already_violate() -> None:
    """Too few queries for a p99, and yet all that is known of it lies beyond the bound."""
    finding = check_constraint(_at("<=", 20), _latency(None, 25, None))

    assert Outcome.VIOLATED is finding.outcome
    assert finding.excess is None


def test_a_figure_that_a_candidate_does_not_have_leaves_the_constraint_undecided() -> None:
    finding = check_constraint(_at("<=", 20), None)

    assert (Outcome.UNDECIDED, None) == (finding.outcome, finding.figure)
    assert "P99 latency (single-stream) is not known." == finding.explanation


def test_a_violation_says_by_how_much_in_the_unit_of_the_figure() -> None:
    finding = check_constraint(_at("<=", 20), _latency(31, 29.5, 33))

    assert pytest.approx(0.55) == finding.excess
    expected = (
        "P99 latency (single-stream) is 31.0 ms (95 % interval 29.5 to 33.0): it must be at most "
        "20 ms, and misses that by 11.0 ms."
    )
    assert expected == finding.explanation


def test_a_share_is_told_in_per_cent_and_points() -> None:
    accuracy = Figure(
        id="accuracy",
        value=0.801,
        observation_count=1000,
        unit="1",
        direction=Direction.HIGHER_IS_BETTER,
        method="share",
        interval=Interval(0.775, 0.825, 0.95, "wilson"),
    )

    finding = check_constraint(Constraint("accuracy>=0.85", "accuracy", "", ">=", 0.85), accuracy)

    expected = (
        "Accuracy is 80.1 % (95 % interval 77.5 to 82.5): it must be at least 85 %, and misses "
        "that by 4.9 points."
    )
    assert expected == finding.explanation
