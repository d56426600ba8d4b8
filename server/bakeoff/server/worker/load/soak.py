"""The scenario `soak`: load without a pause, with memory read all along."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bakeoff.server.worker.load.system_under_test import AnswerT, Bounds, QuerySystem, QueryT

_AnswerT_contra = TypeVar("_AnswerT_contra", contravariant=True)


class Journal(Protocol[_AnswerT_contra]):
    """Takes down what happens. It must not grow in memory, or it would be told as a leak."""

    def query_ended(self, sample: int, latency_ns: int, answer: _AnswerT_contra) -> None:
        """A query ended, and was answered."""

    def memory_due(self, elapsed_ns: int, query_count: int) -> None:
        """Read memory now: so long into the block, and after so many queries."""


@dataclass(frozen=True, slots=True)
class SoakBlock:
    """How long a block took, in nanoseconds, and how many queries were answered in it.

    The time to read memory is part of the duration, and of no latency.
    """

    start_ns: int
    duration_ns: int
    query_count: int


def soak(
    system: QuerySystem[QueryT, AnswerT],
    samples: Iterator[int],
    bounds: Bounds,
    reading_interval_ns: int,
    journal: Journal[AnswerT],
) -> SoakBlock:
    """Measure one block: the next query when the last one ends. `samples` never ends.

    Memory is due at the start, whenever a query ends `reading_interval_ns` or more after the last
    reading, and at the end: never while a query runs.
    """
    clock = time.perf_counter_ns
    query_count = 0
    start_ns = end_ns = clock()
    journal.memory_due(0, 0)
    due_ns = clock() + reading_interval_ns
    while not bounds.reached(end_ns - start_ns, query_count):
        sample = next(samples)
        query = system.query(sample)
        begin_ns = clock()
        (answer,) = system.answer([query])
        end_ns = clock()
        if answer is not None:
            journal.query_ended(sample, end_ns - begin_ns, answer)
            query_count += 1
        if end_ns >= due_ns:
            journal.memory_due(end_ns - start_ns, query_count)
            due_ns = clock() + reading_interval_ns
    journal.memory_due(end_ns - start_ns, query_count)
    return SoakBlock(start_ns=start_ns, duration_ns=clock() - start_ns, query_count=query_count)
