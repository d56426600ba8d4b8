"""A bound relative to the baseline is judged by a difference or a ratio, at the level asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bakeoff.server.selection import (
    ConstraintFinding,
    Decision,
    Entrant,
    Needed,
    Outcome,
    Related,
    Relation,
    State,
    Weight,
)
from bakeoff.server.types import Figure, Interval

Make = Callable[..., Entrant]
Choose = Callable[..., Decision]

_EXAMPLES = Weight(example_count=1000)


def _related(value: float, lower: float | None, upper: float | None) -> Related:
    return Related(value, Interval(lower, upper, 0.95, "made-up"), _EXAMPLES)


def _finding(decision: Decision, name: str, position: int = 0) -> ConstraintFinding:
    found = next(one for one in decision.candidates if one.candidate.endswith(name))
    return found.constraints[position]


@pytest.mark.parametrize(
    ("lower", "upper", "outcome"),
    [
        (-0.005, 0.01, Outcome.MET),
        (-0.006, 0.01, Outcome.UNDECIDED),
        (-0.03, -0.006, Outcome.VIOLATED),
        (None, -0.006, Outcome.VIOLATED),
        (None, 0.01, Outcome.UNDECIDED),
    ],
)
def test_the_interval_of_the_difference_decides(
    choose: Choose,
    make_entrant: Make,
    lower: float | None,
    upper: float | None,
    outcome: Outcome,
) -> None:
    decision = choose(
        make_entrant("base", 0.86),
        make_entrant("a", 0.85),
        constraints=["accuracy >= baseline - 0.5pt"],
        related={("a", Relation.DIFFERENCE): _related(-0.01, lower, upper)},
    )

    found = _finding(decision, "a")
    assert outcome is found.outcome
    assert pytest.approx(0.855) == found.judged.limit
    assert pytest.approx(-0.005) == found.slack


def test_a_difference_says_the_gap_and_by_how_much_the_bound_is_missed(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("base", 0.86),
        make_entrant("a", 0.84),
        constraints=["accuracy >= baseline - 0.5pt"],
        related={("a", Relation.DIFFERENCE): _related(-0.02, -0.03, -0.01)},
    )

    expected = (
        "Accuracy is 84.0 %, 2.0 points lower than the 86.0 % of the baseline (95 % interval of "
        "the gap -3.0 to -1.0): it must be at least that of the baseline less 0.5 points, and "
        "misses that by 1.5 points."
    )
    assert expected == _finding(decision, "a").explanation


def test_a_ratio_says_how_many_times_the_baseline(choose: Choose, make_entrant: Make) -> None:
    decision = choose(
        make_entrant("base", 0.86, 10),
        make_entrant("a", 0.86, 11),
        constraints=["latency_p99_ms <= 1.2 x baseline"],
        related={("a", Relation.RATIO): _related(1.1, 1.05, 1.15)},
    )

    found = _finding(decision, "a")
    expected = (
        "P99 latency (single-stream) is 11.0 ms, 1.10 times the 10.0 ms of the baseline (95 % "
        "interval of the ratio 1.05 to 1.15): at most 1.2 times that of the baseline, as it must "
        "be."
    )
    assert (Outcome.MET, expected) == (found.outcome, found.explanation)
    assert pytest.approx(12) == found.judged.limit
    assert pytest.approx(1) == found.slack


@pytest.mark.parametrize(
    ("constraint", "outcome"),
    [
        ("accuracy >= baseline", Outcome.MET),
        ("accuracy > baseline", Outcome.VIOLATED),
        ("accuracy >= baseline - 0.5pt", Outcome.MET),
        ("accuracy >= baseline + 0.5pt", Outcome.VIOLATED),
        ("latency_p99_ms <= 1 x baseline", Outcome.MET),
        ("latency_p99_ms <= 0.9 x baseline", Outcome.VIOLATED),
        ("latency_p99_ms < 1.1 x baseline", Outcome.MET),
        ("latency_p99_ms <= baseline + 2ms", Outcome.MET),
    ],
)
def test_the_baseline_keeps_its_own_bound_exactly_when_the_bound_allows_it(
    choose: Choose, make_entrant: Make, constraint: str, outcome: Outcome
) -> None:
    decision = choose(make_entrant("base", 0.86, 10), constraints=[constraint])

    found = _finding(decision, "base")
    assert outcome is found.outcome
    assert found.judged.interval is None
    assert "it is the baseline itself" in found.explanation


@pytest.mark.parametrize(
    ("latency_ms", "outcome"), [(5, Outcome.MET), (9.5, Outcome.UNDECIDED), (12, Outcome.VIOLATED)]
)
def test_a_cost_that_shares_no_rounds_is_judged_by_independent_intervals(
    choose: Choose, make_entrant: Make, latency_ms: float, outcome: Outcome
) -> None:
    for constraint in ("latency_p99_ms <= 0.9 x baseline", "latency_p99_ms <= baseline - 1ms"):
        decision = choose(
            make_entrant("base", 0.86, 10),
            make_entrant("a", 0.86, latency_ms),
            constraints=[constraint],
        )

        found = _finding(decision, "a")
        assert outcome is found.outcome
        assert found.judged.interval is not None
        assert "mover" == found.judged.interval.method


@pytest.mark.parametrize(("reach", "outcome"), [(3.0, Outcome.UNDECIDED), (0.0, Outcome.MET)])
def test_the_ratio_of_a_value_of_0_is_known_only_where_the_value_is_sure(
    choose: Choose,
    make_entrant: Make,
    make_figure: Callable[[str, float | None, float | None], Figure],
    reach: float,
    outcome: Outcome,
) -> None:
    """A cost that came out as 0 may still be larger than that of the baseline."""
    key = "latency_p99_ms@single-stream"
    other = make_entrant("a", 0.86)
    other = replace(other, figures={**other.figures, key: make_figure(key, 0.0, reach)})
    decision = choose(
        make_entrant("base", 0.86, 2), other, constraints=["latency_p99_ms <= 1.2 x baseline"]
    )

    assert outcome is _finding(decision, "a").outcome


def test_sizes_without_interval_are_set_against_each_other_by_value(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("base", 0.86, peak_mib=100),
        make_entrant("a", 0.86, peak_mib=80),
        constraints=["host_peak_mib <= 0.9 x baseline"],
    )

    found = _finding(decision, "a")
    assert Outcome.MET is found.outcome
    assert "judged by its value since it has no interval" in found.explanation


def test_a_baseline_without_the_figure_leaves_all_others_undecided_and_says_so(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("base", failure="it crashed"),
        make_entrant("a", 0.9),
        constraints=["accuracy >= baseline"],
    )

    found = _finding(decision, "a")
    expected = "Accuracy is 90.0 %; the baseline has none to set it against."
    assert (Outcome.UNDECIDED, expected) == (found.outcome, found.explanation)
    assert State.UNDECIDED is decision.state


def test_an_open_bound_says_about_how_many_more_examples_would_decide(
    choose: Choose, make_entrant: Make
) -> None:
    """The interval reaches 1 point below, the bound lies half a point below: four times as many."""
    decision = choose(
        make_entrant("base", 0.80, 10),
        make_entrant("a", 0.90, 10),
        constraints=["accuracy >= baseline + 9.5pt"],
        related={("a", Relation.DIFFERENCE): _related(0.1, 0.09, 0.11)},
    )

    found = _finding(decision, "a")
    assert found.needed is not None
    assert found.needed.examples is not None
    assert abs(found.needed.examples - 3000) <= 1
    assert decision.needed == Needed(examples=found.needed.examples)
    assert "more examples would decide." in decision.summary


def test_an_open_bound_on_a_latency_says_about_how_much_more_load_would_decide(
    choose: Choose, make_entrant: Make
) -> None:
    """The interval reaches 1 ms up, the bound lies half a millisecond up, after 30 s of load."""
    decision = choose(
        make_entrant("a", 0.90, 20),
        constraints=["latency_p99_ms <= 20.5"],
        weights={"latency_p99_ms@single-stream": Weight(load_s=30)},
    )

    assert Needed(load_s=90) == decision.needed
    assert decision.summary.endswith("About 90 s more load on each candidate would decide.")


def test_a_candidate_that_breaks_a_bound_is_told_what_would_let_it_in(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("slow", 0.95, 40),
        make_entrant("fast", 0.85, 10),
        make_entrant("worse", 0.80, 40),
        constraints=["latency_p99_ms<=20"],
    )

    told = {one.candidate: one.what_would_change for one in decision.candidates}
    expected = (
        "Its p99 latency would have to be more than 20.0 ms lower, or the bound about 42.0 ms; it "
        "would then lead."
    )
    assert expected == told["candidates/slow"]
    assert told["candidates/worse"].endswith("it would then qualify, and not lead.")
    assert "" == told["candidates/fast"]


def test_a_candidate_that_is_behind_is_told_what_would_draw_it_level(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(make_entrant("a", 0.80, 2), make_entrant("b", 0.86, 4))

    assert "Its accuracy would have to be 6.0 points higher to draw level with b." == (
        decision.candidates[0].what_would_change
    )


def test_a_rival_that_is_not_told_apart_is_told_what_would_tell(
    choose: Choose, make_entrant: Make
) -> None:
    decision = choose(
        make_entrant("a", 0.860, 4),
        make_entrant("b", 0.855, 4),
        objectives=["max:accuracy"],
    )

    loser = next(one for one in decision.candidates if one.candidate != decision.recommended)
    assert loser.what_would_change.startswith("About 4,000 more examples would tell it and ")
    assert Needed(examples=4000) == decision.needed
