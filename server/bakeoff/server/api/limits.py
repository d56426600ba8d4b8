"""How many calls at a time, how long each, and what ends when the server is about to stop."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from grpc import aio

from bakeoff.server.api.handlers import Context, Continuation, Handler, changed, surrounded
from bakeoff.server.errors import CallDeadlineError, ServerStoppingError, TooManyCallsError
from bakeoff.server.settings import Settings

HEALTH_PREFIX = "/grpc.health.v1.Health/"

# Streams that end only when what they watch does.
_WATCHES = frozenset({"/bakeoff.v1.EvaluationService/WatchEvaluation", f"{HEALTH_PREFIX}Watch"})
# One request, one answer, and as much work in between as an upload.
_LONG_CALLS = frozenset(
    f"/bakeoff.v1.EvaluationService/{method}"
    for method in ("RescoreEvaluation", "RegenerateReport", "CompareEvaluations", "GetModelHistory")
)
# Lets a health watch say NOT_SERVING before it ends.
_LAST_WORDS_S = 0.1


class LimitInterceptor(aio.ServerInterceptor):  # type: ignore[type-arg] # generic in the stubs only
    """Bounds the number of calls and the time of each. Health checks are never turned away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._under_way: Counter[bool] = Counter()
        self._watches: set[asyncio.Timeout] = set()
        self._stopping = False

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Gives the handler of the call, within its bounds."""
        method = handler_call_details.method

        def change(handler: Handler) -> Handler:
            return self._bounded(handler, method)

        return await changed(continuation, handler_call_details, change)

    def stop(self) -> None:
        """Ends the watches, whose callers will go on with the next server."""
        self._stopping = True
        when_s = asyncio.get_running_loop().time() + _LAST_WORDS_S
        for watch in self._watches:
            watch.reschedule(when_s)

    def _bounded(self, handler: Handler, method: str) -> Handler:
        deadline_s = self._deadline_s(handler, method)
        counted = not method.startswith(HEALTH_PREFIX)
        streams = handler.response_streaming

        @asynccontextmanager
        async def bounded(_context: Context) -> AsyncIterator[None]:
            # Watches are counted apart: many readers leave room for calls that work.
            if counted and self._under_way[streams] >= self._settings.max_concurrent_call_count:
                limit = self._settings.max_concurrent_call_count
                msg = f"{limit} calls of this kind are under way, and no more may be: try again"
                raise TooManyCallsError(msg, limit=str(limit))
            self._under_way[streams] += counted
            try:
                async with self._timed(method, deadline_s):
                    yield
            finally:
                self._under_way[streams] -= counted

        return surrounded(handler, bounded)

    def _deadline_s(self, handler: Handler, method: str) -> float:
        if handler.response_streaming:
            return self._settings.stream_deadline_s
        if handler.request_streaming or method in _LONG_CALLS:
            return self._settings.upload_deadline_s
        return self._settings.call_deadline_s

    @asynccontextmanager
    async def _timed(self, method: str, deadline_s: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(deadline_s) as timeout:
                if method in _WATCHES:
                    self._watches.add(timeout)
                try:
                    yield
                finally:
                    self._watches.discard(timeout)
        except TimeoutError:
            if not timeout.expired():
                raise
            if self._stopping and method in _WATCHES:
                msg = "the server is about to stop: watch again from the last revision"
                raise ServerStoppingError(msg) from None
            msg = f"the call took longer than {deadline_s:g} s, the most that one may take"
            raise CallDeadlineError(msg, deadline_s=f"{deadline_s:g}") from None
