"""The outermost interceptor: every failure leaves as a rich status, an unknown one without text."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc
from bakeoff.server.api.handlers import (
    Context,
    Continuation,
    Handler,
    call_of,
    changed,
    surrounded,
    with_call,
)
from bakeoff.server.api.status import TABLE, internal_status, status_of
from bakeoff.server.errors import BakeoffError, MalformedMessageError
from google.protobuf.message import DecodeError
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status
from grpc import aio
from grpc_status import rpc_status

_LOG = logging.getLogger(__name__)


class FailureInterceptor(aio.ServerInterceptor):  # type: ignore[type-arg] # generic in the stubs only
    """Turns every error into a status, and logs how each call ended."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Gives the handler of the call, watched for failures."""
        method = handler_call_details.method

        @asynccontextmanager
        async def watched(context: Context) -> AsyncIterator[None]:
            ended = _end_logger(method)
            try:
                yield
            except asyncio.CancelledError:
                ended("CANCELLED")
                raise
            except aio.AbortError:
                ended(str(context.code()))
                raise
            except Exception as error:  # noqa: BLE001 - the edge: no exception may pass it
                status = _status(error)
                ended(code_pb2.Code.Name(status.code))
                await _abort(context, status)
            else:
                ended("OK")

        def change(handler: Handler) -> Handler:
            return surrounded(_reading_safely(handler), watched)

        return await changed(continuation, handler_call_details, change)


async def _abort(context: Context, status: Status) -> None:
    await context.abort_with_status(rpc_status.to_status(status))  # type: ignore[attr-defined] # missing from the stubs


def _status(error: Exception) -> Status:
    if isinstance(error, BakeoffError) and type(error) in TABLE:
        return status_of(error)
    error_id = uuid.uuid4().hex
    _LOG.error("unknown error", extra={"error_id": error_id}, exc_info=error)
    return internal_status(error_id)


def _end_logger(method: str) -> Callable[[str], None]:
    start_s = time.monotonic()

    def log_end(code: str) -> None:
        duration_ms = round((time.monotonic() - start_s) * 1000, 3)
        facts = {"rpc_method": method, "code": code, "duration_ms": duration_ms}
        _LOG.info("call ended", extra=facts)

    return log_end


class _Unreadable:
    """Stands in for a request whose bytes are not the message they should be."""


def _reading_safely(handler: Handler) -> Handler:
    """The handler with MalformedMessageError for bytes that are no message.

    Left to itself, grpc answers UNKNOWN with the text of the exception.
    """
    deserialize = handler.request_deserializer
    call = call_of(handler)

    def read(raw: bytes) -> Any:  # noqa: ANN401 - any message
        try:
            return raw if deserialize is None else deserialize(raw)
        except DecodeError:
            return _Unreadable()

    async def call_with_one(request: Any, context: Context) -> Any:  # noqa: ANN401 - any message
        return await call(_readable(request), context)

    async def call_with_many(requests: Any, context: Context) -> Any:  # noqa: ANN401 - any message
        async with aclosing(_all_readable(requests)) as readable:
            return await call(readable, context)

    checked = call_with_many if handler.request_streaming else call_with_one
    return with_call(handler, checked, read)


def _readable(request: Any) -> Any:  # noqa: ANN401 - any message
    if isinstance(request, _Unreadable):
        msg = "the request is not a readable protobuf message of the type that the method takes"
        raise MalformedMessageError(msg)
    return request


async def _all_readable(requests: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    async for request in requests:
        yield _readable(request)
