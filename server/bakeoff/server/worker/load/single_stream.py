"""The scenario `single-stream`: the next query when the last one ends."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bakeoff.server.worker.load.system_under_test import Bounds, QueryT, StreamSystem


@dataclass(frozen=True, slots=True)
class SingleStreamBlock:
    """Latencies of one block, in the order of its queries. Times are in nanoseconds.

    `unanswered_count` samples could not be answered; they are in no list.
    """

    start_ns: int
    duration_ns: int
    samples: list[int]
    end_to_end_ns: list[int]
    model_only_ns: list[int]
    unanswered_count: int


def single_stream(
    system: StreamSystem[QueryT], samples: Iterator[int], bounds: Bounds
) -> SingleStreamBlock:
    """Measure one block. `samples` never ends."""
    clock = time.perf_counter_ns
    taken: list[int] = []
    end_to_end_ns: list[int] = []
    model_only_ns: list[int] = []
    unanswered_count = 0
    start_ns = end_ns = clock()
    while not bounds.reached(end_ns - start_ns, len(taken)):
        sample = next(samples)
        query = system.query(sample)
        begin_ns = clock()
        model_ns = system.answer(query)
        end_ns = clock()
        if model_ns is None:
            unanswered_count += 1
            continue
        taken.append(sample)
        end_to_end_ns.append(end_ns - begin_ns)
        model_only_ns.append(model_ns)
    return SingleStreamBlock(
        start_ns=start_ns,
        duration_ns=end_ns - start_ns,
        samples=taken,
        end_to_end_ns=end_to_end_ns,
        model_only_ns=model_only_ns,
        unanswered_count=unanswered_count,
    )
