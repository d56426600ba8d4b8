"""Evaluations read, watched and ended over the wire."""

from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from bakeoff.v1 import (
    CancelEvaluationRequest,
    DeleteEvaluationRequest,
    Evaluation,
    EvaluationSpec,
    GetEvaluationRequest,
    ListEvaluationsRequest,
    ListPredictionsRequest,
    RescoreEvaluationRequest,
    WatchEvaluationRequest,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


async def test_an_evaluation_is_given_whole_or_cut_to_a_mask(
    stocked: "Caller", finished: Evaluation
) -> None:
    whole = await stocked.evaluations.GetEvaluation(GetEvaluationRequest(name=finished.name))
    assert whole.evaluation == finished
    cut = await stocked.evaluations.GetEvaluation(
        GetEvaluationRequest(
            name=finished.name, read_mask=FieldMask(paths=["name", "state", "spec.target"])
        )
    )
    assert cut.evaluation == Evaluation(
        name=finished.name,
        state=Evaluation.STATE_SUCCEEDED,
        spec=EvaluationSpec(target="targets/cpu"),
    )
    everything = await stocked.evaluations.GetEvaluation(
        GetEvaluationRequest(name=finished.name, read_mask=FieldMask(paths=["*"]))
    )
    assert everything.evaluation == finished


async def test_a_mask_of_unknown_fields_is_refused(stocked: "Caller", finished: Evaluation) -> None:
    request = GetEvaluationRequest(name=finished.name, read_mask=FieldMask(paths=["wisdom"]))
    failure = await stocked.failure(stocked.evaluations.GetEvaluation(request))
    assert (failure.code, list(failure.fields)) == (INVALID, ["read_mask"])


async def test_evaluations_are_listed_without_reports_by_state(
    stocked: "Caller", finished: Evaluation
) -> None:
    request = ListEvaluationsRequest(page_size=1000, states=[Evaluation.STATE_SUCCEEDED])
    listed = (await stocked.evaluations.ListEvaluations(request)).evaluations
    assert finished.name in [one.name for one in listed]
    assert {one.state for one in listed} == {Evaluation.STATE_SUCCEEDED}
    assert [one.name for one in listed if one.HasField("report")] == []


@pytest.mark.parametrize("state", [0, 99])
async def test_a_state_that_there_is_not_is_refused(stocked: "Caller", state: int) -> None:
    request = ListEvaluationsRequest(states=[state])
    failure = await stocked.failure(stocked.evaluations.ListEvaluations(request))
    assert (failure.code, list(failure.fields)) == (INVALID, ["states[0]"])


async def test_a_watch_ends_with_the_report_and_revisions_rise(
    stocked: "Caller", tools: "Tools"
) -> None:
    name = (await stocked.create(tools.spec("right"))).name
    watch = stocked.evaluations.WatchEvaluation(WatchEvaluationRequest(name=name))
    seen = [change.evaluation async for change in watch]
    revisions = [one.revision for one in seen]
    assert revisions == sorted(set(revisions))
    assert [one.HasField("report") for one in seen] == [False] * (len(seen) - 1) + [True]
    shares = [one.progress.share for one in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1


async def test_a_watch_of_what_has_ended_gives_it_at_once(
    stocked: "Caller", finished: Evaluation
) -> None:
    request = WatchEvaluationRequest(name=finished.name, since_revision=finished.revision)
    watch = stocked.evaluations.WatchEvaluation(request)
    assert [change.evaluation async for change in watch] == [finished]


async def read_watch(caller: "Caller", name: str) -> list[object]:
    watch = caller.evaluations.WatchEvaluation(WatchEvaluationRequest(name=name))
    return [change async for change in watch]


async def test_what_is_not_there_is_told_by_every_method(stocked: "Caller", tools: "Tools") -> None:
    name = "evaluations/ghost"
    stub = stocked.evaluations
    for call in (
        stub.GetEvaluation(GetEvaluationRequest(name=name)),
        stub.CancelEvaluation(CancelEvaluationRequest(name=name)),
        stub.DeleteEvaluation(DeleteEvaluationRequest(name=name)),
        stub.RescoreEvaluation(RescoreEvaluationRequest(name=name, spec=tools.spec("right"))),
        stub.ListPredictions(ListPredictionsRequest(name=name, candidate="candidates/right")),
        read_watch(stocked, name),
        stocked.artifact(name=name, rendered_report={"format": 1}),
    ):
        failure = await stocked.failure(call)
        assert (failure.code, failure.reason) == (NOT_FOUND, "NOT_FOUND")


@pytest.mark.parametrize("name", ["", "finished", "candidates/right", "evaluations/../finished"])
async def test_a_name_of_something_else_is_refused_by_every_method(
    stocked: "Caller", tools: "Tools", name: str
) -> None:
    stub = stocked.evaluations
    for call in (
        stub.GetEvaluation(GetEvaluationRequest(name=name)),
        stub.CancelEvaluation(CancelEvaluationRequest(name=name)),
        stub.DeleteEvaluation(DeleteEvaluationRequest(name=name)),
        stub.RescoreEvaluation(RescoreEvaluationRequest(name=name, spec=tools.spec("right"))),
        stub.ListPredictions(ListPredictionsRequest(name=name, candidate="candidates/right")),
        read_watch(stocked, name),
        stocked.artifact(name=name, rendered_report={"format": 1}),
    ):
        failure = await stocked.failure(call)
        assert (failure.code, failure.reason) == (INVALID, "INVALID_NAME")


async def test_a_queued_evaluation_is_cancelled_at_once_and_can_then_be_deleted(
    stocked: "Caller", tools: "Tools"
) -> None:
    running = await stocked.create(tools.spec("right", "wrong"))
    queued = await stocked.create(tools.spec("right"))
    failure = await stocked.failure(
        stocked.evaluations.DeleteEvaluation(DeleteEvaluationRequest(name=queued.name))
    )
    assert (failure.code, failure.reason) == (PRECONDITION, "WRONG_STATE")
    for name in (queued.name, running.name):
        request = CancelEvaluationRequest(name=name)
        answer = await stocked.evaluations.CancelEvaluation(request)
        assert answer.evaluation.state == Evaluation.STATE_CANCELLED
        await stocked.evaluations.DeleteEvaluation(DeleteEvaluationRequest(name=name))
        failure = await stocked.failure(
            stocked.evaluations.GetEvaluation(GetEvaluationRequest(name=name))
        )
        assert failure.code == NOT_FOUND


async def test_what_has_succeeded_cannot_be_cancelled(
    stocked: "Caller", finished: Evaluation
) -> None:
    failure = await stocked.failure(
        stocked.evaluations.CancelEvaluation(CancelEvaluationRequest(name=finished.name))
    )
    assert (failure.code, failure.reason) == (PRECONDITION, "WRONG_STATE")
