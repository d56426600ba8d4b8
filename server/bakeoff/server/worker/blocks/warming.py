"""What a warm-up runs: a few examples of every length, over and over."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from bakeoff.server.worker.load.system_under_test import BulkSystem, QueryT, StreamSystem
from bakeoff.server.worker.load.warm_up import WarmUp, Window, warm_up
from bakeoff.worker.v1 import Measured

# Examples of the warm-up, at even steps of length, so that every size of input has been seen.
STREAM_WARM_UP_EXAMPLE_COUNT: Final = 8
BULK_WARM_UP_EXAMPLE_COUNT: Final = 64
# Shorter windows differ by chance alone.
_WINDOW_NS: Final = 100_000_000


def warm_stream(measured: Measured, system: StreamSystem[QueryT], samples: Sequence[int]) -> WarmUp:
    """Answer the same samples one by one until that is steady, and tell how it went."""
    queries = [system.query(sample) for sample in samples]

    def answer_each() -> None:
        for query in queries:
            system.answer(query)

    return _warm(measured, answer_each, len(queries))


def warm_bulk(measured: Measured, system: BulkSystem[QueryT], samples: Sequence[int]) -> WarmUp:
    """Answer the same samples together until that is steady, and tell how it went."""
    queries = [system.query(sample) for sample in samples]

    def answer_all() -> None:
        system.answer_all(queries)

    return _warm(measured, answer_all, len(queries))


def _warm(measured: Measured, answer: Callable[[], None], query_count: int) -> WarmUp:
    def window() -> Window:
        begin_ns = time.perf_counter_ns()
        done_count = duration_ns = 0
        while duration_ns < _WINDOW_NS:
            answer()
            done_count += query_count
            duration_ns = time.perf_counter_ns() - begin_ns
        return Window(done_count, duration_ns)

    found = warm_up(window)
    measured.warm_up_query_count = found.query_count
    measured.warm_up_settled = found.settled
    return found
