"""A system that takes a given time over each query, to measure load generators with."""

import time
from collections.abc import Sequence
from typing import Final

_SPIN_NS: Final = 200_000
# Who comes back so soon after an answer had waited for it.
_AT_ONCE_NS: Final = 300_000


class PacedSystem:
    """Takes `service_ns[n]` over its n-th query, over and over.

    It does not oversleep twice: while queries wait, each ends when the last one should have ended
    and its own time has passed, so that a machine that wakes it up late adds its lateness to no
    query but one. For one caller.
    """

    def __init__(self, service_ns: Sequence[int]) -> None:
        self._service_ns = service_ns
        self._count = 0
        self._due_ns = self._ended_ns = 0

    def query(self, sample: int) -> int:
        """The sample itself."""
        return sample

    def answer(self, queries: Sequence[int]) -> list[int | None]:
        """Let the time of one query pass."""
        clock = time.perf_counter_ns
        begin_ns = clock()
        if begin_ns - self._ended_ns < _AT_ONCE_NS:
            begin_ns = self._due_ns
        self._due_ns = begin_ns + self._service_ns[self._count % len(self._service_ns)]
        self._count += 1
        while (left_ns := self._due_ns - clock()) > _SPIN_NS:
            time.sleep((left_ns - _SPIN_NS) / 1e9)
        while clock() < self._due_ns:
            time.sleep(0)
        self._ended_ns = clock()
        return list(queries)
