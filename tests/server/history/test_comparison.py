"""One evaluation against an earlier one, from reports alone."""

from collections.abc import Callable

import pytest

from bakeoff.server.errors import ExpressionError, UnknownFigureError
from bakeoff.server.history import (
    Evaluated,
    Pair,
    compare_evaluations,
    read_constraints,
)
from bakeoff.server.quality import Certainty
from bakeoff.v1 import (
    BatchPolicy,
    Candidate,
    CandidateResult,
    ConstraintResult,
    CostChange,
    Environment,
    EvaluationComparison,
    EvaluationSet,
    EvaluationSpec,
    Figure,
    Fingerprint,
    FixedSize,
    Interval,
    Report,
    Scenario,
    ScenarioResult,
    SingleStream,
    StatisticsSettings,
    Validity,
)

CERTAINTY = Certainty(level=0.95, resample_count=100, seed=1)
PAIR = Pair("candidates/a", "candidates/a")
LOWER = Figure.DIRECTION_LOWER_IS_BETTER
ALL = {"bundle_mib", "latency_p50_ms"}


def report(name: str, latency_ms: float) -> Report:
    """A candidate of 5 MiB with a median latency that is known to a tenth of a millisecond."""
    latency = Figure(
        id="latency_p50_ms",
        scenario="single-stream",
        value=latency_ms,
        interval=Interval(lower=latency_ms - 0.1, upper=latency_ms + 0.1, level=0.95),
        unit="ms",
        direction=LOWER,
    )
    return Report(
        evaluation=f"evaluations/{name}",
        spec=EvaluationSpec(
            metrics=["accuracy"],
            scenarios=[Scenario(single_stream=SingleStream())],
            statistics=StatisticsSettings(confidence_level=0.95),
        ),
        evaluation_set=EvaluationSet(sha256="s", task="text-classification"),
        environment=Environment(fingerprint=Fingerprint(sha256="f")),
        candidates=[
            CandidateResult(
                candidate=Candidate(name="candidates/a"),
                quality=[Figure(id="accuracy", value=0.9)],
                cost=[Figure(id="bundle_mib", value=5, unit="MiB", direction=LOWER)],
                scenarios=[
                    ScenarioResult(scenario="single-stream", figures=[latency], validity=Validity())
                ],
            )
        ],
    )


def compared(now: Report, before: Report, *constraints: str) -> EvaluationComparison:
    return compare_evaluations(
        Evaluated(now, CERTAINTY),
        Evaluated(before, CERTAINTY),
        [PAIR],
        CERTAINTY,
        read_constraints(constraints, now),
    )


def comparable(found: EvaluationComparison) -> set[str]:
    """Costs that were compared; each is shown, compared or not."""
    costs = found.candidates[0].costs
    assert ALL == {one.now.id for one in costs}
    return {one.now.id for one in costs if one.outcome != CostChange.OUTCOME_NOT_COMPARED}


def test_costs_of_like_machines_and_loads_are_compared() -> None:
    found = compared(report("june", 5), report("may", 10))
    assert ALL == comparable(found)
    latency = found.candidates[0].costs[1]
    assert CostChange.OUTCOME_BETTER == latency.outcome
    assert 0.5 == latency.ratio
    assert found.same_fingerprint


def other_machine(before: Report) -> None:
    before.environment.fingerprint.sha256 = "other"


def unknown_machine(before: Report) -> None:
    before.environment.ClearField("fingerprint")


def other_examples(before: Report) -> None:
    before.evaluation_set.sha256 = "other"


def other_batches(before: Report) -> None:
    before.spec.batch_policy.CopyFrom(BatchPolicy(fixed_size=FixedSize(batch_size=8)))


def other_threads(before: Report) -> None:
    before.spec.intra_op_thread_count = 4


def other_callers(before: Report) -> None:
    before.spec.caller_count = 4


@pytest.mark.parametrize(
    ("change", "expected", "warning"),
    [
        (other_machine, set(), "unlike hardware or software"),
        (unknown_machine, set(), "unlike hardware or software"),
        (other_examples, {"bundle_mib"}, "unlike examples"),
        (other_batches, {"bundle_mib"}, "Batches or threads"),
        (other_threads, {"bundle_mib"}, "Batches or threads"),
        (other_callers, {"bundle_mib"}, "Batches or threads"),
    ],
)
def test_what_is_unlike_stands_side_by_side(
    change: Callable[[Report], None], expected: set[str], warning: str
) -> None:
    before = report("may", 10)
    change(before)
    found = compared(report("june", 5), before, "latency_p50_ms <= 2 x baseline")
    assert expected == comparable(found)
    assert any(warning in one for one in found.warnings)
    (constraint,) = found.candidates[0].constraints
    assert ConstraintResult.OUTCOME_UNDECIDED == constraint.outcome
    assert not constraint.HasField("relation_value")


@pytest.mark.parametrize(
    ("constraint", "outcome"),
    [
        ("latency_p50_ms <= 1.2 x baseline", ConstraintResult.OUTCOME_MET),
        ("latency_p50_ms <= 0.9 x baseline", ConstraintResult.OUTCOME_VIOLATED),
        ("latency_p50_ms <= baseline", ConstraintResult.OUTCOME_UNDECIDED),
        ("latency_p50_ms <= baseline + 1ms", ConstraintResult.OUTCOME_MET),
        ("latency_p50_ms <= 9.5", ConstraintResult.OUTCOME_VIOLATED),
        ("bundle_mib <= 1 x baseline", ConstraintResult.OUTCOME_MET),
    ],
)
def test_relative_bounds_of_cost_are_judged_by_two_independent_intervals(
    constraint: str, outcome: "ConstraintResult.Outcome.ValueType"
) -> None:
    found = compared(report("june", 10), report("may", 10), constraint)
    (result,) = found.candidates[0].constraints
    assert outcome == result.outcome
    if "baseline" in constraint and "latency" in constraint:
        assert "mover" == result.relation_interval.method


def test_intervals_of_unlike_levels_are_not_divided() -> None:
    before = report("may", 10)
    before.spec.statistics.confidence_level = 0.9
    before.candidates[0].scenarios[0].figures[0].interval.level = 0.9
    found = compared(report("june", 5), before, "latency_p50_ms <= 1 x baseline")
    latency = found.candidates[0].costs[1]
    assert not latency.HasField("interval")
    assert CostChange.OUTCOME_NOT_TOLD == latency.outcome
    (constraint,) = found.candidates[0].constraints
    assert ConstraintResult.OUTCOME_UNDECIDED == constraint.outcome
    assert "unlike levels" in constraint.explanation
    assert any("unlike levels" in one for one in found.warnings)


def test_figures_of_an_invalid_measurement_are_not_compared() -> None:
    now = report("june", 5)
    now.candidates[0].scenarios[0].validity.state = Validity.STATE_INVALID
    latency = compared(now, report("may", 10)).candidates[0].costs[1]
    assert not latency.now.HasField("value")
    assert CostChange.OUTCOME_NOT_TOLD == latency.outcome


def test_an_evaluation_against_itself_was_not_measured_at_another_time() -> None:
    def told(now: str, before: str) -> tuple[bool, bool]:
        warnings = compared(report(now, 5), report(before, 5)).warnings
        return (
            any("measured at different times" in one for one in warnings),
            any("Both are the same evaluation" in one for one in warnings),
        )

    assert (False, True) == told("june", "june")
    assert (True, False) == told("june", "may")


def test_without_answers_quality_is_not_compared_and_a_warning_says_so() -> None:
    found = compared(report("june", 5), report("may", 10))
    assert [] == list(found.candidates[0].comparisons)
    assert any("The quality of a is not compared" in one for one in found.warnings)


def test_constraints_name_figures_that_the_evaluation_finds() -> None:
    with pytest.raises(UnknownFigureError):
        read_constraints(["f1.macro >= 0.5"], report("june", 5))
    with pytest.raises(ExpressionError):
        read_constraints(["accuracy is good"], report("june", 5))


def test_of_a_disturbed_measurement_nothing_is_told() -> None:
    """Its ratio is shown, and called neither better nor worse; bounds against it stay open."""
    now, before = report("june", 5), report("may", 10)
    before.candidates[0].scenarios[0].validity.state = Validity.STATE_SUSPECT
    found = compared(now, before, "latency_p50_ms <= 2 x baseline", "latency_p50_ms <= 6")
    latency = found.candidates[0].costs[1]
    assert (0.5, CostChange.OUTCOME_NOT_TOLD) == (latency.ratio, latency.outcome)
    relative, absolute = found.candidates[0].constraints
    assert ConstraintResult.OUTCOME_UNDECIDED == relative.outcome
    assert "disturbed" in relative.explanation
    assert ConstraintResult.OUTCOME_MET == absolute.outcome
    assert any("disturbed the measurement of single-stream" in one for one in found.warnings)
