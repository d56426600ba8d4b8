"""The edge: what passes it and what does not."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from bakeoff.server.api.failures import FailureInterceptor
from bakeoff.server.api.limits import LimitInterceptor
from bakeoff.server.api.tokens import TokenInterceptor
from bakeoff.server.errors import NotFoundError
from bakeoff.server.settings import Settings
from bakeoff.v1 import (
    GetCandidateRequest,
    GetCandidateResponse,
    ListCandidatesRequest,
    candidate_service_pb2_grpc,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERVICE = "bakeoff.test.Edge"
TEXT = "the row says: Anna Schmidt, diagnosis pending"


class Edge:
    """Methods that end in every way in which a method can."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.under_way = 0

    async def answer(self, request: GetCandidateRequest, _context: object) -> GetCandidateResponse:
        return GetCandidateResponse(candidate={"name": request.name})

    async def wait(self, _request: object, _context: object) -> GetCandidateResponse:
        self.under_way += 1
        await self.go_on.wait()
        return GetCandidateResponse()

    async def explode(self, _request: object, _context: object) -> GetCandidateResponse:
        raise RuntimeError(TEXT)

    async def explode_late(
        self, _request: object, _context: object
    ) -> AsyncIterator[GetCandidateResponse]:
        yield GetCandidateResponse()
        raise RuntimeError(TEXT)

    async def refuse_late(
        self, _request: object, _context: object
    ) -> AsyncIterator[GetCandidateResponse]:
        yield GetCandidateResponse()
        msg = "there is no candidates/ß"
        raise NotFoundError(msg, name="candidates/ß" * 1000)

    async def drip(self, _request: object, _context: object) -> AsyncIterator[GetCandidateResponse]:
        while True:
            yield GetCandidateResponse()
            await asyncio.sleep(0.01)

    async def time_out_inside(self, _request: object, _context: object) -> GetCandidateResponse:
        raise TimeoutError(TEXT)

    async def count(self, requests: AsyncIterator[Any], _context: object) -> GetCandidateResponse:
        count = len([request async for request in requests])
        return GetCandidateResponse(candidate={"size_bytes": count})


@contextlib.asynccontextmanager
async def edge_server(
    settings: Settings, *, tokens: tuple[str, ...] = ()
) -> AsyncIterator[tuple[aio.Channel, Edge]]:
    """A server with the real interceptors before methods that misbehave."""
    edge = Edge()
    limits = LimitInterceptor(settings)
    interceptors: list[Any] = [FailureInterceptor(), limits]
    if tokens:
        interceptors.append(TokenInterceptor(tokens))
    server = aio.server(interceptors=interceptors)
    shapes = {
        "answer": grpc.unary_unary_rpc_method_handler,
        "wait": grpc.unary_unary_rpc_method_handler,
        "explode": grpc.unary_unary_rpc_method_handler,
        "time_out_inside": grpc.unary_unary_rpc_method_handler,
        "explode_late": grpc.unary_stream_rpc_method_handler,
        "refuse_late": grpc.unary_stream_rpc_method_handler,
        "drip": grpc.unary_stream_rpc_method_handler,
        "count": grpc.stream_unary_rpc_method_handler,
    }
    handlers = {
        name: shape(
            getattr(edge, name),
            GetCandidateRequest.FromString,
            GetCandidateResponse.SerializeToString,
        )
        for name, shape in shapes.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    health_pb2_grpc.add_HealthServicer_to_server(health_aio.HealthServicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel, edge
    await server.stop(0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, address="127.0.0.1:0")


def unary(
    channel: aio.Channel, method: str, raw: bytes = b"", metadata: Sequence[tuple[str, str]] = ()
) -> aio.UnaryUnaryCall:
    return channel.unary_unary(f"/{SERVICE}/{method}")(raw, metadata=metadata)


async def streamed(channel: aio.Channel, method: str) -> list[bytes]:
    return [answer async for answer in channel.unary_stream(f"/{SERVICE}/{method}")(b"")]


async def test_the_text_of_an_unknown_exception_stays_in_the_log(
    settings: Settings, tools: "Tools", caplog: pytest.LogCaptureFixture
) -> None:
    async with edge_server(settings) as (channel, _):
        for call in (
            lambda: unary(channel, "explode"),
            lambda: unary(channel, "time_out_inside"),
            lambda: streamed(channel, "explode_late"),
        ):
            caplog.clear()
            with caplog.at_level(logging.ERROR), pytest.raises(aio.AioRpcError) as caught:
                await call()
            failure = tools.failure_of(caught.value)
            assert (failure.code, failure.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
            assert "Anna" not in str(caught.value)
            (record,) = caplog.records
            assert record.error_id == failure.metadata["error_id"]
            assert TEXT in str(record.exc_info)


async def test_a_known_error_leaves_a_stream_as_a_status_that_fits_into_headers(
    settings: Settings, tools: "Tools"
) -> None:
    async with edge_server(settings) as (channel, _):
        with pytest.raises(aio.AioRpcError) as caught:
            await streamed(channel, "refuse_late")
    failure = tools.failure_of(caught.value)
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert failure.domain == "bakeoff"
    assert failure.message == "there is no candidates/ß"


async def test_bytes_that_are_no_message_are_an_invalid_argument(
    settings: Settings, tools: "Tools"
) -> None:
    async with edge_server(settings) as (channel, _):
        garbage = [b"\xff\xff\xff", b"\x0a\x05ab"]

        async def requests() -> AsyncIterator[bytes]:
            yield b""
            yield garbage[0]
            for _ in range(100):
                yield b""

        calls = [unary(channel, "answer", raw) for raw in garbage]
        calls.append(channel.stream_unary(f"/{SERVICE}/count")(requests()))
        for call in calls:
            with pytest.raises(aio.AioRpcError) as caught:
                await call
            failure = tools.failure_of(caught.value)
            assert failure.code == grpc.StatusCode.INVALID_ARGUMENT
            assert failure.reason == "MALFORMED_MESSAGE"
        whole = await channel.stream_unary(
            f"/{SERVICE}/count", response_deserializer=GetCandidateResponse.FromString
        )(iter([b"", b"", b""]))
        assert whole.candidate.size_bytes == 3


async def test_garbage_sent_to_a_real_method_is_an_invalid_argument(
    caller: "Caller", tools: "Tools"
) -> None:
    call = caller.channel.unary_unary("/bakeoff.v1.CandidateService/GetCandidate")
    with pytest.raises(aio.AioRpcError) as caught:
        await call(b"\xff\xff\xff\xff")
    failure = tools.failure_of(caught.value)
    assert failure.code == grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "MALFORMED_MESSAGE"


async def test_a_message_of_five_mebibytes_is_too_large(caller: "Caller") -> None:
    request = GetCandidateRequest(name="x" * 5 * 1024 * 1024)
    failure = await caller.failure(caller.candidates.GetCandidate(request))
    assert failure.code == grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_method_that_there_is_not_is_unimplemented(caller: "Caller") -> None:
    call = caller.channel.unary_unary("/bakeoff.v1.CandidateService/Juggle")
    failure = await caller.failure(call(b""))
    assert failure.code == grpc.StatusCode.UNIMPLEMENTED


async def test_calls_beyond_the_limit_are_told_to_come_back_and_health_is_not(
    settings: Settings, tools: "Tools"
) -> None:
    limited = Settings(data_dir=settings.data_dir, max_concurrent_call_count=2)
    async with edge_server(limited) as (channel, edge):
        waiting = [unary(channel, "wait") for _ in range(2)]
        while edge.under_way < 2:  # noqa: ASYNC110 - the server tells by a count
            await asyncio.sleep(0.01)
        with pytest.raises(aio.AioRpcError) as caught:
            await unary(channel, "answer")
        failure = tools.failure_of(caught.value)
        assert failure.code == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (failure.reason, failure.retry_after_s) == ("TOO_MANY_CALLS", 1)
        checked = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        assert checked.status == health_pb2.HealthCheckResponse.SERVING
        edge.go_on.set()
        await asyncio.gather(*waiting)
        await unary(channel, "answer")


async def test_a_call_ends_at_the_servers_deadline(settings: Settings, tools: "Tools") -> None:
    short = Settings(
        data_dir=settings.data_dir,
        call_deadline_s=0.05,
        stream_deadline_s=0.05,
        upload_deadline_s=0.05,
    )

    async def slowly() -> AsyncIterator[bytes]:
        yield b""
        await asyncio.sleep(60)

    async with edge_server(short) as (channel, _):
        for call in (
            unary(channel, "wait"),
            streamed(channel, "drip"),
            channel.stream_unary(f"/{SERVICE}/count")(slowly()),
        ):
            with pytest.raises(aio.AioRpcError) as caught:
                await call
            failure = tools.failure_of(caught.value)
            assert failure.code == grpc.StatusCode.DEADLINE_EXCEEDED
            assert failure.reason == "DEADLINE_EXCEEDED"
            assert failure.metadata["deadline_s"] == "0.05"


async def test_a_caller_that_goes_away_gives_its_place_free(settings: Settings) -> None:
    limited = Settings(data_dir=settings.data_dir, max_concurrent_call_count=1)
    async with edge_server(limited) as (channel, edge):
        call = unary(channel, "wait")
        while not edge.under_way:  # noqa: ASYNC110 - the server tells by a count
            await asyncio.sleep(0.01)
        call.cancel()
        for _ in range(200):
            with contextlib.suppress(aio.AioRpcError):
                await unary(channel, "answer")
                break
            await asyncio.sleep(0.01)
        await unary(channel, "answer")


KNOWN = "correct-horse-battery"


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", ""),),
        (("authorization", f"Basic {KNOWN}"),),
        (("authorization", "Bearer wrong-horse-battery"),),
        (("authorization", f"Bearer {KNOWN}x"),),
        (("authorization", "Bearer "),),
    ],
)
async def test_a_call_without_a_known_token_is_refused(
    settings: Settings, tools: "Tools", metadata: tuple[tuple[str, str], ...]
) -> None:
    async with edge_server(settings, tokens=(KNOWN,)) as (channel, _):
        with pytest.raises(aio.AioRpcError) as caught:
            await unary(channel, "answer", metadata=metadata)
        failure = tools.failure_of(caught.value)
        assert failure.code == grpc.StatusCode.UNAUTHENTICATED
        assert failure.reason == "UNAUTHENTICATED"
        assert KNOWN not in failure.message


async def test_a_known_token_passes_and_health_needs_none(settings: Settings) -> None:
    async with edge_server(settings, tokens=("another-token-of-length", KNOWN)) as (channel, _):
        for scheme in ("Bearer", "bearer"):
            await unary(channel, "answer", metadata=(("authorization", f"{scheme} {KNOWN}"),))
        await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())


async def test_a_synchronous_caller_gets_the_same_errors(tools: "Tools", address: str) -> None:
    def call() -> grpc.RpcError:
        with grpc.insecure_channel(address) as channel:
            stub = candidate_service_pb2_grpc.CandidateServiceStub(channel)
            with pytest.raises(grpc.RpcError) as caught:
                stub.ListCandidates(ListCandidatesRequest(page_size=-1))
            return caught.value

    failure = tools.failure_of(await asyncio.to_thread(call))
    assert (failure.reason, list(failure.fields)) == ("INVALID_FIELD", ["page_size"])


async def test_a_message_of_another_kind_is_not_taken_for_a_request(caller: "Caller") -> None:
    raw = AnyMessage(type_url="x", value=b"y").SerializeToString()
    call = caller.channel.unary_unary("/bakeoff.v1.CandidateService/GetCandidate")
    failure = await caller.failure(call(raw))
    assert failure.reason == "INVALID_NAME"
