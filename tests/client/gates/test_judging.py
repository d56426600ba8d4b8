"""Whether findings pass a gate."""

import pytest

from bakeoff import v1
from bakeoff.client import Findings, Gate, SliceRule, findings_against, findings_of, judge
from bakeoff.client.gates import Check, Leniency, Outcome

from .reports import (
    ACCURATE,
    BASE,
    HOLDING,
    MET,
    QUICK,
    SMALL,
    TINY,
    UNDECIDED,
    VIOLATED,
    constraint_results,
    delta,
    made_report,
)

BOTH = Gate(constraints=(ACCURATE, QUICK))


def outcomes(gate: Gate, findings: Findings) -> dict[tuple[str, str], Outcome]:
    return {(check.subject, check.name): check.outcome for check in judge(gate, findings).checks}


def test_a_gate_is_passed_when_every_candidate_but_the_baseline_keeps_every_constraint() -> None:
    broken_baseline = {**HOLDING, BASE: {ACCURATE: VIOLATED, QUICK: VIOLATED}}
    result = judge(BOTH, findings_of(made_report(broken_baseline)))
    assert [
        ("small.int8", ACCURATE),
        ("small.int8", QUICK),
        ("tiny.int8", ACCURATE),
        ("tiny.int8", QUICK),
    ] == [(check.subject, check.name) for check in result.checks]
    assert (True, 0, "The gate is passed: 4 checks.") == (
        result.passed,
        result.exit_code,
        result.reason,
    )


def test_one_broken_constraint_shuts_the_gate_and_is_the_reason() -> None:
    result = judge(
        BOTH, findings_of(made_report({**HOLDING, TINY: {ACCURATE: VIOLATED, QUICK: MET}}))
    )
    assert (Check("tiny.int8", ACCURATE, Outcome.FAILED, "86.1 % is too little."),) == result.shut
    assert 1 == result.exit_code
    assert f"The gate is not passed: tiny.int8, {ACCURATE}: 86.1 % is too little." == result.reason


def test_the_reason_is_one_line_and_tells_how_many_more_there_are() -> None:
    broken = {name: {ACCURATE: VIOLATED, QUICK: VIOLATED} for name in (BASE, SMALL, TINY)}
    report = made_report(broken)
    report.selection.candidates[1].constraints[0].explanation = "Too\nlittle"
    reason = judge(BOTH, findings_of(report)).reason
    expected = f"small.int8, {ACCURATE}: Too little. 3 more of 4 checks do not hold."
    assert f"The gate is not passed: {expected}" == reason


@pytest.mark.parametrize(
    ("undecided", "outcome", "passed"),
    [
        (Leniency.FAIL, Outcome.FAILED, False),
        (Leniency.WARN, Outcome.WARNED, True),
        (Leniency.IGNORE, Outcome.PASSED, True),
    ],
)
def test_what_is_undecided_is_treated_as_the_gate_says(
    undecided: Leniency, outcome: Outcome, *, passed: bool
) -> None:
    report = made_report({BASE: {QUICK: MET}, SMALL: {QUICK: UNDECIDED}})
    result = judge(Gate(constraints=(QUICK,), undecided=undecided), findings_of(report))
    assert (Check("small.int8", QUICK, outcome, "undecided: It is not told."),) == result.checks
    assert passed == result.passed


def test_a_warning_is_told_with_a_gate_that_is_passed() -> None:
    report = made_report({BASE: {QUICK: MET}, SMALL: {QUICK: UNDECIDED}})
    result = judge(Gate(constraints=(QUICK,), undecided=Leniency.WARN), findings_of(report))
    assert "The gate is passed: 1 check, 1 warning." == result.reason


def test_what_would_decide_is_told_where_it_is_known() -> None:
    report = made_report({BASE: {QUICK: MET}, SMALL: {QUICK: UNDECIDED}})
    found = report.selection.candidates[1].constraints[0]
    found.more_examples_needed, found.more_load_seconds_needed = 1400, 90.4
    (check,) = judge(Gate(constraints=(QUICK,)), findings_of(report)).checks
    words = "It would take about 1,400 more examples and about 90 s more load to decide."
    assert f"undecided: It is not told. {words}" == check.detail


def test_only_the_candidates_that_are_named_are_judged() -> None:
    gate = Gate(candidates=(TINY, BASE), constraints=(QUICK,))
    found = outcomes(gate, findings_of(made_report()))
    assert [("tiny.int8", QUICK), ("base.fp32", QUICK)] == list(found)


def test_another_baseline_is_left_out_instead_of_the_first() -> None:
    findings = findings_of(made_report())
    assert {"base.fp32", "small.int8"} == {
        name for name, _ in outcomes(Gate(baseline=TINY, constraints=(QUICK,)), findings)
    }
    findings.report.spec.baseline = SMALL
    assert {"base.fp32", "tiny.int8"} == {
        name for name, _ in outcomes(Gate(constraints=(QUICK,)), findings)
    }


def test_a_single_candidate_is_judged_though_it_is_the_baseline() -> None:
    found = outcomes(BOTH, findings_of(made_report({BASE: {ACCURATE: MET, QUICK: VIOLATED}})))
    assert {("base.fp32", ACCURATE): Outcome.PASSED, ("base.fp32", QUICK): Outcome.FAILED} == found


def test_a_candidate_that_failed_shuts_the_gate_whatever_its_constraints() -> None:
    gate = Gate(constraints=(QUICK,), undecided=Leniency.IGNORE)
    result = judge(gate, findings_of(made_report(failed=TINY)))
    assert (Check("tiny.int8", "measured to the end", Outcome.ERROR, "it crashed"),) == result.shut
    assert "The gate is not passed: tiny.int8, measured to the end: it crashed." == result.reason


def test_a_candidate_that_was_stopped_early_is_undecided_beside_its_constraints() -> None:
    report = made_report({BASE: {QUICK: MET}, SMALL: {QUICK: VIOLATED}})
    report.candidates[1].early_stop.reason = "It is surely behind."
    stopped, violated = judge(Gate(constraints=(QUICK,)), findings_of(report)).checks
    words = "undecided: it was measured no further: It is surely behind."
    assert Check("small.int8", "measured to the end", Outcome.FAILED, words) == stopped
    assert Outcome.FAILED == violated.outcome
    lenient = Gate(constraints=(QUICK,), undecided=Leniency.WARN)
    assert Outcome.WARNED == judge(lenient, findings_of(report)).checks[0].outcome


def test_a_candidate_without_any_result_shuts_the_gate() -> None:
    ghost = "candidates/ghost"
    result = judge(Gate(candidates=(ghost,), constraints=(QUICK,)), findings_of(made_report()))
    assert [("ghost", Outcome.ERROR)] == [(one.subject, one.outcome) for one in result.checks]


def test_a_constraint_that_nobody_judged_shuts_the_gate() -> None:
    gate = Gate(constraints=("peak_qps >= 1",), undecided=Leniency.IGNORE)
    found = outcomes(gate, findings_of(made_report()))
    assert {Outcome.ERROR} == set(found.values())


@pytest.mark.parametrize(
    ("state", "recommended", "outcome"),
    [
        (v1.Selection.STATE_RECOMMENDED, SMALL, Outcome.PASSED),
        (v1.Selection.STATE_RECOMMENDED, TINY, Outcome.FAILED),
        (v1.Selection.STATE_UNDECIDED, SMALL, Outcome.WARNED),
        (v1.Selection.STATE_UNDECIDED, TINY, Outcome.WARNED),
        (v1.Selection.STATE_NONE_QUALIFIES, "", Outcome.FAILED),
        (v1.Selection.STATE_UNSPECIFIED, "", Outcome.FAILED),
    ],
)
def test_the_recommendation_must_be_one_of_those_named(
    state: v1.Selection.State.ValueType, recommended: str, outcome: Outcome
) -> None:
    gate = Gate(recommended=(SMALL, BASE), undecided=Leniency.WARN)
    report = made_report(state=state, recommended=recommended)
    assert {("", "recommendation is small.int8 or base.fp32"): outcome} == outcomes(
        gate, findings_of(report)
    )


def test_a_broken_slice_shuts_the_gate_and_is_named() -> None:
    report = made_report(
        slices=("length:65-128", "source=web"),
        deltas=[
            delta(SMALL, "length:65-128"),
            delta(SMALL, "source=web", v1.SliceDelta.OUTCOME_NOT_TOLD),
            delta(TINY, "length:65-128", v1.SliceDelta.OUTCOME_IMPROVED),
            delta(TINY, "source=web", v1.SliceDelta.OUTCOME_NOT_TOLD),
        ],
    )
    result = judge(Gate(slices=SliceRule()), findings_of(report))
    words = "worse than base.fp32 in length:65-128 (accuracy 0.71 against 0.8)"
    expected = (
        Check("small.int8", "no broken slices", Outcome.FAILED, words),
        Check(
            "tiny.int8",
            "no broken slices",
            Outcome.PASSED,
            "none of 2 slices is broken against base.fp32",
        ),
    )
    assert expected == result.checks


def test_a_slice_that_is_allowed_may_be_broken() -> None:
    report = made_report(slices=("a", "b"), deltas=[delta(SMALL, "a"), delta(TINY, "b")])
    gate = Gate(slices=SliceRule(broken=Leniency.WARN, allowed=("a",)))
    found = outcomes(gate, findings_of(report))
    assert [Outcome.PASSED, Outcome.WARNED] == list(found.values())


def test_an_allowed_slice_that_was_not_looked_at_is_a_warning_with_the_nearest() -> None:
    """A misspelt name allows nothing, and does not shut the gate by itself either."""
    report = made_report(
        slices=("class:plant", "source=web"),
        deltas=[delta(SMALL, "source=web", v1.SliceDelta.OUTCOME_NOT_TOLD)],
    )
    rule = SliceRule(allowed=("class:planet", "source=web", "zzz"))
    result = judge(Gate(candidates=(SMALL,), slices=rule), findings_of(report))
    nearest = "the evaluation looked at no such slice; the nearest is class:plant"
    assert (
        Check("slices.allowed", "class:planet", Outcome.WARNED, nearest),
        Check("slices.allowed", "zzz", Outcome.WARNED, "the evaluation looked at no such slice"),
    ) == result.warned
    assert "The gate is passed: 3 checks, 2 warnings." == result.reason


def test_where_no_slice_was_looked_at_nothing_is_said_of_those_allowed() -> None:
    gate = Gate(candidates=(SMALL,), slices=SliceRule(allowed=("class:planet",)))
    (check,) = judge(gate, findings_of(made_report())).checks
    assert "no broken slices" == check.name


def test_many_broken_slices_are_counted_after_the_first_five() -> None:
    names = [f"s{number}" for number in range(8)]
    report = made_report(slices=names, deltas=[delta(SMALL, one, values=None) for one in names])
    (check,) = judge(Gate(candidates=(SMALL,), slices=SliceRule()), findings_of(report)).checks
    assert check.detail.endswith("s3 (accuracy); s4 (accuracy); 3 more")


def test_a_candidate_that_is_its_own_reference_breaks_no_slice() -> None:
    report = made_report(slices=("a",), deltas=[delta(SMALL, "a")])
    gate = Gate(candidates=(BASE,), slices=SliceRule())
    assert [Outcome.PASSED] == list(outcomes(gate, findings_of(report)).values())


def test_slices_are_undecided_where_the_reference_was_not_scored() -> None:
    """As when the baseline was stopped early: nothing is proven of the others."""
    findings = findings_of(made_report(slices=("a",)))
    gate = Gate(candidates=(SMALL,), slices=SliceRule())
    assert [Outcome.FAILED] == list(outcomes(gate, findings).values())
    gate = Gate(candidates=(SMALL,), slices=SliceRule(), undecided=Leniency.WARN)
    (check,) = judge(gate, findings).checks
    detail = "undecided: no slice of it was compared with another candidate"
    assert (Outcome.WARNED, detail) == (check.outcome, check.detail)


def test_slices_in_which_nothing_could_be_tested_are_undecided() -> None:
    """As by a metric that is not defined in them: nothing is proven."""
    untested = delta(SMALL, "a", v1.SliceDelta.OUTCOME_NOT_TOLD, values=None)
    untested.ClearField("p_value")
    gate = Gate(candidates=(SMALL,), slices=SliceRule())
    found = outcomes(gate, findings_of(made_report(slices=("a",), deltas=[untested])))
    assert [Outcome.FAILED] == list(found.values())


def test_slices_that_nobody_looked_at_are_undecided() -> None:
    (check,) = judge(
        Gate(candidates=(SMALL,), slices=SliceRule()), findings_of(made_report())
    ).checks
    assert Check(
        "small.int8", "no broken slices", Outcome.FAILED, "undecided: no slice was looked at"
    ) == (check)


def test_against_an_earlier_evaluation_its_own_constraints_count_and_no_baseline_is_left_out() -> (
    None
):
    comparison = v1.EvaluationComparison(
        evaluation="evaluations/e1",
        against="evaluations/e0",
        candidates=[
            v1.CandidateChange(
                candidate=BASE,
                baseline=BASE,
                constraints=constraint_results({ACCURATE: VIOLATED, QUICK: MET}),
            ),
            v1.CandidateChange(
                candidate=SMALL,
                baseline=SMALL,
                constraints=constraint_results({ACCURATE: MET, QUICK: MET}),
            ),
        ],
    )
    found = outcomes(BOTH, findings_against(made_report(), comparison))
    assert {
        ("base.fp32", ACCURATE): Outcome.FAILED,
        ("base.fp32", QUICK): Outcome.PASSED,
        ("small.int8", ACCURATE): Outcome.PASSED,
        ("small.int8", QUICK): Outcome.PASSED,
        ("tiny.int8", ACCURATE): Outcome.ERROR,
        ("tiny.int8", QUICK): Outcome.ERROR,
    } == found


def test_candidates_are_called_as_the_findings_say() -> None:
    report = made_report(slices=("a",), deltas=[delta(SMALL, "a")])
    findings = findings_of(report, {SMALL: "mine", BASE: "theirs"})
    gate = Gate(candidates=(SMALL,), recommended=(SMALL,), slices=SliceRule())
    broken, answer = judge(gate, findings).checks
    assert ("mine", "recommendation is mine") == (broken.subject, answer.name)
    assert broken.detail.startswith("worse than theirs in a ")
