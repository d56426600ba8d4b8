"""Which thread layout is fastest: tried on real batches, in alternating rounds."""

import itertools
import statistics
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from bakeoff.server.errors import InvalidExampleError
from bakeoff.server.worker.batching import Policy
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.pipeline import Answered, Batch, Pipeline
from bakeoff.server.worker.providers import Layout
from bakeoff.v1 import LayoutTrial, TextInput, ThreadLayout

_SAMPLE_EXAMPLE_COUNT: Final = 256
_SAMPLE_CHARACTER_COUNT: Final = 1_000_000
_BATCH_COUNT: Final = 16
_ROUND_DURATION_S: Final = 0.25
# A round ends with batches half done, as it began: with few, that is most of what it tells.
_FEWEST_BATCHES_PER_CALLER: Final = 3
_MOST_ROUNDS: Final = 7
_FEWEST_ROUNDS: Final = 3
# Slow models get fewer rounds: their rounds are longer, and chance matters less.
_BUDGET_S: Final = 5.0
# A lead of so much in every round needs no more of them.
_CLEAR_LEAD: Final = 1.05


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout that was fastest, with its trials, and the model loaded for it."""

    layout: ThreadLayout
    model: Model


@dataclass(frozen=True, slots=True)
class _Work:
    """Texts of batches from the longest examples to the shortest, and what they hold together.

    `weight` is their padded length in all; a batch of long examples takes about as long as one
    of short ones, so that work is counted by it.
    """

    batches: Sequence[Sequence[TextInput]]
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

    `load` gives a model for a number of threads. The median of the rounds decides; they end early
    when one layout leads all others clearly in each. Raises `InvalidExampleError` when no example
    can be encoded, and what the model raises.
    """
    models = {count: load(count) for count in {item.intra_op_thread_count for item in candidates}}
    work = _work(next(iter(models.values())), examples, policy)
    rates: dict[Layout, list[float]] = {layout: [] for layout in candidates}

    def weight_per_s(layout: Layout, duration_s: float) -> float:
        model = models[layout.intra_op_thread_count]
        return _weight_per_s(model, Pipeline(model, policy, layout.caller_count), work, duration_s)

    for layout in candidates:
        weight_per_s(layout, 0.0)
    begin_s = time.perf_counter()
    for number in range(_MOST_ROUNDS):
        spent_s = time.perf_counter() - begin_s
        if number >= _FEWEST_ROUNDS and (spent_s >= _BUDGET_S or leads_clearly(rates.values())):
            break
        for layout in candidates if number % 2 == 0 else candidates[::-1]:
            rates[layout].append(work.samples_per_s(weight_per_s(layout, _ROUND_DURATION_S)))
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


def leads_clearly(rates: Collection[Sequence[float]]) -> bool:
    """Whether the rates of one layout are far above those of every other one, round by round."""
    return any(
        all(
            own >= _CLEAR_LEAD * other
            for others in rates
            if others is not leader
            for own, other in zip(leader, others, strict=True)
        )
        for leader in rates
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
    pairs = zip(texts, model.encoder.encode(texts), strict=True)
    usable = [(text, item.length) for text, item in pairs if isinstance(item, Encoded)]
    if not usable:
        message = "no example of the set became an input of the graph"
        raise InvalidExampleError(message)
    packed = list(policy.batches([length for _, length in usable]))
    step = max(1, len(packed) // _BATCH_COUNT)
    chosen = [[usable[member] for member in members] for members in packed[::step]]
    return _Work(
        batches=[[text for text, _ in batch] for batch in chosen],
        weight=sum(len(batch) * max(length for _, length in batch) for batch in chosen),
        example_count=sum(len(batch) for batch in chosen),
    )


def _weight_per_s(model: Model, pipeline: Pipeline, work: _Work, duration_s: float) -> float:
    """Rate of the running pipeline, from its first answer on: tokenising goes on beside the runs.

    A layout that waits for its slowest thread suffers from that more than one of many callers.
    """
    weight = batch_count = 0
    begin_s = end_s = 0.0
    fewest = _FEWEST_BATCHES_PER_CALLER * pipeline.caller_count
    with closing(pipeline.outcomes_of(_stream(model, work))) as outcomes:
        for item in outcomes:
            if not isinstance(item, Answered):
                continue
            end_s = time.perf_counter()
            if not begin_s:
                begin_s = end_s
                continue
            weight += _weight(item.batch.encoded)
            batch_count += 1
            if batch_count >= fewest and end_s - begin_s >= duration_s:
                break
    return weight / (end_s - begin_s)


def _stream(model: Model, work: _Work) -> Iterator[Batch]:
    """The same batches over and over, each tokenised anew."""
    for texts in itertools.cycle(work.batches):
        encoded = [item for item in model.encoder.encode(texts) if isinstance(item, Encoded)]
        yield Batch(positions=range(len(encoded)), encoded=encoded)


def _weight(batch: Sequence[Encoded]) -> int:
    return len(batch) * max(item.length for item in batch)
