"""Examples in, answers out: tokenising overlaps with running the graph.

One thread encodes and packs, `caller_count` threads run the graph, the caller of `outcomes`
takes what they find. Which examples share a batch follows from the examples and the policy
alone, never from timing.
"""

import itertools
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from bakeoff.server.worker.batching import Policy
from bakeoff.server.worker.encoding import Encoded, Unencodable
from bakeoff.server.worker.model import Answer, Answering
from bakeoff.v1 import UnlabelledExample

# Examples that are tokenised before their batches go out: few, and fewest at first, since callers
# wait for them, and not too long together: encoding takes over a hundred bytes a character.
_FIRST_SLICE_EXAMPLE_COUNT: Final = 96
_SLICE_EXAMPLE_COUNT: Final = 256
_SLICE_CHARACTER_COUNT: Final = 1_000_000
# Batches on their way for each caller: enough that none waits, few enough that memory is bounded.
_BATCHES_IN_FLIGHT_PER_CALLER: Final = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples that the graph runs together, with their positions among those given."""

    positions: Sequence[int]
    encoded: Sequence[Encoded]


@dataclass(frozen=True, slots=True)
class Refused:
    """Examples that cannot become an input, by position, with the reason of each."""

    reasons: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Tokenised:
    """Time that encoding one slice of the examples took, in nanoseconds."""

    duration_ns: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A batch and what the graph answered to it."""

    batch: Batch
    answer: Answer


Outcome = Answered | Refused | Tokenised


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException


class _CallerEnded:
    """A caller has no more to do."""


class Pipeline:
    """Runs examples through a model under a batch policy."""

    def __init__(self, model: Answering, policy: Policy, caller_count: int) -> None:
        self.caller_count = caller_count
        self._model = model
        self._policy = policy

    def outcomes(self, examples: Iterable[UnlabelledExample]) -> Generator[Outcome, None, None]:
        """What becomes of the examples, in no certain order; each position once.

        Positions count from 0 in the order given. Raises what the model raises; then, and when
        it is closed, the threads end first.
        """
        yield from self.outcomes_of(self._work(examples))

    def outcomes_of(
        self, work: Iterator["Batch | Refused | Tokenised"]
    ) -> Generator[Outcome, None, None]:
        """What becomes of batches that were made elsewhere, as `outcomes` tells it.

        `work` is asked for batches by a thread of its own, while others run.
        """
        run = _Run(self._model, self.caller_count)
        threads = [
            threading.Thread(target=run.feed, args=(work,), name="encode", daemon=True),
            *(
                threading.Thread(target=run.call, name=f"caller-{number}", daemon=True)
                for number in range(self.caller_count)
            ),
        ]
        for thread in threads:
            thread.start()
        try:
            yield from run.outcomes()
        finally:
            run.stop()
            for thread in threads:
                thread.join()

    def _work(self, examples: Iterable[UnlabelledExample]) -> Iterator[Batch | Refused | Tokenised]:
        numbered = enumerate(examples)
        while window := list(itertools.islice(numbered, self._policy.window_example_count)):
            if self._policy.sorts_by_length:
                # By characters first, so that tokenising a slice is enough to pack most of it.
                window.sort(key=lambda item: -_character_count(item[1]))
            yield from self._pack(window)

    def _pack(
        self, window: list[tuple[int, UnlabelledExample]]
    ) -> Iterator[Batch | Refused | Tokenised]:
        positions: list[int] = []
        encoded: list[Encoded] = []
        for slice_ in _slices(window):
            begin_ns = time.perf_counter_ns()
            results = self._model.encoder.encode([item.text for _, item in slice_.examples])
            yield Tokenised(time.perf_counter_ns() - begin_ns)
            refused: list[tuple[int, str]] = []
            for (position, _), result in zip(slice_.examples, results, strict=True):
                if isinstance(result, Unencodable):
                    refused.append((position, result.reason))
                else:
                    positions.append(position)
                    encoded.append(result)
            if refused:
                yield Refused(refused)
            batches = list(self._policy.batches([item.length for item in encoded]))
            unsettled: list[int] = []
            # The next slice may hold company for the last ones.
            while not slice_.last and batches and len(unsettled) < self._policy.held_back_count:
                unsettled = batches.pop() + unsettled
            for members in batches:
                yield Batch(
                    positions=[positions[member] for member in members],
                    encoded=[encoded[member] for member in members],
                )
            positions = [positions[member] for member in unsettled]
            encoded = [encoded[member] for member in unsettled]


class _Run:
    """The threads of one pass and the queues between them."""

    def __init__(self, model: Answering, caller_count: int) -> None:
        self._model = model
        self._caller_count = caller_count
        self._stopped = False
        self._free_places = threading.Semaphore(caller_count * _BATCHES_IN_FLIGHT_PER_CALLER)
        self._batches: SimpleQueue[Batch | None] = SimpleQueue()
        self._results: SimpleQueue[Outcome | _Raised | _CallerEnded] = SimpleQueue()

    def feed(self, work: Iterator[Batch | Refused | Tokenised]) -> None:
        """Hand batches to the callers, until there are none or the run is stopped."""
        try:
            for item in work:
                if not isinstance(item, Batch):
                    self._results.put(item)
                    continue
                self._free_places.acquire()
                if self._stopped:
                    break
                self._batches.put(item)
        except BaseException as error:  # noqa: BLE001 - raised anew where it is waited for
            self._results.put(_Raised(error))
        finally:
            for _ in range(self._caller_count):
                self._batches.put(None)

    def call(self) -> None:
        """Run the graph on batches, until there are none or the run is stopped."""
        try:
            while (batch := self._batches.get()) is not None and not self._stopped:
                self._results.put(Answered(batch, self._model.answer(batch.encoded)))
        except BaseException as error:  # noqa: BLE001 - raised anew where it is waited for
            self._results.put(_Raised(error))
        self._results.put(_CallerEnded())

    def outcomes(self) -> Iterator[Outcome]:
        """Results as they come. Raises what a thread raised."""
        running = self._caller_count
        while running:
            item = self._results.get()
            if isinstance(item, _Raised):
                raise item.error
            if isinstance(item, _CallerEnded):
                running -= 1
                continue
            if isinstance(item, Answered):
                self._free_places.release()
            yield item

    def stop(self) -> None:
        """Let every thread end after what it is doing."""
        self._stopped = True
        self._free_places.release()


@dataclass(frozen=True, slots=True)
class _Slice:
    """Examples that are tokenised together, with their positions."""

    examples: Sequence[tuple[int, UnlabelledExample]]
    last: bool


def _slices(window: Sequence[tuple[int, UnlabelledExample]]) -> Iterator[_Slice]:
    start = character_count = 0
    for end, (_, example) in enumerate(window):
        count = _character_count(example)
        full = end - start == (_SLICE_EXAMPLE_COUNT if start else _FIRST_SLICE_EXAMPLE_COUNT)
        if end > start and (full or character_count + count > _SLICE_CHARACTER_COUNT):
            yield _Slice(window[start:end], last=False)
            start, character_count = end, 0
        character_count += count
    yield _Slice(window[start:], last=True)


def _character_count(example: UnlabelledExample) -> int:
    return len(example.text.text) + len(example.text.text_pair)
