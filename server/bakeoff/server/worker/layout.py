"""Which thread layout is fastest: tried on real batches, in alternating rounds."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bakeoff.server.errors import InvalidExampleError
from bakeoff.server.worker.batching import Policy
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.providers import Layout
from bakeoff.v1 import LayoutTrial, TextInput, ThreadLayout

_SAMPLE_EXAMPLE_COUNT: Final = 256
_SAMPLE_CHARACTER_COUNT: Final = 1_000_000
_BATCH_COUNT: Final = 16
_ROUND_DURATION_S: Final = 0.25
_MOST_ROUNDS: Final = 5
_FEWEST_ROUNDS: Final = 2
# Slow models get fewer rounds: their rounds are longer, and chance matters less.
_BUDGET_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout that was fastest, with its trials, and the model loaded for it."""

    layout: ThreadLayout
    model: Model


@dataclass(frozen=True, slots=True)
class _Work:
    """Batches from the longest examples to the shortest, and what they hold together.

    `weight` is their padded length in all; a batch of long examples takes about as long as one
    of short ones, so that work is counted by it.
    """

    batches: Sequence[Sequence[Encoded]]
    weight: int
    example_count: int

    def samples_per_s(self, weight_per_s: float) -> float:
        """Rate in examples, as if all batches had run equally often."""
        return weight_per_s * self.example_count / self.weight


def choose_layout(
    candidates: Sequence[Layout],
    load: Callable[[int], Model],
    examples: ExampleFile,
    policy: Policy,
) -> Choice:
    """Try each layout on the same batches, round after round in alternating order.

    `load` gives a model for a number of threads. The median of the rounds decides. Raises
    `InvalidExampleError` when no example can be encoded, and what the model raises.
    """
    models = {count: load(count) for count in {item.intra_op_thread_count for item in candidates}}
    work = _work(next(iter(models.values())), examples, policy)
    rates: dict[Layout, list[float]] = {layout: [] for layout in candidates}
    for layout in candidates:
        _weight_per_s(models[layout.intra_op_thread_count], layout.caller_count, work, 0.0)
    begin_s = time.perf_counter()
    for number in range(_MOST_ROUNDS):
        if number >= _FEWEST_ROUNDS and time.perf_counter() - begin_s >= _BUDGET_S:
            break
        for layout in candidates if number % 2 == 0 else candidates[::-1]:
            model = models[layout.intra_op_thread_count]
            rate = _weight_per_s(model, layout.caller_count, work, _ROUND_DURATION_S)
            rates[layout].append(work.samples_per_s(rate))
    medians = {layout: statistics.median(found) for layout, found in rates.items()}
    best = max(candidates, key=lambda layout: medians[layout])
    return Choice(
        layout=ThreadLayout(
            intra_op_thread_count=best.intra_op_thread_count,
            caller_count=best.caller_count,
            trials=[
                LayoutTrial(
                    intra_op_thread_count=layout.intra_op_thread_count,
                    caller_count=layout.caller_count,
                    samples_per_s=median,
                )
                for layout, median in medians.items()
            ],
        ),
        model=models[best.intra_op_thread_count],
    )


def _work(model: Model, examples: ExampleFile, policy: Policy) -> _Work:
    texts: list[TextInput] = []
    character_count = 0
    # The shortest first: a few very long texts must not take the whole trial.
    for position in examples.spread(_SAMPLE_EXAMPLE_COUNT):
        text = examples[position].text
        character_count += len(text.text) + len(text.text_pair)
        if texts and character_count > _SAMPLE_CHARACTER_COUNT:
            break
        texts.append(text)
    encoded = [item for item in model.encoder.encode(texts) if isinstance(item, Encoded)]
    if not encoded:
        message = "no example of the set became an input of the graph"
        raise InvalidExampleError(message)
    packed = list(policy.batches([item.length for item in encoded]))
    step = max(1, len(packed) // _BATCH_COUNT)
    batches = [[encoded[member] for member in members] for members in packed[::step]]
    return _Work(
        batches=batches,
        weight=sum(_weight(batch) for batch in batches),
        example_count=sum(len(batch) for batch in batches),
    )


def _weight(batch: Sequence[Encoded]) -> int:
    return len(batch) * max(item.length for item in batch)


def _weight_per_s(model: Model, caller_count: int, work: _Work, duration_s: float) -> float:
    """Rate of all callers together; each runs one batch or more, until the time is over.

    Each caller's rate is over its own time, so that no caller's last batch counts as idleness of
    the others.
    """
    batches = itertools.cycle(work.batches)
    lock = threading.Lock()
    found: list[float] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            found.append(_caller_rate(model, batches, lock, duration_s))
        except BaseException as error:  # noqa: BLE001 - raised anew where it is waited for
            errors.append(error)

    threads = [threading.Thread(target=call, daemon=True) for _ in range(caller_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(found)


def _caller_rate(
    model: Model, batches: Iterator[Sequence[Encoded]], lock: threading.Lock, duration_s: float
) -> float:
    begin_s = time.perf_counter()
    weight, elapsed_s = 0, 0.0
    while weight == 0 or elapsed_s < duration_s:
        with lock:
            batch = next(batches)
        model.answer(batch)
        weight += _weight(batch)
        elapsed_s = time.perf_counter() - begin_s
    return weight / elapsed_s
