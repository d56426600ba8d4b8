"""The scenario `offline`: every query is there from the start."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bakeoff.server.worker.load.system_under_test import Bounds, BulkSystem, QueryT


@dataclass(frozen=True, slots=True)
class OfflineBlock:
    """What one block answered, and how long that took.

    `duration_ns` is the time with queries at hand: reading samples between passes is not in it.
    """

    start_ns: int
    duration_ns: int
    sample_count: int


def offline(
    system: BulkSystem[QueryT], samples: Iterator[int], bounds: Bounds, pass_sample_count: int
) -> OfflineBlock:
    """Measure one block: passes of `pass_sample_count` samples until the bounds are reached.

    `samples` never ends.
    """
    clock = time.perf_counter_ns
    start_ns = clock()
    duration_ns = sample_count = 0
    while not bounds.reached(duration_ns, sample_count):
        queries = [system.query(sample) for sample in itertools.islice(samples, pass_sample_count)]
        begin_ns = clock()
        sample_count += system.answer_all(queries)
        duration_ns += clock() - begin_ns
    return OfflineBlock(start_ns=start_ns, duration_ns=duration_ns, sample_count=sample_count)
