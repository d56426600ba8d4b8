"""Queries that wait, and how they are put together: dynamic batching as inference servers do it."""

import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic

from bakeoff.server.worker.load.system_under_test import AnswerT, QueryT


@dataclass(frozen=True, slots=True)
class Service:
    """How waiting queries are served.

    `caller_count` batches at a time, of at most `max_batch_size` queries; the first of a batch
    waits for company until `max_delay_ns` after it was due.
    """

    caller_count: int = 1
    max_batch_size: int = 1
    max_delay_ns: int = 0


@dataclass(slots=True)
class Arrival(Generic[QueryT, AnswerT]):
    """One query: when it was due, and what became of it. Times are in nanoseconds.

    `end_ns` is None until it was answered, or could not be; `answer` is None unless it was.
    """

    sample: int
    query: QueryT
    due_ns: int
    counted: bool
    lateness_ns: int = 0
    end_ns: int | None = None
    answer: AnswerT | None = field(default=None)


class Inbox(Generic[QueryT, AnswerT]):
    """A queue without a bound, from which batches are taken in the order of arrival."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: SimpleQueue[Arrival[QueryT, AnswerT] | None] = SimpleQueue()
        # One batch is formed at a time: two would share out what came for one.
        self._forming = threading.Lock()
        self._closed = False

    def put(self, arrival: Arrival[QueryT, AnswerT]) -> None:
        """Have a query wait."""
        self._waiting.put(arrival)

    def take(self) -> list[Arrival[QueryT, AnswerT]]:
        """Wait for the next batch; empty when the inbox was closed."""
        with self._forming:
            first = self._waiting.get()
            if first is None or self._closed:
                return []
            batch = [first]
            until_ns = first.due_ns + self._service.max_delay_ns
            while len(batch) < self._service.max_batch_size:
                wait_ns = max(until_ns - time.perf_counter_ns(), 0)
                try:
                    company = self._waiting.get(timeout=wait_ns / 1e9)
                except Empty:
                    break
                if company is None:
                    return []
                batch.append(company)
            return batch

    def close(self) -> None:
        """Let every caller end; what waits is not answered any more."""
        self._closed = True
        for _ in range(self._service.caller_count):
            self._waiting.put(None)
