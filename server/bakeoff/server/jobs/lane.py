"""The queue of one target: one evaluation at a time, first come, first served."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any


class Lane:
    """Evaluations by name that wait for a target, and the one that runs there.

    `run` runs one evaluation to its end and raises nothing but CancelledError.
    """

    def __init__(self, run: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        self._run = run
        self._waiting: deque[str] = deque()
        self._arrived = asyncio.Event()
        self._running_name = ""
        self._running: asyncio.Task[None] | None = None
        self._server = asyncio.create_task(self._serve())

    def add(self, name: str) -> None:
        """Put an evaluation at the end of the queue."""
        self._waiting.append(name)
        self._arrived.set()

    def withdraw(self, name: str) -> bool:
        """Take an evaluation out of the queue. False when it does not wait there."""
        if name not in self._waiting:
            return False
        self._waiting.remove(name)
        return True

    async def interrupt(self, name: str) -> None:
        """Cancel an evaluation if it runs here, and wait until it has ended."""
        task = self._running
        if task is not None and self._running_name == name:
            task.cancel()
            await asyncio.wait({task})

    async def stop(self) -> None:
        """Cancel what runs, let nothing else begin, and wait until all is quiet."""
        self._server.cancel()
        await asyncio.wait({self._server})
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    @property
    def alive(self) -> bool:
        """Whether what waits will be run."""
        return not self._server.done()

    async def _serve(self) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            self._running_name = self._waiting.popleft()
            self._running = asyncio.create_task(self._run(self._running_name))
            await asyncio.wait({self._running})
            self._running = None
