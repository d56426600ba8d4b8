"""The prediction pass: every example once, the answers in a file."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker.batching import policy_from
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.outputs import answered, unanswered
from bakeoff.server.worker.pipeline import Answered, Pipeline, Refused
from bakeoff.v1 import Prediction
from bakeoff.worker.v1 import Predict, Predicted

Report = Callable[[int, int], None]


def predict(model: Model, examples: ExampleFile, command: Predict, report: Report) -> Predicted:
    """Predict a span of the set and write the predictions in its order.

    The file is whole or not there: it is written under another name, synced and renamed.
    Raises `InvalidFieldError` and what the model raises.
    """
    begin_ns = time.perf_counter_ns()
    if command.caller_count < 1:
        message = f"caller_count must be at least 1, got {command.caller_count}"
        raise InvalidFieldError(message)
    span = list(examples.span(command.first_index, command.example_count))
    pipeline = Pipeline(model, policy_from(command.batch_policy), command.caller_count)
    predictions: dict[int, Prediction] = {}
    outcome = Predicted(example_count=len(span))
    done_count = 0
    with closing(pipeline.outcomes(span)) as outcomes:
        for item in outcomes:
            if isinstance(item, Answered):
                values = item.answer.values
                rows = zip(
                    item.batch.positions,
                    item.batch.encoded,
                    values.values.tolist(),
                    values.non_finite_counts.tolist(),
                    strict=True,
                )
                for position, encoded, row, non_finite_count in rows:
                    index = span[position].index
                    predictions[position] = answered(index, encoded, row, non_finite_count)
                outcome.batch_count += 1
                outcome.token_count += item.answer.token_count
                outcome.padded_token_count += item.answer.padded_token_count
                done_count += len(item.batch.positions)
                report(done_count, len(span))
            elif isinstance(item, Refused):
                for position, reason in item.reasons:
                    predictions[position] = unanswered(span[position].index, reason)
                done_count += len(item.reasons)
    content = _serialized([predictions[position] for position in range(len(span))])
    _write(Path(command.output_path), content)
    outcome.size_bytes = len(content)
    outcome.sha256 = hashlib.sha256(content).hexdigest()
    outcome.duration_ns = time.perf_counter_ns() - begin_ns
    return outcome


def _serialized(predictions: Sequence[Prediction]) -> bytes:
    buffer = BytesIO()
    for prediction in predictions:
        serialize_length_prefixed(prediction, buffer)
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
