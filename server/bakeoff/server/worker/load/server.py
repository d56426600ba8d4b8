"""The scenario `server`: queries arrive by a schedule, whether or not the last ones have ended.

One thread keeps to the schedule, others answer. Latency counts from the scheduled arrival, so that
the time for which a query waited is in it, and so is the time for which the generator was late.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic

from bakeoff.server.worker.load.inbox import Arrival, Inbox, Service
from bakeoff.server.worker.load.promptness import prompt
from bakeoff.server.worker.load.system_under_test import AnswerT, Bounds, QuerySystem, QueryT

# Sleeping ends late by less than this; the rest of the time is spent looking at the clock.
_SPIN_NS: Final = 100_000
# Time to start the callers before the first arrival.
_LEAD_NS: Final = 2_000_000
# A generator that is so far behind will not catch up, and its latencies are its own.
_HOPELESS_NS: Final = 2_000_000_000
# However short a block, so long it waits for what it asked.
SHORTEST_PATIENCE_NS: Final = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered.

    `arrivals` are offsets from the beginning of the block; those below 0 go back no further than
    `ramp_ns` and are not counted. `samples` are those of counted queries, `fillers` those of all
    others. None of them ends.
    """

    arrivals: Iterator[int]
    ramp_ns: int
    samples: Iterator[int]
    fillers: Iterator[int]


@dataclass(frozen=True, slots=True)
class ServerBlock(Generic[AnswerT]):
    """Counted queries of one block, in the order of their arrival. Times are in nanoseconds.

    `scheduled_ns` are offsets from `start_ns`. The answer is None for a query that still waited
    when the block was given up; its latency is the time for which it had waited. Queries that
    have no answer are `unanswered_count` and in no list. `offered_ns` is the time over which
    `offered_count` queries arrived.
    """

    start_ns: int
    duration_ns: int
    samples: list[int]
    scheduled_ns: list[int]
    lateness_ns: list[int]
    end_to_end_ns: list[int]
    answers: list[AnswerT | None]
    unanswered_count: int
    offered_count: int
    offered_ns: int


def server(
    system: QuerySystem[QueryT, AnswerT],
    offer: Offer,
    bounds: Bounds,
    service: Service,
    patience_ns: int = SHORTEST_PATIENCE_NS,
) -> ServerBlock[AnswerT]:
    """Measure one block.

    The bounds hold for the schedule, so that it is the same whatever answers; one query is counted
    in any case, and counting ends where the generator is seconds behind. Load goes on until every
    counted query has ended; what has not `patience_ns` after the last of them came is given up.
    Raises what the system raises.
    """
    run = _Run(system, service)
    callers = [
        threading.Thread(target=run.call, name=f"caller-{number}", daemon=True)
        for number in range(service.caller_count)
    ]
    for caller in callers:
        caller.start()
    start_ns = time.perf_counter_ns() + _LEAD_NS + offer.ramp_ns
    try:
        # Now, and not before: the callers would inherit it.
        with prompt():
            offered_ns = run.generate(offer, bounds, start_ns, patience_ns)
    finally:
        end_ns = run.stop()
        for caller in callers:
            caller.join()
    run.raise_what_was_raised()
    return _block(run.counted, start_ns, end_ns, offered_ns)


class _Run(Generic[QueryT, AnswerT]):
    """The threads of one block, and what passes between them."""

    def __init__(self, system: QuerySystem[QueryT, AnswerT], service: Service) -> None:
        self.counted: list[Arrival[QueryT, AnswerT]] = []
        self._system = system
        self._inbox: Inbox[QueryT, AnswerT] = Inbox(service)
        self._lock = threading.Lock()
        self._ended_count = 0
        self._awaited_count: int | None = None
        self._finished = threading.Event()
        self._error: BaseException | None = None

    def generate(self, offer: Offer, bounds: Bounds, start_ns: int, patience_ns: int) -> int:
        """Offer the schedule until every counted query has ended, or is given up.

        The offset at which counting ended, in nanoseconds.
        """
        for offset_ns in offer.arrivals:
            counted = offset_ns >= 0
            if self.counted and bounds.reached(offset_ns, len(self.counted)):
                break
            if self._finished.is_set() or self._is_hopeless():
                break
            sample = next(offer.samples if counted else offer.fillers)
            arrival: Arrival[QueryT, AnswerT] = Arrival(
                sample, self._system.query(sample), start_ns + offset_ns, counted
            )
            if counted:
                self.counted.append(arrival)
            _sleep_until(arrival.due_ns)
            self._put(arrival)
        self._await_counted()
        self._fill(offer, start_ns, offset_ns, time.perf_counter_ns() + patience_ns)
        return offset_ns

    def call(self) -> None:
        """Answer batches until there are no more."""
        try:
            while batch := self._inbox.take():
                answers = self._system.answer([arrival.query for arrival in batch])
                end_ns = time.perf_counter_ns()
                for arrival, answer in zip(batch, answers, strict=True):
                    arrival.answer = answer
                    arrival.end_ns = end_ns
                self._settle(sum(arrival.counted for arrival in batch))
        except BaseException as error:  # noqa: BLE001 - raised anew by the thread that measures
            self._error = error
            self._finished.set()

    def stop(self) -> int:
        """Have callers end after what they are doing. When that was, in nanoseconds."""
        self._inbox.close()
        return time.perf_counter_ns()

    def raise_what_was_raised(self) -> None:
        """Raise what a caller met."""
        if self._error is not None:
            raise self._error

    def _is_hopeless(self) -> bool:
        return bool(self.counted) and self.counted[-1].lateness_ns > _HOPELESS_NS

    def _put(self, arrival: Arrival[QueryT, AnswerT]) -> None:
        arrival.lateness_ns = time.perf_counter_ns() - arrival.due_ns
        self._inbox.put(arrival)

    def _await_counted(self) -> None:
        with self._lock:
            self._awaited_count = len(self.counted)
        self._settle(0)

    def _settle(self, count: int) -> None:
        with self._lock:
            self._ended_count += count
            if self._ended_count == self._awaited_count:
                self._finished.set()

    def _fill(self, offer: Offer, start_ns: int, offset_ns: int, give_up_ns: int) -> None:
        # Without company the last counted queries would have an easier time than the others.
        while not self._finished.is_set():
            due_ns, now_ns = start_ns + offset_ns, time.perf_counter_ns()
            wait_ns = min(due_ns, give_up_ns) - now_ns
            if wait_ns > 0 and self._finished.wait(wait_ns / 1e9):
                return
            # Fillers that are late themselves come due long before it is their turn.
            if max(due_ns, now_ns) >= give_up_ns:
                return
            sample = next(offer.fillers)
            self._put(Arrival(sample, self._system.query(sample), due_ns, counted=False))
            offset_ns = next(offer.arrivals)


def _sleep_until(due_ns: int) -> None:
    clock = time.perf_counter_ns
    while (left_ns := due_ns - clock()) > _SPIN_NS:
        time.sleep((left_ns - _SPIN_NS) / 1e9)
    while clock() < due_ns:
        # Others may have the interpreter meanwhile.
        time.sleep(0)


def _block(
    counted: list[Arrival[QueryT, AnswerT]], start_ns: int, end_ns: int, offered_ns: int
) -> ServerBlock[AnswerT]:
    kept = [one for one in counted if one.end_ns is None or one.answer is not None]
    ends_ns = [end_ns if one.end_ns is None else one.end_ns for one in kept]
    return ServerBlock(
        start_ns=start_ns,
        duration_ns=max(ends_ns, default=end_ns) - start_ns,
        samples=[one.sample for one in kept],
        scheduled_ns=[one.due_ns - start_ns for one in kept],
        lateness_ns=[one.lateness_ns for one in kept],
        end_to_end_ns=[end - one.due_ns for one, end in zip(kept, ends_ns, strict=True)],
        answers=[one.answer for one in kept],
        unanswered_count=len(counted) - len(kept),
        offered_count=len(counted),
        offered_ns=offered_ns,
    )
