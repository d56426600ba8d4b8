"""A model as the system under test."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Answering
from bakeoff.server.worker.pipeline import Answered, Pipeline, Tokenised
from bakeoff.v1 import UnlabelledExample


class Run(NamedTuple):
    """One run of the graph: time in each stage, in nanoseconds, and what it was given.

    Tokens are 0 where the graph itself tokenises.
    """

    tokenise_ns: int
    copy_in_ns: int
    run_ns: int
    copy_out_ns: int
    decode_ns: int
    token_count: int
    padded_token_count: int
    batch_size: int


class QueryAnswer(NamedTuple):
    """The run that answered an example, the tokens of that example, and its output, [labels]."""

    run: Run
    token_count: int
    values: NDArray[np.float32]


class Tally:
    """Time in each stage, in nanoseconds, and tokens with and without padding."""

    def __init__(self) -> None:
        self.stage_ns: Counter[str] = Counter()
        self.token_count = 0
        self.padded_token_count = 0

    def add(self, run: Run) -> None:
        """Count one run of the graph."""
        for stage, duration_ns in stages(run).items():
            self.stage_ns[stage] += duration_ns
        self.token_count += run.token_count
        self.padded_token_count += run.padded_token_count


def stages(run: Run) -> dict[str, int]:
    """Time in each stage, in nanoseconds, by its name in a report."""
    return {
        "tokenise": run.tokenise_ns,
        "copy-in": run.copy_in_ns,
        "run": run.run_ns,
        "copy-out": run.copy_out_ns,
        "decode": run.decode_ns,
    }


class ServedModel:
    """Queries from their texts to their values; those that come together share a run."""

    def __init__(self, model: Answering, examples: ExampleFile) -> None:
        self._model = model
        self._examples = examples

    def query(self, sample: int) -> UnlabelledExample:
        """The example at a position of the set."""
        return self._examples[sample]

    def answer(self, queries: Sequence[UnlabelledExample]) -> list[QueryAnswer | None]:
        """Encode, run and read; None for an example that cannot become an input."""
        begin_ns = time.perf_counter_ns()
        results = self._model.encoder.encode([query.text for query in queries])
        tokenise_ns = time.perf_counter_ns() - begin_ns
        batch = [result for result in results if isinstance(result, Encoded)]
        if not batch:
            return [None] * len(queries)
        answer = self._model.answer(batch)
        run = Run(
            tokenise_ns,
            answer.copy_in_ns,
            answer.run_ns,
            answer.copy_out_ns,
            answer.decode_ns,
            answer.token_count,
            answer.padded_token_count,
            len(batch),
        )
        rows = iter(answer.values.values)
        return [
            QueryAnswer(run, result.token_count, next(rows))
            if isinstance(result, Encoded)
            else None
            for result in results
        ]


class PipelinedModel:
    """Many examples together, through the pipeline of the prediction pass."""

    def __init__(self, pipeline: Pipeline, examples: ExampleFile) -> None:
        self._pipeline = pipeline
        self._examples = examples
        self.tally = Tally()

    def query(self, sample: int) -> UnlabelledExample:
        """The example at a position of the set."""
        return self._examples[sample]

    def answer_all(self, queries: Sequence[UnlabelledExample]) -> int:
        """Run them under the batch policy; how many reached the graph."""
        answered_count = 0
        with closing(self._pipeline.outcomes(queries)) as outcomes:
            for item in outcomes:
                if isinstance(item, Answered):
                    self._add(item)
                    answered_count += len(item.batch.positions)
                elif isinstance(item, Tokenised):
                    self.tally.stage_ns["tokenise"] += item.duration_ns
        return answered_count

    def _add(self, item: Answered) -> None:
        answer = item.answer
        run = Run(
            0,  # told by itself: a slice is tokenised for many batches
            answer.copy_in_ns,
            answer.run_ns,
            answer.copy_out_ns,
            answer.decode_ns,
            answer.token_count,
            answer.padded_token_count,
            len(item.batch.positions),
        )
        self.tally.add(run)
