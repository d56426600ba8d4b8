"""A handler of one RPC with something around it."""

import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any, TypeAlias

import grpc
from grpc import aio

Context: TypeAlias = "aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]"
Call: TypeAlias = Callable[[Any, Context], Awaitable[Any]]
Around: TypeAlias = Callable[[Context], AbstractAsyncContextManager[None]]

_SHAPES = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")


async def changed(
    continuation: Continuation,
    details: grpc.HandlerCallDetails,
    change: Callable[[Handler], Handler],
) -> Handler:
    """The handler that the next interceptor gives, changed."""
    handler = await continuation(details)
    if handler is None:
        return None  # type: ignore[return-value] # an unknown method; grpc then answers UNIMPLEMENTED
    return change(handler)


def call_of(handler: Handler) -> Call:
    """What a handler does, as one coroutine for each call.

    A stream of answers is written from within it, so that whoever awaits the coroutine sees all
    of the call end: the last write, an error, or the caller going away.
    """
    behaviour = getattr(handler, _shape(handler))
    if not inspect.isasyncgenfunction(behaviour):
        call: Call = behaviour
        return call

    async def write_all(request: Any, context: Context) -> None:  # noqa: ANN401 - any message
        async with aclosing(behaviour(request, context)) as answers:
            async for answer in answers:
                await context.write(answer)

    return write_all


def with_call(
    handler: Handler, call: Call, request_deserializer: Callable[[bytes], Any] | None = None
) -> Handler:
    """The handler with another call, and another reader of requests where one is given."""
    make: Callable[..., Handler] = getattr(grpc, f"{_shape(handler)}_rpc_method_handler")
    return make(
        call, request_deserializer or handler.request_deserializer, handler.response_serializer
    )


def surrounded(handler: Handler, around: Around) -> Handler:
    """The handler with `around(context)` entered for the whole of each call."""
    inner = call_of(handler)

    async def call(request: Any, context: Context) -> Any:  # noqa: ANN401 - any message
        async with around(context):
            return await inner(request, context)

    return with_call(handler, call)


def _shape(handler: Handler) -> str:
    return next(shape for shape in _SHAPES if getattr(handler, shape) is not None)
