"""The largest batch and the longest input that fit a given memory, tried in fresh processes.

A process that ran a larger batch before keeps its memory, so that every trial has its own.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from bakeoff.server import errors
from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.fit_search import Fit, next_size
from bakeoff.server.statistics import nearest_rank
from bakeoff.v1 import MemoryFit
from bakeoff.worker.v1 import BatchTried, Command, TryBatch

_LARGEST_BATCH: Final = 1024
# A trial that takes so long is followed by no larger one.
_LONG_TRIAL_S: Final = 30.0
_GIB: Final = 2**30
_MEDIAN: Final = 0.5


async def fit_memory(assignment: Assignment, contender: Contender) -> None:
    """Find what fits, once an evaluation, if it is asked for.

    Follows the prediction pass, which tells how long the inputs are. What cannot be found is told
    in the finding, and fails nobody.
    """
    if not assignment.spec.fit_memory_bytes:
        return
    if await assignment.found(MemoryFit, candidate=contender.name) is None:
        found = await _MemoryFitting(assignment, contender).run()
        await assignment.keep(found, candidate=contender.name)


class _MemoryFitting:
    """The trials of one candidate."""

    def __init__(self, assignment: Assignment, contender: Contender) -> None:
        self._assignment = assignment
        self._contender = contender
        self._limit_bytes = assignment.spec.fit_memory_bytes
        self._found = MemoryFit(limit_bytes=self._limit_bytes)
        self._trials: dict[tuple[int, int], int | None] = {}
        self._last_trial_s = 0.0

    async def run(self) -> MemoryFit:
        machine_bytes = self._machine_bytes()
        if self._limit_bytes > machine_bytes:
            self._found.absent_reason = (
                f"The target has {machine_bytes / _GIB:,.1f} GiB, less than the "
                f"{self._limit_bytes / _GIB:,.1f} GiB that were given."
            )
            return self._found
        try:
            await self._find()
        except errors.CandidateError as error:
            self._found.ClearField("points")
            self._found.absent_reason = f"A trial failed: {error.message}."
        await self._contender.close_worker()
        return self._found

    def _machine_bytes(self) -> int:
        fingerprint = self._assignment.target.fingerprint
        if fingerprint.HasField("accelerator_memory_bytes"):
            return fingerprint.accelerator_memory_bytes
        return fingerprint.memory_limit_bytes

    async def _find(self) -> None:
        manifest = self._contender.candidate.manifest
        if manifest.WhichOneof("preprocessing") != "tokenization":
            await self._find_batch(0)
            return
        median_count, longest_count = await self._token_counts()
        for token_count in sorted({median_count, longest_count}):
            await self._find_batch(token_count)
        max_length = manifest.tokenization.max_length
        longest = await self._largest(lambda length: (1, length), longest_count, max_length)
        known = longest.smallest_too_large is not None or longest.largest == max_length
        if longest.largest and known:
            self._found.max_token_count = longest.largest

    async def _find_batch(self, token_count: int) -> None:
        """Find the largest batch of inputs of one length."""
        fit = await self._largest(lambda size: (size, token_count), 1, _LARGEST_BATCH)
        point = self._found.points.add(
            token_count=token_count,
            max_batch_size=fit.largest,
            bounded_by_trial=fit.smallest_too_large is None,
        )
        peak_bytes = self._trials[max(fit.largest, 1), token_count]
        if peak_bytes is not None:
            point.peak_bytes = peak_bytes

    async def _largest(
        self, shape_of: Callable[[int], tuple[int, int]], first: int, most: int
    ) -> Fit:
        """Try sizes from 1 to `most` until the largest that fits is known, or trials get long.

        `shape_of` gives batch and length of a size.
        """
        peaks_bytes: dict[int, int | None] = {}
        # How long those of another shape took says nothing of these.
        self._last_trial_s = 0.0
        while (size := next_size(peaks_bytes, self._limit_bytes, first, most)) is not None:
            shape = shape_of(size)
            if shape not in self._trials:
                fit = Fit.of(peaks_bytes, self._limit_bytes)
                if fit.smallest_too_large is None and self._last_trial_s > _LONG_TRIAL_S:
                    break
                self._trials[shape] = await self._peak_bytes(*shape)
            peaks_bytes[size] = self._trials[shape]
        return Fit.of(peaks_bytes, self._limit_bytes)

    async def _peak_bytes(self, batch_size: int, token_count: int) -> int | None:
        """Peak of a fresh process that runs one batch; None when the memory did not suffice."""
        began_s = time.monotonic()
        try:
            tried = await self._try(batch_size, token_count)
        except errors.WorkerOutOfMemoryError:
            return None
        finally:
            self._last_trial_s = time.monotonic() - began_s
        self._found.method = tried.method
        return tried.peak_bytes

    async def _try(self, batch_size: int, token_count: int) -> BatchTried:
        assignment, contender = self._assignment, self._contender
        command = Command(try_batch=TryBatch(batch_size=batch_size, token_count=token_count))
        async with assignment.stillness:
            await contender.start_worker()
            await contender.load(
                assignment.spec.intra_op_thread_count or assignment.usable_cpu_count
            )
            event = await contender.request(command, assignment.deadlines.predict_s(batch_size))
        return event.batch_tried

    async def _token_counts(self) -> tuple[int, int]:
        """Tokens of the median and of the longest input of the set, as the candidate sees them."""
        assignment = self._assignment
        predictions = await asyncio.to_thread(
            assignment.store.predictions, assignment.evaluation, self._contender.name
        )
        counts = sorted(max(prediction.token_count, 1) for prediction in predictions)
        return counts[nearest_rank(len(counts), _MEDIAN) - 1], counts[-1]
