"""Evaluations asked for over the wire."""

import asyncio
import uuid
from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    CreateEvaluationRequest,
    Evaluation,
    EvaluationSpec,
    GetEvaluationRequest,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


async def test_an_evaluation_runs_to_its_report(finished: Evaluation, tools: "Tools") -> None:
    assert finished.state == Evaluation.STATE_SUCCEEDED
    assert finished.report.evaluation == finished.name == "evaluations/finished"
    assert finished.report.spec == finished.spec
    assert tools.figures(finished, 0)["accuracy"] == 1
    # 20 words, 10 a class: of the wrong candidate, numbers 0 to 4 speak for the other class.
    assert 0 < tools.figures(finished, 1)["accuracy"] < 1


async def test_what_was_left_to_the_server_is_in_the_stored_spec(finished: Evaluation) -> None:
    assert finished.spec.target == "targets/cpu"
    assert finished.spec.baseline == "candidates/right"
    assert finished.spec.objectives == ["max:accuracy"]
    assert "log_loss" in finished.spec.metrics
    assert finished.spec.batch_policy.token_budget.padded_token_count == 256
    assert finished.spec.statistics.confidence_level == 0.95
    assert finished.spec.statistics.resample_count == 100


async def test_checking_only_gives_the_evaluation_as_it_would_be_and_stores_nothing(
    stocked: "Caller", tools: "Tools"
) -> None:
    checked = await stocked.create(
        tools.spec("right"), evaluation_id="only-checked", validate_only=True
    )
    assert checked.name == "evaluations/only-checked"
    assert checked.state == Evaluation.STATE_QUEUED
    assert checked.spec.metrics
    failure = await stocked.failure(
        stocked.evaluations.GetEvaluation(GetEvaluationRequest(name=checked.name))
    )
    assert failure.code == NOT_FOUND


async def test_the_server_makes_an_id_that_tells_its_time(
    stocked: "Caller", tools: "Tools"
) -> None:
    made = [await stocked.create(tools.spec("right"), validate_only=True) for _ in range(2)]
    assert made[0].name != made[1].name
    stamp = made[0].create_time.ToDatetime().strftime("%Y%m%d-%H")
    assert made[0].name.startswith(f"evaluations/{stamp}")


async def test_a_hundred_requests_of_one_id_make_one_evaluation(
    stocked: "Caller", tools: "Tools"
) -> None:
    request = CreateEvaluationRequest(spec=tools.spec("right"), request_id=str(uuid.uuid4()))
    answers = await asyncio.gather(
        *(stocked.evaluations.CreateEvaluation(request) for _ in range(100))
    )
    names = {answer.evaluation.name for answer in answers}
    assert len(names) == 1
    other = CreateEvaluationRequest(spec=tools.spec("wrong"), request_id=request.request_id)
    failure = await stocked.failure(stocked.evaluations.CreateEvaluation(other))
    assert failure.code == grpc.StatusCode.ALREADY_EXISTS
    assert failure.reason == "REQUEST_ID_REUSED"
    await stocked.ended(names.pop())


async def test_a_name_that_is_taken_is_refused(
    stocked: "Caller", tools: "Tools", finished: Evaluation
) -> None:
    taken = finished.name.split("/")[1]
    for validate_only in (True, False):
        call = stocked.create(tools.spec("right"), evaluation_id=taken, validate_only=validate_only)
        failure = await stocked.failure(call)
        assert failure.code == grpc.StatusCode.ALREADY_EXISTS
        assert failure.reason == "ALREADY_EXISTS"


UUID1 = str(uuid.uuid1())


@pytest.mark.parametrize(
    ("options", "at_fault"),
    [
        ({"request_id": "x"}, "request_id"),
        ({"request_id": UUID1}, "request_id"),
        ({"request_id": "{" + str(uuid.uuid4()) + "}"}, "request_id"),
        ({"evaluation_id": "Bad Id"}, "evaluation_id"),
    ],
)
async def test_an_id_that_cannot_be_is_refused(
    stocked: "Caller", tools: "Tools", options: dict[str, str], at_fault: str
) -> None:
    failure = await stocked.failure(stocked.create(tools.spec("right"), **options))
    assert (failure.code, list(failure.fields)) == (INVALID, [at_fault])


async def test_a_request_without_a_spec_is_refused(stocked: "Caller") -> None:
    failure = await stocked.failure(stocked.create(EvaluationSpec()))
    assert (failure.code, list(failure.fields)) == (INVALID, ["spec.candidates"])


async def test_all_that_is_not_there_is_named_at_once(stocked: "Caller", tools: "Tools") -> None:
    failure = await stocked.failure(
        stocked.create(tools.spec("right", "ghost", "spook", evaluation_set="void"))
    )
    assert (failure.code, failure.reason) == (NOT_FOUND, "NOT_FOUND")
    for name in ("candidates/ghost", "candidates/spook", "evaluationSets/void"):
        assert name in failure.message
    assert "candidates/right" not in failure.message


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"target": "targets/abacus"}, PRECONDITION, "NO_SUCH_TARGET"),
        ({"target": "targets/cuda-0"}, PRECONDITION, "PROVIDER_UNAVAILABLE"),
        ({"metrics": ["wisdom"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"metrics": ["mse"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"metrics": ["accuracy", "accuracy"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"constraints": ["accuracy>="]}, INVALID, "EXPRESSION_INVALID"),
        ({"constraints": ["wisdom>=1"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"constraints": ["latency_p99_ms<=20"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"objectives": ["best:accuracy"]}, INVALID, "EXPRESSION_INVALID"),
        ({"objectives": ["max:wisdom"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"objectives": ["min:accuracy"]}, INVALID, "EXPRESSION_INVALID"),
        ({"label_mapping": {"nobody": "cat"}}, PRECONDITION, "LABEL_UNKNOWN"),
    ],
)
async def test_what_does_not_fit_is_refused_before_anything_runs(
    stocked: "Caller",
    tools: "Tools",
    fields: dict[str, object],
    code: grpc.StatusCode,
    reason: str,
) -> None:
    spec = tools.spec("right")
    spec.MergeFrom(EvaluationSpec(**fields))
    failure = await stocked.failure(stocked.create(spec))
    assert (failure.code, failure.reason) == (code, reason)


async def test_a_label_that_a_candidate_does_not_know_is_named_with_its_row(
    stocked: "Caller", tools: "Tools"
) -> None:
    examples = tools.labelled(3)
    examples[2].label.class_name = "owl"
    await stocked.upload_set("with-owl", tools.encoded(examples))
    failure = await stocked.failure(stocked.create(tools.spec("right", evaluation_set="with-owl")))
    assert (failure.code, failure.reason) == (PRECONDITION, "LABEL_UNKNOWN")
    assert "'owl'" in failure.message
    assert failure.metadata["row"] == "3"


async def test_a_set_without_labels_cannot_be_scored(stocked: "Caller", tools: "Tools") -> None:
    examples = tools.labelled(3)
    for example in examples:
        example.ClearField("label")
    await stocked.upload_set("unlabelled", tools.encoded(examples))
    failure = await stocked.failure(
        stocked.create(tools.spec("right", evaluation_set="unlabelled"))
    )
    assert (failure.code, failure.reason) == (PRECONDITION, "LABELS_MISSING")


async def test_an_objective_is_chosen_among_the_metrics_that_were_asked_for(
    stocked: "Caller", tools: "Tools"
) -> None:
    spec = tools.spec("right")
    spec.metrics.append("log_loss")
    checked = await stocked.create(spec, validate_only=True)
    assert checked.spec.objectives == ["min:log_loss"]
