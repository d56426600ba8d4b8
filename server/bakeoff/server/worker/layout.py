"""Which thread layout is fastest: tried on real examples, in alternating rounds."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from bakeoff.server.worker.batching import Policy
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.pipeline import Answered, Pipeline
from bakeoff.server.worker.providers import Layout
from bakeoff.v1 import LayoutTrial, ThreadLayout, UnlabelledExample

_ROUND_DURATION_S: Final = 0.2
_MOST_ROUNDS: Final = 5
_FEWEST_ROUNDS: Final = 2
# Slow models get fewer rounds: their rounds are longer, and chance matters less.
_BUDGET_S: Final = 3.0
# Enough that each caller of the widest layout has batches to take turns on.
_FEWEST_EXAMPLES_PER_CALLER: Final = 4
_MOST_EXAMPLES: Final = 1024


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout that was fastest, with its trials, and the model loaded for it."""

    layout: ThreadLayout
    model: Model


def choose_layout(
    candidates: Sequence[Layout],
    load: Callable[[int], Model],
    examples: ExampleFile,
    policy: Policy,
) -> Choice:
    """Try each layout on the same examples, round after round in alternating order.

    `load` gives a model for a number of threads. The median of the rounds decides.
    """
    models = {count: load(count) for count in {item.intra_op_thread_count for item in candidates}}
    pipelines = {
        layout: Pipeline(models[layout.intra_op_thread_count], policy, layout.caller_count)
        for layout in candidates
    }
    fewest = _FEWEST_EXAMPLES_PER_CALLER * max(layout.caller_count for layout in candidates)
    first = _sample(examples, fewest)
    # The first pass of each layout warms it up; the second sizes the rounds.
    rates = [_samples_per_s(pipelines[layout], first) for layout in (*candidates, *candidates)]
    rate = max(rates)
    sample = _sample(examples, min(max(int(rate * _ROUND_DURATION_S), fewest), _MOST_EXAMPLES))
    affordable = int(_BUDGET_S * rate / (len(sample) * len(candidates)))
    round_count = min(max(affordable, _FEWEST_ROUNDS), _MOST_ROUNDS)
    rounds: dict[Layout, list[float]] = {layout: [] for layout in candidates}
    for number in range(round_count):
        order = candidates if number % 2 == 0 else candidates[::-1]
        for layout in order:
            rounds[layout].append(_samples_per_s(pipelines[layout], sample))
    medians = {layout: statistics.median(found) for layout, found in rounds.items()}
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


def _sample(examples: ExampleFile, count: int) -> list[UnlabelledExample]:
    return [examples[position] for position in examples.spread(count)]


def _samples_per_s(pipeline: Pipeline, examples: Sequence[UnlabelledExample]) -> float:
    begin_s = time.perf_counter()
    count = 0
    with closing(pipeline.outcomes(examples)) as outcomes:
        for item in outcomes:
            if isinstance(item, Answered):
                count += len(item.batch.positions)
    return count / (time.perf_counter() - begin_s)
