"""The outermost interceptor: every failure leaves as a rich status, an unknown one without text."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import grpc
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status
from grpc import aio
from grpc_status import rpc_status

from bakeoff.server.api.handlers import (
    Context,
    Continuation,
    Handler,
    changed,
    surrounded,
)
from bakeoff.server.api.requests import reading_safely
from bakeoff.server.errors import BakeoffError
from bakeoff.server.status import TABLE, internal_status, status_of

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
            return surrounded(reading_safely(handler), watched)

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
