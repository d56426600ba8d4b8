"""Evaluations that have not ended, as they stand at this moment, for everybody who watches.

Progress lives in memory and is stored at most once a second; a change of state is stored before
anybody sees it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

from bakeoff.server.errors import BakeoffError
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation

_LOG = logging.getLogger(__name__)

_SAVE_INTERVAL_S = 1.0

Change = Callable[[Evaluation], None]


def has_ended(evaluation: Evaluation) -> bool:
    """Whether nothing will change an evaluation any more."""
    return evaluation.state in {
        Evaluation.STATE_SUCCEEDED,
        Evaluation.STATE_FAILED,
        Evaluation.STATE_CANCELLED,
    }


class _Entry:
    """One evaluation on the board. Its message is replaced, never altered."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.changed = asyncio.Event()
        self.later: asyncio.Task[None] | None = None

    def show(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def forget_later(self) -> None:
        if self.later is not None:
            self.later.cancel()
            self.later = None


class Board:
    """Live evaluations by name. Used from the thread of the event loop, but for `current`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries: dict[str, _Entry] = {}
        # One thread, so that what was shown last is also stored last.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="board")

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def add(self, evaluation: Evaluation) -> None:
        """Put an evaluation on the board that has not ended."""
        self._entries[evaluation.name] = _Entry(evaluation)

    def current(self, name: str) -> Evaluation:
        """Give an evaluation with live progress, from the store when it is not on the board.

        Blocks while it reads the store. Raises NotFoundError.
        """
        entry = self._entries.get(name)
        return self._store.evaluation(name) if entry is None else entry.evaluation

    def post(self, name: str, change: Change) -> None:
        """Show a change of progress at once, and store it within a second or so."""
        entry = self._entries[name]
        entry.show(_changed(entry.evaluation, change))
        if entry.later is None:
            entry.later = asyncio.create_task(self._save_later(entry))

    async def settle(self, name: str, change: Change) -> Evaluation:
        """Store a change of state, then show it. An evaluation that has ended leaves the board.

        Nothing may be posted meanwhile.
        """
        entry = self._entries[name]
        entry.forget_later()
        evaluation = _changed(entry.evaluation, change)
        await self._save(evaluation)
        self._show(entry, evaluation)
        return evaluation

    def abandon(self, name: str, change: Change) -> Evaluation:
        """Show a change of state that could not be stored."""
        entry = self._entries[name]
        entry.forget_later()
        evaluation = _changed(entry.evaluation, change)
        self._show(entry, evaluation)
        return evaluation

    async def changes(self, name: str, since_revision: int) -> AsyncIterator[Evaluation]:
        """Give an evaluation as soon as it is beyond a revision, then on change, until it ended.

        Changes that come faster than the reader reads are joined. The last one, which carries
        the report, is always given. Raises NotFoundError.
        """
        entry = self._entries.get(name)
        if entry is None:
            yield await asyncio.to_thread(self._store.evaluation, name)
            return
        seen_revision = since_revision
        while True:
            evaluation, changed = entry.evaluation, entry.changed
            if has_ended(evaluation):
                yield evaluation
                return
            if evaluation.revision > seen_revision:
                seen_revision = evaluation.revision
                yield evaluation
            else:
                await changed.wait()

    async def close(self) -> None:
        """Store what was posted last, and forget everything."""
        for entry in self._entries.values():
            entry.forget_later()
            await self._try_to_save(entry.evaluation)
        self._entries.clear()
        self._writer.shutdown()

    def _show(self, entry: _Entry, evaluation: Evaluation) -> None:
        entry.show(evaluation)
        if has_ended(evaluation):
            del self._entries[evaluation.name]

    async def _save_later(self, entry: _Entry) -> None:
        await asyncio.sleep(_SAVE_INTERVAL_S)
        entry.later = None
        await self._try_to_save(entry.evaluation)

    async def _try_to_save(self, evaluation: Evaluation) -> None:
        try:
            await self._save(evaluation)
        except BakeoffError as error:
            # Progress that is lost is found again; the next change tries anew.
            _LOG.warning("progress of %s was not stored: %s", evaluation.name, error)

    async def _save(self, evaluation: Evaluation) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._store.save_evaluation, evaluation)


def _changed(evaluation: Evaluation, change: Change) -> Evaluation:
    changed = Evaluation()
    changed.CopyFrom(evaluation)
    change(changed)
    # Time keeps revisions rising over a restart, whatever was stored last.
    changed.revision = max(evaluation.revision + 1, time.time_ns() // 1_000_000)
    return changed
