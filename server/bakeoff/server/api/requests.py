"""Requests as they come in: readable messages, and streams of them that are heard to the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Self

from google.protobuf.message import DecodeError

from bakeoff.server.api.handlers import Context, Handler, call_of, with_call
from bakeoff.server.errors import BakeoffError, MalformedMessageError

# After a failure the rest of a stream is heard for so long, and a silence of so long ends it.
_HEARING_S = 10.0
_SILENCE_S = 0.5
# After success all of it is heard, as it would have been without the early answer.
_HEARING_ALL_S = 600.0


def reading_safely(handler: Handler) -> Handler:
    """The handler with MalformedMessageError for bytes that are no message.

    Left to itself, grpc answers UNKNOWN with the text of the exception. A stream of requests is
    heard to its end, however early the answer is known: asyncio callers whose write is cut off
    report that, and lose the answer.
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
        stream = _RequestStream(requests)
        try:
            answer = await call(stream, context)
        except BakeoffError:
            await stream.hear_a_while()
            raise
        await stream.hear_all()
        return answer

    return with_call(handler, call_with_many if handler.request_streaming else call_with_one, read)


class _Unreadable:
    """Stands in for a request whose bytes are not the message they should be."""


class _RequestStream:
    """Requests of one call, in their order."""

    def __init__(self, requests: AsyncIterator[Any]) -> None:
        self._requests = aiter(requests)
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:  # noqa: ANN401 - any message
        return _readable(await self._next())

    async def hear_all(self) -> None:
        """Passes over the rest."""
        with suppress(StopAsyncIteration, TimeoutError):
            async with asyncio.timeout(_HEARING_ALL_S):
                while not self._ended:
                    await self._next()

    async def hear_a_while(self) -> None:
        """Passes over the rest, as long as it keeps coming and does not take too long."""
        with suppress(StopAsyncIteration, TimeoutError):
            async with asyncio.timeout(_HEARING_S):
                while not self._ended:
                    async with asyncio.timeout(_SILENCE_S):
                        await self._next()

    async def _next(self) -> Any:  # noqa: ANN401 - any message
        try:
            return await anext(self._requests)
        except StopAsyncIteration:
            self._ended = True
            raise


def _readable(request: Any) -> Any:  # noqa: ANN401 - any message
    if isinstance(request, _Unreadable):
        msg = "the request is not a readable protobuf message of the type that the method takes"
        raise MalformedMessageError(msg)
    return request
