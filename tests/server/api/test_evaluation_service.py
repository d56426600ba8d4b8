"""Evaluations over the wire."""

import asyncio
import json
import uuid
from io import BytesIO
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.proto import parse_length_prefixed

from bakeoff.v1 import (
    CancelEvaluationRequest,
    CreateEvaluationRequest,
    DeleteEvaluationRequest,
    DeleteEvaluationSetRequest,
    Evaluation,
    EvaluationSpec,
    GetEvaluationRequest,
    ListEvaluationsRequest,
    ListPredictionsRequest,
    ObservationBlock,
    Offline,
    PredictionRecord,
    ReadArtifactRequest,
    RescoreEvaluationRequest,
    Scenario,
    StatisticsSettings,
    WatchEvaluationRequest,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


def figures(evaluation: Evaluation, index: int) -> dict[str, float]:
    return {one.id: one.value for one in evaluation.report.candidates[index].quality}


async def all_predictions(
    caller: "Caller", name: str, candidate: str, page_size: int = 7, **options: object
) -> list[PredictionRecord]:
    found: list[PredictionRecord] = []
    token = ""
    while True:
        page = await caller.evaluations.ListPredictions(
            ListPredictionsRequest(
                name=name, candidate=candidate, page_size=page_size, page_token=token, **options
            )
        )
        found += page.predictions
        token = page.next_page_token
        if not token:
            return found


async def artifact(caller: "Caller", **fields: object) -> bytes:
    request = ReadArtifactRequest(**fields)
    pieces = [piece.data async for piece in caller.evaluations.ReadArtifact(request)]
    return b"".join(pieces)


# Creating.


async def test_an_evaluation_runs_to_its_report(finished: Evaluation) -> None:
    assert finished.state == Evaluation.STATE_SUCCEEDED
    assert finished.report.evaluation == finished.name == "evaluations/finished"
    assert finished.report.spec == finished.spec
    assert figures(finished, 0)["accuracy"] == 1
    # 20 words, 10 a class: of the wrong candidate, numbers 0 to 4 speak for the other class.
    assert 0 < figures(finished, 1)["accuracy"] < 1


async def test_what_was_left_to_the_server_is_in_the_stored_spec(finished: Evaluation) -> None:
    assert finished.spec.target == "targets/cpu"
    assert finished.spec.baseline == "candidates/right"
    assert finished.spec.objectives == ["max:accuracy"]
    assert "log_loss" in finished.spec.metrics
    assert finished.spec.batch_policy.token_budget.padded_token_count == 512
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


# Reading.


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
        artifact(stocked, name=name, rendered_report={"format": 1}),
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
        artifact(stocked, name=name, rendered_report={"format": 1}),
    ):
        failure = await stocked.failure(call)
        assert (failure.code, failure.reason) == (INVALID, "INVALID_NAME")


# Ending.


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


# Predictions.


async def test_predictions_come_in_the_order_of_the_set_and_agree_with_the_report(
    stocked: "Caller", finished: Evaluation
) -> None:
    for index, candidate in enumerate(("candidates/right", "candidates/wrong")):
        found = await all_predictions(stocked, finished.name, candidate)
        assert [one.index for one in found] == list(range(40))
        assert [one.example_id for one in found] == [f"row-{number}" for number in range(40)]
        right = sum(one.correct for one in found)
        assert right / 40 == figures(finished, index)["accuracy"]
        assert found[3].text.text == "dog3 dog3"
        assert found[3].label.class_name == "dog"
        assert sum(found[3].probabilities.values()) == pytest.approx(1)


async def test_wrong_answers_are_those_that_are_not_correct(
    stocked: "Caller", finished: Evaluation
) -> None:
    everything = await all_predictions(stocked, finished.name, "candidates/wrong")
    wrong = await all_predictions(
        stocked, finished.name, "candidates/wrong", page_size=3, wrong_only=True
    )
    assert wrong == [one for one in everything if not one.correct]
    assert wrong
    none = await all_predictions(stocked, finished.name, "candidates/right", wrong_only=True)
    assert none == []


async def test_a_page_stays_small_enough_to_be_received(stocked: "Caller", tools: "Tools") -> None:
    examples = tools.labelled(8)
    for example in examples:
        example.text.text += " " + "x" * 900_000
    await stocked.upload_set("long-texts", tools.encoded(examples), 1_000_000)
    created = await stocked.create(tools.spec("right", evaluation_set="long-texts"))
    ended = await stocked.ended(created.name)
    assert ended.state == Evaluation.STATE_SUCCEEDED
    found = await all_predictions(stocked, created.name, "candidates/right", page_size=1000)
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
    found = await all_predictions(stocked, name, "candidates/right")
    assert len(found) == 4


# Rescoring.


async def test_rescoring_answers_anew_from_what_is_stored(
    stocked: "Caller", finished: Evaluation
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
    assert list(figures(rescored, 0)) == ["f1.macro", "accuracy"]
    for index in (0, 1):
        assert figures(rescored, index)["accuracy"] == figures(finished, index)["accuracy"]
    assert rescored.report.selection.recommended == "candidates/right"
    assert {one.baseline for one in rescored.report.comparisons} == {"candidates/wrong"}
    assert rescored.spec.profile_repeat_count == finished.spec.profile_repeat_count
    again = await stocked.evaluations.RescoreEvaluation(request)
    assert again.evaluation == rescored
    got = await stocked.evaluations.GetEvaluation(GetEvaluationRequest(name=rescored.name))
    assert got.evaluation == rescored
    listed = await all_predictions(stocked, rescored.name, "candidates/wrong")
    assert listed == await all_predictions(stocked, finished.name, "candidates/wrong")


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
        artifact(stocked, name=name, rendered_report={"format": 1}),
    ):
        failure = await stocked.failure(call)
        assert (failure.code, failure.reason) == (PRECONDITION, "WRONG_STATE")
    await stocked.ended(name)


# Artifacts.


@pytest.mark.parametrize(("wanted", "begins"), [(1, b"<!DOCTYPE html>"), (2, b"#"), (3, b"{")])
async def test_a_report_is_rendered(
    stocked: "Caller", finished: Evaluation, wanted: int, begins: bytes
) -> None:
    content = await artifact(stocked, name=finished.name, rendered_report={"format": wanted})
    assert content.lstrip().lower().startswith(begins.lower())
    if wanted == 3:
        assert json.loads(content)["evaluation"] == finished.name


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, INVALID),
        ({"rendered_report": {"format": 0}}, INVALID),
        ({"rendered_report": {"format": 77}}, INVALID),
        ({"observations": {"candidate": "x", "scenario": "offline"}}, INVALID),
        ({"observations": {"candidate": "candidates/ghost", "scenario": "offline"}}, NOT_FOUND),
        ({"observations": {"candidate": "candidates/right", "scenario": "offline"}}, INVALID),
        ({"observations": {"candidate": "candidates/right", "scenario": "../.."}}, INVALID),
    ],
)
async def test_an_artifact_that_cannot_be_is_refused(
    stocked: "Caller", finished: Evaluation, fields: dict[str, object], code: grpc.StatusCode
) -> None:
    failure = await stocked.failure(artifact(stocked, name=finished.name, **fields))
    assert failure.code == code


async def test_observations_are_given_as_they_were_recorded(
    stocked: "Caller", tools: "Tools"
) -> None:
    spec = tools.spec("right")
    spec.scenarios.add(
        offline=Offline(),
        min_duration=Duration(nanos=50_000_000),
        max_duration=Duration(seconds=1),
        block_count=2,
    )
    name = (await stocked.create(spec)).name
    ended = await stocked.ended(name)
    observed = {"candidate": "candidates/right", "scenario": "offline"}
    content = await artifact(stocked, name=name, observations=observed)
    blocks: list[ObservationBlock] = []
    file = BytesIO(content)
    while (block := parse_length_prefixed(ObservationBlock, file)) is not None:
        blocks.append(block)
    assert [block.round for block in blocks] == [0, 1]
    (result,) = ended.report.candidates[0].scenarios
    assert [block.query_count for block in result.blocks] == [
        len(block.end_to_end_ns) or block.sample_count for block in blocks
    ]
