"""Watching an evaluation over broken streams."""

from collections.abc import Callable, Iterator
from threading import Event

import grpc
import pytest

from bakeoff import v1
from bakeoff.client import (
    AsyncClient,
    Client,
    NotFoundError,
    RetryPolicy,
    UnavailableError,
)
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer

QUICK = RetryPolicy(attempt_count=3, initial_pause_s=0.01, max_pause_s=0.02)

RUNNING = v1.Evaluation.STATE_RUNNING
SUCCEEDED = v1.Evaluation.STATE_SUCCEEDED


def change(revision: int, state: v1.Evaluation.State.ValueType = RUNNING) -> v1.Evaluation:
    return v1.Evaluation(name="evaluations/e", revision=revision, state=state)


class Streams(EvaluationServiceServicer):
    """Sends one prepared stream after the other: changes, then perhaps a failure."""

    def __init__(self, *streams: list[v1.Evaluation | grpc.StatusCode]) -> None:
        self.streams = list(streams)
        self.asked_since: list[int] = []

    def WatchEvaluation(  # noqa: N802 (the method's name in the contract)
        self, request: v1.WatchEvaluationRequest, context: grpc.ServicerContext
    ) -> Iterator[v1.WatchEvaluationResponse]:
        assert "evaluations/e" == request.name
        self.asked_since.append(request.since_revision)
        for part in self.streams.pop(0) if self.streams else [grpc.StatusCode.UNAVAILABLE]:
            if isinstance(part, grpc.StatusCode):
                context.abort(part, "broken")
            yield v1.WatchEvaluationResponse(evaluation=part)


BROKEN_TWICE = (
    [change(10), change(12), grpc.StatusCode.UNAVAILABLE],
    [grpc.StatusCode.UNAVAILABLE],
    [change(15)],
    [change(17), grpc.StatusCode.DEADLINE_EXCEEDED],
    [change(20, SUCCEEDED)],
)


def test_a_watch_goes_on_where_it_broke(client_of: Callable[..., Client]) -> None:
    streams = Streams(*BROKEN_TWICE)
    client = client_of(streams, retry=QUICK)
    seen = [evaluation.revision for evaluation in client.watch_evaluation("e")]
    assert [10, 12, 15, 17, 20] == seen
    assert [0, 12, 12, 15, 17] == streams.asked_since


async def test_a_watch_goes_on_where_it_broke_by_asyncio(serve: Callable[..., str]) -> None:
    streams = Streams(*BROKEN_TWICE)
    async with AsyncClient(serve(streams), retry=QUICK) as client:
        seen = [evaluation.revision async for evaluation in client.watch_evaluation("e")]
    assert [10, 12, 15, 17, 20] == seen
    assert [0, 12, 12, 15, 17] == streams.asked_since


def test_a_watch_begins_after_a_revision_that_is_known(client_of: Callable[..., Client]) -> None:
    streams = Streams([change(7, SUCCEEDED)])
    list(client_of(streams).watch_evaluation("e", since_revision=6))
    assert [6] == streams.asked_since


def test_a_watch_ends_when_the_server_stays_away(client_of: Callable[..., Client]) -> None:
    streams = Streams([change(1)])
    watch = client_of(streams, retry=QUICK).watch_evaluation("e")
    assert 1 == next(watch).revision
    with pytest.raises(UnavailableError, match="broken"):
        next(watch)
    assert [0, 1, 1] == streams.asked_since


def test_a_watch_of_nothing_is_not_repeated(client_of: Callable[..., Client]) -> None:
    streams = Streams([grpc.StatusCode.NOT_FOUND])
    with pytest.raises(NotFoundError):
        list(client_of(streams, retry=QUICK).watch_evaluation("e"))
    assert [0] == streams.asked_since


def test_a_watch_that_is_left_is_cancelled(client_of: Callable[..., Client]) -> None:
    gone = Event()

    class Endless(EvaluationServiceServicer):
        def WatchEvaluation(  # noqa: N802 (the method's name in the contract)
            self,
            request: v1.WatchEvaluationRequest,  # noqa: ARG002 (gRPC passes it)
            context: grpc.ServicerContext,
        ) -> Iterator[v1.WatchEvaluationResponse]:
            context.add_callback(gone.set)
            yield v1.WatchEvaluationResponse(evaluation=change(1))
            gone.wait(10)

    watch = client_of(Endless()).watch_evaluation("e")
    next(watch)
    assert not gone.is_set()
    watch.close()
    assert gone.wait(10)
