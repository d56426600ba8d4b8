"""The scenarios `single-stream` and `multi-stream`: the next query when the last one ends."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from bakeoff.server.worker.load.system_under_test import AnswerT, Bounds, QuerySystem, QueryT


@dataclass(frozen=True, slots=True)
class ClosedLoopBlock(Generic[AnswerT]):
    """Queries of one block in their order, each by the first of its samples.

    Times are in nanoseconds. `answers` holds one for each sample of a query; None where there was
    none. `unanswered_count` queries had no answer at all; they are in no list.
    """

    start_ns: int
    duration_ns: int
    samples: list[int]
    end_to_end_ns: list[int]
    answers: list[Sequence[AnswerT | None]]
    unanswered_count: int


def closed_loop(
    system: QuerySystem[QueryT, AnswerT],
    samples: Iterator[int],
    bounds: Bounds,
    samples_per_query: int = 1,
) -> ClosedLoopBlock[AnswerT]:
    """Measure one block. `samples` never ends."""
    clock = time.perf_counter_ns
    taken: list[int] = []
    end_to_end_ns: list[int] = []
    kept: list[Sequence[AnswerT | None]] = []
    unanswered_count = 0
    start_ns = end_ns = clock()
    while not bounds.reached(end_ns - start_ns, len(taken)):
        chosen = list(itertools.islice(samples, samples_per_query))
        queries = [system.query(sample) for sample in chosen]
        begin_ns = clock()
        answers = system.answer(queries)
        end_ns = clock()
        if all(answer is None for answer in answers):
            unanswered_count += 1
            continue
        taken.append(chosen[0])
        end_to_end_ns.append(end_ns - begin_ns)
        kept.append(answers)
    return ClosedLoopBlock(
        start_ns=start_ns,
        duration_ns=end_ns - start_ns,
        samples=taken,
        end_to_end_ns=end_to_end_ns,
        answers=kept,
        unanswered_count=unanswered_count,
    )
