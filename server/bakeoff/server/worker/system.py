"""A model as the system under test."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

from bakeoff.server.worker.encoding import Unencodable
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Answer, Model
from bakeoff.server.worker.pipeline import Answered, Pipeline, Tokenised
from bakeoff.v1 import UnlabelledExample


class Tally:
    """Time in each stage, in nanoseconds, and tokens with and without padding."""

    def __init__(self) -> None:
        self.stage_ns: Counter[str] = Counter()
        self.token_count = 0
        self.padded_token_count = 0

    def add(self, answer: Answer) -> None:
        """Count one run of the graph."""
        self.stage_ns["copy-in"] += answer.copy_in_ns
        self.stage_ns["run"] += answer.run_ns
        self.stage_ns["copy-out"] += answer.copy_out_ns
        self.stage_ns["decode"] += answer.decode_ns
        self.token_count += answer.token_count
        self.padded_token_count += answer.padded_token_count


class StreamedModel:
    """One example a query, from its text to its values."""

    def __init__(self, model: Model, examples: ExampleFile) -> None:
        self._model = model
        self._examples = examples
        self.tally = Tally()

    def query(self, sample: int) -> UnlabelledExample:
        """The example at a position of the set."""
        return self._examples[sample]

    def answer(self, query: UnlabelledExample) -> int | None:
        """Encode, run and read; None when the example cannot become an input."""
        begin_ns = time.perf_counter_ns()
        encoded = self._model.encoder.encode([query.text])[0]
        tokenise_ns = time.perf_counter_ns() - begin_ns
        if isinstance(encoded, Unencodable):
            return None
        answer = self._model.answer([encoded])
        self.tally.stage_ns["tokenise"] += tokenise_ns
        self.tally.add(answer)
        return answer.run_ns


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
                    self.tally.add(item.answer)
                    answered_count += len(item.batch.positions)
                elif isinstance(item, Tokenised):
                    self.tally.stage_ns["tokenise"] += item.duration_ns
        return answered_count
