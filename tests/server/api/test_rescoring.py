"""Other answers from what is stored, over the wire."""

import uuid
from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    Evaluation,
    EvaluationSpec,
    GetEvaluationRequest,
    Offline,
    RescoreEvaluationRequest,
    Scenario,
    StatisticsSettings,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


async def test_rescoring_answers_anew_from_what_is_stored(
    stocked: "Caller", finished: Evaluation, tools: "Tools"
) -> None:
    request = RescoreEvaluationRequest(
        name=finished.name,
        spec=EvaluationSpec(
            metrics=["f1.macro", "accuracy"],
            constraints=["accuracy>=0.99"],
            objectives=["max:f1.macro"],
            baseline="candidates/wrong",
            statistics=StatisticsSettings(resample_count=200, seed=7),
            evaluation_set=finished.spec.evaluation_set,
        ),
        evaluation_id="rescored",
        request_id=str(uuid.uuid4()),
    )
    answer = await stocked.evaluations.RescoreEvaluation(request)
    rescored = answer.evaluation
    assert rescored.name == rescored.report.evaluation == "evaluations/rescored"
    assert rescored.state == Evaluation.STATE_SUCCEEDED
    assert list(tools.figures(rescored, 0)) == ["f1.macro", "accuracy"]
    for index in (0, 1):
        assert (
            tools.figures(rescored, index)["accuracy"] == tools.figures(finished, index)["accuracy"]
        )
    assert rescored.report.selection.recommended == "candidates/right"
    assert {one.baseline for one in rescored.report.comparisons} == {"candidates/wrong"}
    assert rescored.spec.profile_repeat_count == finished.spec.profile_repeat_count
    again = await stocked.evaluations.RescoreEvaluation(request)
    assert again.evaluation == rescored
    got = await stocked.evaluations.GetEvaluation(GetEvaluationRequest(name=rescored.name))
    assert got.evaluation == rescored
    listed = await stocked.all_predictions(rescored.name, "candidates/wrong")
    assert listed == await stocked.all_predictions(finished.name, "candidates/wrong")


async def test_rescoring_cannot_change_what_was_measured(
    stocked: "Caller", finished: Evaluation
) -> None:
    for field, value in {
        "candidates": ["candidates/right"],
        "target": "targets/cuda-0",
        "profile_repeat_count": 2,
        "scenarios": [Scenario(offline=Offline())],
    }.items():
        request = RescoreEvaluationRequest(
            name=finished.name, spec=EvaluationSpec(**{field: value})
        )
        failure = await stocked.failure(stocked.evaluations.RescoreEvaluation(request))
        assert (failure.code, list(failure.fields)) == (INVALID, [f"spec.{field}"])


async def test_rescoring_checks_what_it_is_asked_for(
    stocked: "Caller", finished: Evaluation
) -> None:
    for spec, reason in (
        (EvaluationSpec(metrics=["wisdom"]), "UNKNOWN_FIGURE"),
        (EvaluationSpec(constraints=["accuracy"]), "EXPRESSION_INVALID"),
        (EvaluationSpec(baseline="candidates/ghost"), "INVALID_FIELD"),
    ):
        request = RescoreEvaluationRequest(name=finished.name, spec=spec)
        failure = await stocked.failure(stocked.evaluations.RescoreEvaluation(request))
        assert (failure.code, failure.reason) == (INVALID, reason)


async def test_what_has_not_succeeded_cannot_be_rescored_or_rendered(
    stocked: "Caller", tools: "Tools"
) -> None:
    name = (await stocked.create(tools.spec("right"))).name
    request = RescoreEvaluationRequest(name=name, spec=tools.spec("right"))
    for call in (
        stocked.evaluations.RescoreEvaluation(request),
        stocked.artifact(name=name, rendered_report={"format": 1}),
    ):
        failure = await stocked.failure(call)
        assert (failure.code, failure.reason) == (PRECONDITION, "WRONG_STATE")
    await stocked.ended(name)
