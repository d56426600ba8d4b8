"""Slices of an evaluation that has run, over the wire."""

from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    Evaluation,
    EvaluationSpec,
    RescoreEvaluationRequest,
    SliceSettings,
)

if TYPE_CHECKING:
    from conftest import Caller

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def test_slices_can_be_drawn_anew_without_a_model(
    stocked: "Caller", finished: Evaluation
) -> None:
    request = RescoreEvaluationRequest(
        name=finished.name,
        spec=EvaluationSpec(
            slices=SliceSettings(predicates=["length > 0"], buckets=["none"], min_example_count=1)
        ),
    )
    report = (await stocked.evaluations.RescoreEvaluation(request)).evaluation.report
    assert ["accuracy"] == report.spec.slices.metrics
    assert [("length > 0", finished.report.evaluation_set.example_count)] == [
        (one.id, one.example_count) for one in report.slices
    ]
    for before, after in zip(finished.report.candidates, report.candidates, strict=True):
        whole = next(figure for figure in before.quality if figure.id == "accuracy")
        assert whole == after.slices[0].figures[0]


@pytest.mark.parametrize(
    ("fields", "reason", "at_fault"),
    [
        ({"columns": ["nowhere"]}, "INVALID_FIELD", "spec.slices.columns[0]"),
        ({"predicates": ["length >"]}, "EXPRESSION_INVALID", "spec.slices.predicates[0]"),
        ({"predicates": ["nowhere == 1"]}, "EXPRESSION_INVALID", "spec.slices.predicates[0]"),
        ({"buckets": ["size"]}, "INVALID_FIELD", "spec.slices.buckets[0]"),
    ],
)
async def test_slices_that_cannot_be_are_refused_by_their_field(
    stocked: "Caller",
    finished: Evaluation,
    fields: dict[str, list[str]],
    reason: str,
    at_fault: str,
) -> None:
    request = RescoreEvaluationRequest(
        name=finished.name, spec=EvaluationSpec(slices=SliceSettings(**fields))
    )
    failure = await stocked.failure(stocked.evaluations.RescoreEvaluation(request))
    assert (INVALID, reason, [at_fault]) == (failure.code, failure.reason, list(failure.fields))
