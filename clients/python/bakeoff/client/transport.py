"""Calls with deadlines, retries and errors of our own, for threads and for asyncio.

Knows nothing of what is called.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

import grpc
import grpc.aio

from bakeoff.client.connection import Connection
from bakeoff.client.errors import ServerError
from bakeoff.client.retries import Attempts
from bakeoff.client.statuses import error_from_rpc

Q = TypeVar("Q")
A = TypeVar("A")


class Transport:
    """Calls that block."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.channel = connection.channel()

    def close(self) -> None:
        """Ends the channel and every call on it."""
        self.channel.close()

    def ask(
        self,
        method: "grpc.UnaryUnaryMultiCallable[Q, A]",
        request: Q,
        *,
        repeatable: bool = True,
        scores: bool = False,
    ) -> A:
        """One message there, one back.

        `repeatable` says whether it may be sent twice, `scores` whether the server scores.
        """
        timeout_s = self.connection.scoring_timeout_s if scores else self.connection.timeout_s
        attempts = self.attempts(repeatable=repeatable, timeout_s=timeout_s)
        while True:
            try:
                return method(
                    request, timeout=attempts.remaining_s(), metadata=self.connection.metadata
                )
            except grpc.RpcError as failure:
                self.pause(attempts, error_from_rpc(failure))

    def send(
        self, method: "grpc.StreamUnaryMultiCallable[Q, A]", requests: Callable[[], Iterator[Q]]
    ) -> A:
        """A stream there, one message back. Every try calls `requests` anew.

        What `requests` raises is raised here.
        """
        attempts = self.attempts(repeatable=True, timeout_s=None)
        while True:
            source = Source(requests())
            try:
                answer = method(source, metadata=self.connection.metadata)
            except grpc.RpcError as failure:
                source.check()
                self.pause(attempts, error_from_rpc(failure))
            else:
                source.check()
                return answer

    def read(self, method: "grpc.UnaryStreamMultiCallable[Q, A]", request: Q) -> Iterator[A]:
        """One message there, a stream back. Tried again only until the first message came."""
        attempts = self.attempts(repeatable=True, timeout_s=None)
        begun = False
        while True:
            call = method(request, metadata=self.connection.metadata)
            try:
                for answer in call:
                    begun = True
                    yield answer
            except grpc.RpcError as failure:
                if begun:
                    raise error_from_rpc(failure) from failure
                self.pause(attempts, error_from_rpc(failure))
            else:
                return
            finally:
                call.cancel()  # type: ignore[no-untyped-call]  # its stub has no types

    def attempts(self, *, repeatable: bool, timeout_s: float | None) -> Attempts:
        """The tries of a new call."""
        return Attempts(self.connection.retry, repeatable=repeatable, timeout_s=timeout_s)

    def pause(self, attempts: Attempts, error: ServerError) -> None:
        """Waits until the next try, or raises the error when there is none."""
        pause_s = attempts.pause_s(error)
        if pause_s is None:
            raise error
        time.sleep(pause_s)


class AsyncTransport:
    """Calls that are awaited."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.channel = connection.aio_channel()

    async def close(self) -> None:
        """Ends the channel and every call on it."""
        await self.channel.close(grace=None)

    async def ask(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Q, A],
        request: Q,
        *,
        repeatable: bool = True,
        scores: bool = False,
    ) -> A:
        """One message there, one back.

        `repeatable` says whether it may be sent twice, `scores` whether the server scores.
        """
        timeout_s = self.connection.scoring_timeout_s if scores else self.connection.timeout_s
        attempts = self.attempts(repeatable=repeatable, timeout_s=timeout_s)
        while True:
            try:
                return await method(
                    request, timeout=attempts.remaining_s(), metadata=self.connection.metadata
                )
            except grpc.RpcError as failure:
                await self.pause(attempts, error_from_rpc(failure))

    async def send(
        self, method: grpc.aio.StreamUnaryMultiCallable[Q, A], requests: Callable[[], Iterator[Q]]
    ) -> A:
        """A stream there, one message back. Every try calls `requests` anew.

        `requests` is read in another thread. What it raises is raised here.
        """
        attempts = self.attempts(repeatable=True, timeout_s=None)
        while True:
            source = Source(requests())
            try:
                answer = await method(source.aio(), metadata=self.connection.metadata)
            except grpc.RpcError as failure:
                source.check()
                await self.pause(attempts, error_from_rpc(failure))
            else:
                source.check()
                return answer

    async def read(
        self, method: grpc.aio.UnaryStreamMultiCallable[Q, A], request: Q
    ) -> AsyncIterator[A]:
        """One message there, a stream back. Tried again only until the first message came."""
        attempts = self.attempts(repeatable=True, timeout_s=None)
        begun = False
        while True:
            call = method(request, metadata=self.connection.metadata)
            try:
                async for answer in call:
                    begun = True
                    yield answer
            except grpc.RpcError as failure:
                if begun:
                    raise error_from_rpc(failure) from failure
                await self.pause(attempts, error_from_rpc(failure))
            else:
                return
            finally:
                call.cancel()

    def attempts(self, *, repeatable: bool, timeout_s: float | None) -> Attempts:
        """The tries of a new call."""
        return Attempts(self.connection.retry, repeatable=repeatable, timeout_s=timeout_s)

    async def pause(self, attempts: Attempts, error: ServerError) -> None:
        """Waits until the next try, or raises the error when there is none."""
        pause_s = attempts.pause_s(error)
        if pause_s is None:
            raise error
        await asyncio.sleep(pause_s)


class Source(Iterator[Q]):
    """Messages to send, read on a thread of gRPC.

    What goes wrong there would only be logged, and the call cancelled. So the
    stream ends early, which the server refuses, and `check` tells the cause.
    """

    def __init__(self, messages: Iterator[Q]) -> None:
        self._messages = messages
        self._failure: Exception | None = None

    def __next__(self) -> Q:
        try:
            return next(self._messages)
        except StopIteration:
            raise
        except Exception as failure:  # whatever reading raises; gRPC would swallow it
            self._failure = failure
            raise StopIteration from failure

    def check(self) -> None:
        """Raises what went wrong while messages were read, if anything did."""
        if self._failure is not None:
            raise self._failure

    async def aio(self) -> AsyncIterator[Q]:
        """The same messages, read in another thread."""
        while (message := await asyncio.to_thread(next, self, None)) is not None:
            yield message
