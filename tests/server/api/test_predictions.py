"""Predictions over the wire."""

from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    DeleteEvaluationSetRequest,
    Evaluation,
    EvaluationSpec,
    GetEvaluationRequest,
    ListPredictionsRequest,
    RescoreEvaluationRequest,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


async def test_predictions_come_in_the_order_of_the_set_and_agree_with_the_report(
    stocked: "Caller", finished: Evaluation, tools: "Tools"
) -> None:
    for index, candidate in enumerate(("candidates/right", "candidates/wrong")):
        found = await stocked.all_predictions(finished.name, candidate)
        assert [one.index for one in found] == list(range(40))
        assert [one.example_id for one in found] == [f"row-{number}" for number in range(40)]
        right = sum(one.correct for one in found)
        assert right / 40 == tools.figures(finished, index)["accuracy"]
        assert found[3].text.text == "dog3 dog3"
        assert found[3].label.class_name == "dog"
        assert sum(found[3].probabilities.values()) == pytest.approx(1)


async def test_wrong_answers_are_those_that_are_not_correct(
    stocked: "Caller", finished: Evaluation
) -> None:
    everything = await stocked.all_predictions(finished.name, "candidates/wrong")
    wrong = await stocked.all_predictions(
        finished.name, "candidates/wrong", page_size=3, wrong_only=True
    )
    assert wrong == [one for one in everything if not one.correct]
    assert wrong
    none = await stocked.all_predictions(finished.name, "candidates/right", wrong_only=True)
    assert none == []


async def test_a_page_stays_small_enough_to_be_received(stocked: "Caller", tools: "Tools") -> None:
    examples = tools.labelled(8)
    for example in examples:
        example.text.text += " " + "x" * 900_000
    await stocked.upload_set("long-texts", tools.encoded(examples), 1_000_000)
    created = await stocked.create(tools.spec("right", evaluation_set="long-texts"))
    ended = await stocked.ended(created.name)
    assert ended.state == Evaluation.STATE_SUCCEEDED
    found = await stocked.all_predictions(created.name, "candidates/right", page_size=1000)
    assert [one.index for one in found] == list(range(8))


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"candidate": "candidates/ghost"}, NOT_FOUND, "NOT_FOUND"),
        ({"candidate": ""}, INVALID, "INVALID_NAME"),
        ({"page_size": -1}, INVALID, "INVALID_FIELD"),
        ({"page_token": "x"}, INVALID, "INVALID_FIELD"),
    ],
)
async def test_a_page_of_predictions_that_cannot_be_is_refused(
    stocked: "Caller",
    finished: Evaluation,
    fields: dict[str, object],
    code: grpc.StatusCode,
    reason: str,
) -> None:
    given = {"name": finished.name, "candidate": "candidates/right", **fields}
    failure = await stocked.failure(
        stocked.evaluations.ListPredictions(ListPredictionsRequest(**given))
    )
    assert (failure.code, failure.reason) == (code, reason)


async def test_a_page_token_belongs_to_its_candidate_and_filter(
    stocked: "Caller", finished: Evaluation
) -> None:
    asked = {"name": finished.name, "page_size": 1}
    page = await stocked.evaluations.ListPredictions(
        ListPredictionsRequest(candidate="candidates/right", **asked)
    )
    for other in (
        {"candidate": "candidates/wrong"},
        {"candidate": "candidates/right", "wrong_only": True},
    ):
        request = ListPredictionsRequest(page_token=page.next_page_token, **asked, **other)
        failure = await stocked.failure(stocked.evaluations.ListPredictions(request))
        assert list(failure.fields) == ["page_token"]


async def test_predictions_are_not_shown_beside_another_set_of_the_same_name(
    stocked: "Caller", tools: "Tools"
) -> None:
    first = tools.encoded(tools.labelled(4))
    await stocked.upload_set("replaced", first)
    name = (await stocked.create(tools.spec("right", evaluation_set="replaced"))).name
    report = (await stocked.ended(name)).report
    set_name = "evaluationSets/replaced"
    await stocked.sets.DeleteEvaluationSet(DeleteEvaluationSetRequest(name=set_name))
    request = ListPredictionsRequest(name=name, candidate="candidates/right")
    rescore = RescoreEvaluationRequest(name=name, spec=EvaluationSpec(metrics=["accuracy"]))
    for content in (None, tools.encoded(tools.labelled(5))):
        if content is not None:
            await stocked.upload_set("replaced", content)
        for call in (
            stocked.evaluations.ListPredictions(request),
            stocked.evaluations.RescoreEvaluation(rescore),
        ):
            failure = await stocked.failure(call)
            assert (failure.code, failure.reason) == (PRECONDITION, "FAILED_PRECONDITION")
            assert set_name in failure.message
    kept = await stocked.evaluations.GetEvaluation(GetEvaluationRequest(name=name))
    assert kept.evaluation.report == report
    await stocked.sets.DeleteEvaluationSet(DeleteEvaluationSetRequest(name=set_name))
    await stocked.upload_set("replaced", first)
    found = await stocked.all_predictions(name, "candidates/right")
    assert len(found) == 4
