"""Bounds on classes and slices, over the wire."""

from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    CompareEvaluationsRequest,
    ConstraintResult,
    Evaluation,
    EvaluationSpec,
    RescoreEvaluationRequest,
    SliceSettings,
)

if TYPE_CHECKING:
    from conftest import Caller

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
MET, VIOLATED, UNDECIDED = (
    ConstraintResult.OUTCOME_MET,
    ConstraintResult.OUTCOME_VIOLATED,
    ConstraintResult.OUTCOME_UNDECIDED,
)


def _asked(finished: Evaluation, **fields: object) -> RescoreEvaluationRequest:
    slices = SliceSettings(buckets=["class"], min_example_count=1)
    return RescoreEvaluationRequest(
        name=finished.name, spec=EvaluationSpec(slices=slices, **fields)
    )


async def test_a_condition_that_a_constraint_names_becomes_a_slice(
    stocked: "Caller", finished: Evaluation
) -> None:
    request = _asked(
        finished,
        constraints=["accuracy{slice=length > 0} >= 0.1"],
        objectives=["max:accuracy{slice='id != \"row-1\"'}"],
    )

    report = (await stocked.evaluations.RescoreEvaluation(request)).evaluation.report

    assert ["length > 0", 'id != "row-1"'] == list(report.spec.slices.predicates)
    assert {"length > 0", 'id != "row-1"'} <= {one.id for one in report.slices}
    for judged, result in zip(report.selection.candidates, report.candidates, strict=True):
        whole = next(figure for figure in result.quality if figure.id == "accuracy")
        of_slice = judged.constraints[0].figure
        assert (whole.value, "slice=length > 0") == (of_slice.value, of_slice.part)
        assert MET == judged.constraints[0].outcome


async def test_a_class_is_bounded_by_its_own_examples(
    stocked: "Caller", finished: Evaluation
) -> None:
    (label, *_) = [one.label for one in finished.report.candidates[0].classes]
    request = _asked(
        finished,
        constraints=[f"recall{{class={label}}} >= 0.99", f"recall{{class={label}}} > baseline"],
    )

    report = (await stocked.evaluations.RescoreEvaluation(request)).evaluation.report

    by_name = {one.candidate.name: one for one in report.candidates}
    for judged in report.selection.candidates:
        table = by_name[judged.candidate].classes[0].figures
        recall = next(one for one in table if one.id == "recall")
        assert recall.value == judged.constraints[0].figure.value
    wrong = next(one for one in report.selection.candidates if one.candidate.endswith("wrong"))
    assert VIOLATED == wrong.constraints[1].outcome


@pytest.mark.parametrize(
    ("constraint", "reason", "hint"),
    [
        ("recall{class=nowhere} >= 0.9", "UNKNOWN_FIGURE", 'there is no class "nowhere"; '),
        ("accuracy{slice=class:nowhere} >= 0.9", "UNKNOWN_FIGURE", "there is no slice"),
        ("accuracy{slice=length:1-5} >= 0.9", "UNKNOWN_FIGURE", "not among the buckets"),
        ("accuracy{slice=nowhere == 1} >= 0.9", "EXPRESSION_INVALID", "there is no nowhere"),
        ("accuracy{slice=} >= 0.9", "EXPRESSION_INVALID", "expected the name of a slice"),
        ("accuracy{part=a} >= 0.9", "EXPRESSION_INVALID", "expected class= or slice="),
    ],
)
async def test_a_part_that_there_is_not_is_refused_before_anything_runs(
    stocked: "Caller", finished: Evaluation, constraint: str, reason: str, hint: str
) -> None:
    call = stocked.evaluations.RescoreEvaluation(_asked(finished, constraints=[constraint]))

    failure = await stocked.failure(call)

    assert (INVALID, reason) == (failure.code, failure.reason)
    assert hint in failure.message


async def test_a_slice_is_set_against_an_earlier_evaluation(
    stocked: "Caller", finished: Evaluation
) -> None:
    """Of a condition that neither evaluation looked at, and of a class."""
    (label, *_) = [one.label for one in finished.report.candidates[0].classes]
    again = (await stocked.evaluations.RescoreEvaluation(_asked(finished))).evaluation
    request = CompareEvaluationsRequest(
        name=again.name,
        against=finished.name,
        constraints=[
            "accuracy{slice=length >= 1} >= baseline - 50pt",
            f"recall{{class={label}}} >= baseline",
            f"f1{{class={label}}} >= 0",
            "accuracy{slice=length >= 1000} >= baseline",
        ],
    )

    found = (await stocked.evaluations.CompareEvaluations(request)).comparison

    for change in found.candidates:
        in_slice, recall, f1, empty = change.constraints
        assert (MET, 0.0) == (in_slice.outcome, in_slice.relation_value)
        assert "tango-score" == in_slice.relation_interval.method
        assert (UNDECIDED, 0.0) == (recall.outcome, recall.relation_value)
        assert (MET, f"class={label}") == (f1.outcome, f1.figure.part)
        assert UNDECIDED == empty.outcome
        assert "the slice holds 0 of the 1 examples" in empty.explanation
