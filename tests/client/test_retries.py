"""Which calls are made again, and when."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from bakeoff import v1
from bakeoff.client import (
    AsyncClient,
    Client,
    QueueFullError,
    RenderedReport,
    ResourceExhaustedError,
    RetryPolicy,
    UnavailableError,
)
from bakeoff.client.retries import Attempts
from bakeoff.v1.candidate_service_pb2_grpc import CandidateServiceServicer
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer

QUICK = RetryPolicy(initial_pause_s=0.01, max_pause_s=0.02)


def busy(retry_after_ms: int | None) -> status_pb2.Status:
    """A full queue, with or without a time to come back."""
    status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="queue full")
    details = [error_details_pb2.ErrorInfo(reason="QUEUE_FULL", domain="bakeoff")]
    if retry_after_ms is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(retry_after_ms)
        details.append(retry)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


class Evaluations(EvaluationServiceServicer):
    """Fails so often, then takes the evaluation."""

    def __init__(self, *failures: status_pb2.Status) -> None:
        self.failures = list(failures)
        self.requests: list[v1.CreateEvaluationRequest] = []
        self.deleted: list[str] = []

    def CreateEvaluation(  # noqa: N802 (the method's name in the contract)
        self, request: v1.CreateEvaluationRequest, context: grpc.ServicerContext
    ) -> v1.CreateEvaluationResponse:
        self.requests.append(request)
        self._fail(context)
        return v1.CreateEvaluationResponse(evaluation=v1.Evaluation(name="evaluations/e"))

    def DeleteEvaluation(  # noqa: N802 (the method's name in the contract)
        self, request: v1.DeleteEvaluationRequest, context: grpc.ServicerContext
    ) -> v1.DeleteEvaluationResponse:
        self.deleted.append(request.name)
        self._fail(context)
        return v1.DeleteEvaluationResponse()

    def _fail(self, context: grpc.ServicerContext) -> None:
        if self.failures:
            context.abort_with_status(rpc_status.to_status(self.failures.pop(0)))


GONE = status_pb2.Status(code=code_pb2.UNAVAILABLE, message="restarting")


def test_a_repeated_creation_carries_the_same_request_id(
    client_of: Callable[..., Client],
) -> None:
    evaluations = Evaluations(GONE, GONE)
    client = client_of(evaluations)
    assert "evaluations/e" == client.create_evaluation(v1.EvaluationSpec()).name
    (identity,) = {request.request_id for request in evaluations.requests}
    assert 36 == len(identity)
    assert 3 == len(evaluations.requests)
    client.create_evaluation(v1.EvaluationSpec())
    assert identity != evaluations.requests[-1].request_id


async def test_calls_are_repeated_by_asyncio_too(serve: Callable[..., str]) -> None:
    evaluations = Evaluations(GONE, busy(10))
    async with AsyncClient(serve(evaluations), retry=QUICK) as client:
        accepted = await client.create_evaluation(v1.EvaluationSpec())
    assert "evaluations/e" == accepted.name
    assert 1 == len({request.request_id for request in evaluations.requests})
    assert 3 == len(evaluations.requests)


def test_a_full_queue_is_tried_again_when_the_server_says_when(
    client_of: Callable[..., Client],
) -> None:
    evaluations = Evaluations(busy(10))
    client_of(evaluations).create_evaluation(v1.EvaluationSpec())
    assert 2 == len(evaluations.requests)


def test_a_full_queue_is_not_tried_again_when_the_server_does_not(
    client_of: Callable[..., Client],
) -> None:
    evaluations = Evaluations(busy(None))
    with pytest.raises(QueueFullError):
        client_of(evaluations).create_evaluation(v1.EvaluationSpec())
    assert 1 == len(evaluations.requests)


def test_what_cannot_get_better_is_not_tried_again(client_of: Callable[..., Client]) -> None:
    evaluations = Evaluations(status_pb2.Status(code=code_pb2.INTERNAL, message="fault"))
    with pytest.raises(Exception, match="fault"):
        client_of(evaluations).create_evaluation(v1.EvaluationSpec())
    assert 1 == len(evaluations.requests)


def test_a_removal_is_not_sent_twice(client_of: Callable[..., Client]) -> None:
    """A second try of a removal that succeeded would say that there is nothing to remove."""
    evaluations = Evaluations(GONE)
    with pytest.raises(UnavailableError):
        client_of(evaluations).delete_evaluation("e")
    assert ["evaluations/e"] == evaluations.deleted


def test_after_the_last_try_the_error_is_raised(client_of: Callable[..., Client]) -> None:
    evaluations = Evaluations(*[GONE] * 10)
    client = client_of(evaluations, retry=RetryPolicy(attempt_count=3, initial_pause_s=0.01))
    with pytest.raises(UnavailableError, match="restarting"):
        client.create_evaluation(v1.EvaluationSpec())
    assert 3 == len(evaluations.requests)


class Uploads(CandidateServiceServicer):
    """Fails the first upload half way, then takes one."""

    def __init__(self) -> None:
        self.received: list[list[v1.UploadCandidateRequest]] = []

    def UploadCandidate(  # noqa: N802 (the method's name in the contract)
        self,
        request_iterator: Iterator[v1.UploadCandidateRequest],
        context: grpc.ServicerContext,
    ) -> v1.UploadCandidateResponse:
        parts: list[v1.UploadCandidateRequest] = []
        self.received.append(parts)
        for part in request_iterator:
            parts.append(part)
            if len(self.received) == 1 and len(parts) == 2:
                context.abort_with_status(rpc_status.to_status(GONE))
        return v1.UploadCandidateResponse(candidate=v1.Candidate(name="candidates/c"))


def test_a_broken_upload_begins_again_from_the_start(
    client_of: Callable[..., Client], bundle_folder: object
) -> None:
    uploads = Uploads()
    client_of(uploads).upload_candidate(str(bundle_folder), "c")
    first, second = uploads.received
    assert first == second[:2]
    assert ["model.onnx", "empty.txt"] == [part.chunk.path for part in second[1:]]


class Artifacts(EvaluationServiceServicer):
    """Fails the first read at once, and the second half way."""

    def __init__(self) -> None:
        self.read_count = 0

    def ReadArtifact(  # noqa: N802 (the method's name in the contract)
        self,
        request: v1.ReadArtifactRequest,  # noqa: ARG002 (gRPC passes it)
        context: grpc.ServicerContext,
    ) -> Iterator[v1.ReadArtifactResponse]:
        self.read_count += 1
        if self.read_count > 1:
            yield v1.ReadArtifactResponse(data=b"half")
        context.abort_with_status(rpc_status.to_status(GONE))


def test_a_file_is_read_again_only_while_nothing_of_it_has_come(
    client_of: Callable[..., Client],
) -> None:
    artifacts = Artifacts()
    pieces = client_of(artifacts).read_artifact("e", RenderedReport())
    assert b"half" == next(pieces)
    with pytest.raises(UnavailableError):
        next(pieces)
    assert 2 == artifacts.read_count


async def test_a_file_is_read_again_by_asyncio_only_while_nothing_of_it_has_come(
    serve: Callable[..., str],
) -> None:
    artifacts = Artifacts()
    async with AsyncClient(serve(artifacts), retry=QUICK) as client:
        pieces = client.read_artifact("e", RenderedReport())
        assert b"half" == await anext(pieces)
        with pytest.raises(UnavailableError):
            await anext(pieces)
    assert 2 == artifacts.read_count


async def test_a_broken_upload_begins_again_from_the_start_by_asyncio(
    serve: Callable[..., str], bundle_folder: object
) -> None:
    uploads = Uploads()
    async with AsyncClient(serve(uploads), retry=QUICK) as client:
        await client.upload_candidate(str(bundle_folder), "c")
    first, second = uploads.received
    assert first == second[:2]


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def attempts(policy: RetryPolicy, timeout_s: float | None = None, draw: object = max) -> Attempts:
    return Attempts(
        policy,
        repeatable=True,
        timeout_s=timeout_s,
        clock=Clock(),
        draw=draw,
    )


def test_pauses_double_up_to_the_longest() -> None:
    policy = RetryPolicy(attempt_count=6, initial_pause_s=1, max_pause_s=5)
    tries = attempts(policy)
    gone = UnavailableError("gone")
    assert [1.0, 2.0, 4.0, 5.0, 5.0, None] == [tries.pause_s(gone) for _ in range(6)]


def test_pauses_are_drawn_from_the_upper_half_of_their_range() -> None:
    ranges: list[tuple[float, float]] = []

    def draw(low_s: float, high_s: float) -> float:
        ranges.append((low_s, high_s))
        return high_s

    tries = attempts(RetryPolicy(initial_pause_s=1), draw=draw)
    for _ in range(3):
        tries.pause_s(UnavailableError("gone"))
    assert [(0.5, 1.0), (1.0, 2.0), (2.0, 4.0)] == ranges


def test_pauses_of_two_callers_differ() -> None:
    policy = RetryPolicy()
    pauses = [
        Attempts(policy, repeatable=True, timeout_s=None).pause_s(UnavailableError("gone"))
        for _ in range(20)
    ]
    assert any(one != other for one, other in pairwise(pauses))


def test_the_server_may_ask_for_a_longer_pause_but_not_for_any() -> None:
    policy = RetryPolicy(initial_pause_s=1, max_retry_after_s=30)
    assert 7.0 == attempts(policy).pause_s(ResourceExhaustedError("full", retry_after_s=7))
    assert attempts(policy).pause_s(ResourceExhaustedError("full", retry_after_s=31)) is None


def test_no_pause_outlasts_the_time_allowed() -> None:
    policy = RetryPolicy(initial_pause_s=2)
    tries = attempts(policy, timeout_s=2)
    assert 2.0 == tries.remaining_s()
    assert tries.pause_s(UnavailableError("gone")) is None


def test_an_answer_begins_a_new_row_of_tries() -> None:
    tries = attempts(RetryPolicy(attempt_count=2, initial_pause_s=1))
    gone = UnavailableError("gone")
    assert 1.0 == tries.pause_s(gone)
    tries.succeeded()
    assert 1.0 == tries.pause_s(gone)
    assert tries.pause_s(gone) is None
