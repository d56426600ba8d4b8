"""What a warm-up runs: a few examples of every length, over and over."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.load.system_under_test import BulkSystem, QuerySystem, QueryT
from bakeoff.server.worker.load.warm_up import WarmUp, Window, warm_up
from bakeoff.worker.v1 import Measured

# Examples of the warm-up, at even steps of length, so that every size of input has been seen.
BULK_WARM_UP_EXAMPLE_COUNT: Final = 64
_QUERY_COUNT: Final = 8
# Shorter windows differ by chance alone.
_WINDOW_NS: Final = 100_000_000


def warm_queries(
    measured: Measured,
    system: QuerySystem[QueryT, object],
    setting: Setting,
    batch_sizes: Sequence[int],
) -> WarmUp:
    """Answer the same queries of each size until that is steady, and tell how it went.

    Queries of a size go from the shortest examples to the longest.
    """
    groups = [
        [system.query(sample) for sample in samples]
        for batch_size in batch_sizes
        for samples in _groups(setting, batch_size)
    ]

    def answer_each() -> None:
        for queries in groups:
            system.answer(queries)

    return _warm(measured, answer_each, len(groups))


def warm_bulk(measured: Measured, system: BulkSystem[QueryT], samples: Sequence[int]) -> WarmUp:
    """Answer the same samples together until that is steady, and tell how it went."""
    queries = [system.query(sample) for sample in samples]

    def answer_all() -> None:
        system.answer_all(queries)

    return _warm(measured, answer_all, len(queries))


def _groups(setting: Setting, batch_size: int) -> list[list[int]]:
    samples = setting.examples.spread(_QUERY_COUNT * batch_size)
    return [samples[first : first + batch_size] for first in range(0, len(samples), batch_size)]


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
