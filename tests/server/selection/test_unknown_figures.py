"""What is not known decides nothing, and the answer says whose figure is missing and why."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bakeoff.server.selection import Decision, Entrant, State
from bakeoff.server.selection.unknown import INVALID_MEASUREMENT
from bakeoff.server.types import Figure

Make = Callable[..., Entrant]
MakeFigure = Callable[[str, float | None, float | None], Figure]
Choose = Callable[..., Decision]

_THROUGHPUT = "throughput_per_s@offline"
_P99 = "latency_p99_ms@single-stream"


@pytest.fixture
def with_figure(make_figure: MakeFigure) -> Callable[..., Entrant]:
    """An entrant with one figure more, or one that is not known for a reason."""

    def add(one: Entrant, key: str, value: float | None, reason: str = "") -> Entrant:
        figure = replace(make_figure(key, value, 1.0), absent_reason=reason)
        return replace(one, figures={**one.figures, key: figure})

    return add


def _why_not(decision: Decision, name: str) -> str:
    return next(one.why_not for one in decision.candidates if one.candidate.endswith(name))


@pytest.mark.parametrize("objective", ["max:throughput_per_s@offline", "min:latency_p99_ms"])
def test_an_invalid_measurement_decides_no_objective(
    choose: Choose, make_entrant: Make, with_figure: Make, objective: str
) -> None:
    key = objective.partition(":")[2] + ("@single-stream" if "p99" in objective else "")
    fast = with_figure(make_entrant("fp32", 0.86), key, 120.0)
    unknown = with_figure(make_entrant("int8", 0.86), key, None, INVALID_MEASUREMENT)

    decision = choose(fast, unknown, objectives=[objective])

    assert State.UNDECIDED is decision.state
    assert decision.summary.startswith("Undecided between ")
    missing = "is not known of int8 (the measurement is invalid), and tells nothing"
    assert f"{missing}; measuring again would decide." in decision.summary
    other = "fp32" if decision.recommended.endswith("int8") else "int8"
    assert missing in _why_not(decision, other)
    change = next(
        one.what_would_change for one in decision.candidates if one.candidate.endswith(other)
    )
    assert change.startswith("Measuring again would tell it and ")


def test_a_cost_that_is_missing_for_another_reason_is_not_said_to_come_by_measuring_again(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    fast = with_figure(make_entrant("a", 0.86), _THROUGHPUT, 120.0)
    unknown = with_figure(make_entrant("b", 0.86), _THROUGHPUT, None, "no meter told it")

    decision = choose(fast, unknown, objectives=["max:throughput_per_s@offline"])

    assert State.UNDECIDED is decision.state
    assert "Throughput is not known of b (no meter told it), and tells nothing." in (
        decision.summary
    )
    assert "measuring again" not in decision.summary


def test_a_constraint_on_an_invalid_measurement_says_that_measuring_again_would_decide(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    unknown = with_figure(make_entrant("a", 0.9), _P99, None, INVALID_MEASUREMENT)

    decision = choose(unknown, constraints=["latency_p99_ms<=20"])

    assert State.UNDECIDED is decision.state
    expected = (
        "P99 latency (single-stream) is not known (the measurement is invalid); measuring again "
        "would decide."
    )
    assert expected == decision.candidates[0].constraints[0].explanation


def test_what_decides_where_objectives_do_not_passes_over_what_is_not_known(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    """Latency is known of the greater one alone; memory, which comes later, decides."""
    greater = make_entrant("a", 0.86, 4, 90)
    unknown = with_figure(make_entrant("b", 0.86, peak_mib=60), _P99, None, INVALID_MEASUREMENT)

    decision = choose(greater, unknown)

    assert (State.RECOMMENDED, "candidates/b") == (decision.state, decision.recommended)
    assert "peak host memory decides, 90.0 MiB against 60.0 MiB" in decision.summary
    assert "p99 latency" not in decision.summary.partition("The runner-up")[2]


def test_values_that_order_what_nothing_sets_apart_are_known_of_all(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    known = make_entrant("b", 0.86, 4, 60)
    unknown = with_figure(make_entrant("a", 0.86, peak_mib=60), _P99, None, INVALID_MEASUREMENT)

    decision = choose(known, unknown)

    assert (State.RECOMMENDED, "candidates/a") == (decision.state, decision.recommended)
    assert decision.summary.endswith("a comes first by name.")


def test_a_metric_that_a_candidate_cannot_have_is_behind_one_that_is_known(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    """What it answers leaves the metric undefined, and no measurement would mend that."""
    scored = with_figure(make_entrant("a"), "f1.macro", 0.8)
    margins = with_figure(
        make_entrant("b"), "f1.macro", None, "needs probabilities; the model gives margins"
    )

    decision = choose(scored, margins, objectives=["max:f1.macro"])

    assert (State.RECOMMENDED, "candidates/a") == (decision.state, decision.recommended)
    assert _why_not(decision, "b").endswith(
        "is not known (needs probabilities; the model gives margins), while that of a is known."
    )


def test_a_utility_of_an_invalid_measurement_is_undecided_and_says_which_figure_is_missing(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    known = make_entrant("a", 0.86, 4)
    unknown = with_figure(make_entrant("b", 0.86), _P99, None, INVALID_MEASUREMENT)

    decision = choose(
        known, unknown, objectives=["max:accuracy - 0.002*latency_p99_ms@single-stream"]
    )

    assert State.UNDECIDED is decision.state
    missing = f"not known of b ({_P99} is not known (the measurement is invalid))"
    assert f"Utility is {missing}, and tells nothing; measuring again would decide." in (
        decision.summary
    )


@pytest.mark.parametrize("what", ["objective", "constraint"])
def test_nobody_has_a_place_by_draws_that_one_of_them_lacks(
    choose: Choose, make_entrant: Make, with_figure: Make, what: str
) -> None:
    """It may come anywhere, and so may the other."""
    both = np.full(4, 0.86)
    drawn = {"accuracy": {"a": both, "b": both}, _P99: {"a": np.full(4, 4.0)}}
    unknown = with_figure(make_entrant("b", 0.86), _P99, None, INVALID_MEASUREMENT)

    decision = choose(
        make_entrant("a", 0.86, 4),
        unknown,
        objectives=["min:latency_p99_ms"] if what == "objective" else ["max:accuracy"],
        constraints=["latency_p99_ms<=20"] if what == "constraint" else [],
        drawn=drawn,
    )

    assert [(), ()] == [one.probabilities.ranks for one in decision.candidates]


def test_a_tie_breaker_that_one_lacks_leaves_the_places_of_both_to_the_others(
    choose: Choose, make_entrant: Make, with_figure: Make
) -> None:
    drawn = {
        "accuracy": {"a": np.full(4, 0.86), "b": np.array([0.86, 0.9, 0.8, 0.9])},
        _P99: {"a": np.full(4, 4.0)},
    }
    unknown = with_figure(make_entrant("b", 0.86), _P99, None, INVALID_MEASUREMENT)

    decision = choose(make_entrant("a", 0.86, 4), unknown, drawn=drawn)

    assert [(0.5, 0.5), (0.5, 0.5)] == [one.probabilities.ranks for one in decision.candidates]
