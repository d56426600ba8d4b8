"""One block of a scenario: warm up, offer load, write down what was observed."""

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.errors import InvalidExampleError, InvalidFieldError
from bakeoff.server.scenarios import OFFLINE, SINGLE_STREAM
from bakeoff.server.worker.batching import WINDOW_EXAMPLE_COUNT, policy_from
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.load.offline import offline
from bakeoff.server.worker.load.single_stream import single_stream
from bakeoff.server.worker.load.system_under_test import Bounds
from bakeoff.server.worker.load.warm_up import WarmUp, Window, warm_up
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.pipeline import Pipeline
from bakeoff.server.worker.rotation import Rotations
from bakeoff.server.worker.system import PipelinedModel, StreamedModel, Tally
from bakeoff.v1 import ObservationBlock
from bakeoff.worker.v1 import Measure, Measured

# Examples of the warm-up, at even steps of length, so that every size of input has been seen.
_STREAM_WARM_UP_EXAMPLE_COUNT: Final = 8
_BULK_WARM_UP_EXAMPLE_COUNT: Final = 64
# Shorter windows differ by chance alone.
_WARM_UP_WINDOW_NS: Final = 100_000_000
# A shorter pass of `offline` spends too much of its time on starting and ending.
_LEAST_PASS_NS: Final = 1_000_000_000


class Measurer:
    """Measures blocks of one loaded model."""

    def __init__(self, model: Model, rotations: Rotations) -> None:
        self._model = model
        self._rotations = rotations
        self._samples_per_s = 0.0

    def measure(self, examples: ExampleFile, command: Measure) -> Measured:
        """Measure one block and append its observations to their file.

        Raises `InvalidFieldError`, `InvalidExampleError` when no example can be answered, and
        what the model raises.
        """
        if command.max_duration_ns < 1:
            message = f"max_duration_ns must be positive, got {command.max_duration_ns}"
            raise InvalidFieldError(message)
        match command.scenario.WhichOneof("kind"):
            case "single_stream":
                measured = self._single_stream(examples, command)
            case "offline":
                measured = self._offline(examples, command)
            case _:
                message = "scenario must be offline or single_stream, got neither"
                raise InvalidFieldError(message)
        if measured.block.sample_count == 0:
            message = "no example of the set became an input of the graph"
            raise InvalidExampleError(message)
        _append(Path(command.observations_path), measured.block)
        for field in ("end_to_end_ns", "model_only_ns", "example_indices"):
            measured.block.ClearField(field)
        return measured

    def _single_stream(self, examples: ExampleFile, command: Measure) -> Measured:
        measured = Measured()
        if command.warm_up:
            _warm_up(measured, self._stream_window(examples))
        system = StreamedModel(self._model, examples)
        samples = self._rotations.of(SINGLE_STREAM, len(examples), command.seed)
        with _no_garbage_collection():
            block = single_stream(system, samples, _bounds(command))
        measured.block.CopyFrom(
            ObservationBlock(
                scenario=SINGLE_STREAM,
                round=command.round,
                start_ns=block.start_ns,
                duration_ns=block.duration_ns,
                sample_count=len(block.samples),
                end_to_end_ns=block.end_to_end_ns,
                model_only_ns=block.model_only_ns,
                example_indices=block.samples,
            )
        )
        _add_tally(measured.block, system.tally)
        return measured

    def _offline(self, examples: ExampleFile, command: Measure) -> Measured:
        measured = Measured()
        if command.caller_count < 1:
            message = f"caller_count must be at least 1, got {command.caller_count}"
            raise InvalidFieldError(message)
        pipeline = Pipeline(self._model, policy_from(command.batch_policy), command.caller_count)
        if command.warm_up:
            found = _warm_up(measured, self._bulk_window(examples, pipeline))
            self._samples_per_s = found.rates_per_s[-1]
        system = PipelinedModel(pipeline, examples)
        samples = self._rotations.of(OFFLINE, len(examples), command.seed)
        with _no_garbage_collection():
            block = offline(
                system, samples, _bounds(command), self._pass_sample_count(examples, command)
            )
        self._samples_per_s = block.sample_count / block.duration_ns * 1e9
        measured.block.CopyFrom(
            ObservationBlock(
                scenario=OFFLINE,
                round=command.round,
                start_ns=block.start_ns,
                duration_ns=block.duration_ns,
                sample_count=block.sample_count,
            )
        )
        _add_tally(measured.block, system.tally)
        return measured

    def _pass_sample_count(self, examples: ExampleFile, command: Measure) -> int:
        # A pass cannot be cut short, so it is sized by the rate to end in time.
        wanted_ns = min(max(command.min_duration_ns, _LEAST_PASS_NS), command.max_duration_ns)
        count = int(self._samples_per_s * wanted_ns / 1e9)
        count = min(max(count, _BULK_WARM_UP_EXAMPLE_COUNT), WINDOW_EXAMPLE_COUNT)
        return min(count, len(examples))

    def _stream_window(self, examples: ExampleFile) -> "_StreamWindow":
        positions = examples.spread(_STREAM_WARM_UP_EXAMPLE_COUNT)
        return _StreamWindow(StreamedModel(self._model, examples), positions)

    def _bulk_window(self, examples: ExampleFile, pipeline: Pipeline) -> "_BulkWindow":
        positions = examples.spread(_BULK_WARM_UP_EXAMPLE_COUNT)
        return _BulkWindow(PipelinedModel(pipeline, examples), positions)


class _StreamWindow:
    """The same examples one by one, as often as fits a window."""

    def __init__(self, system: StreamedModel, positions: list[int]) -> None:
        self._system = system
        self._queries = [system.query(position) for position in positions]

    def __call__(self) -> Window:
        begin_ns = time.perf_counter_ns()
        query_count = duration_ns = 0
        while duration_ns < _WARM_UP_WINDOW_NS:
            for query in self._queries:
                self._system.answer(query)
            query_count += len(self._queries)
            duration_ns = time.perf_counter_ns() - begin_ns
        return Window(query_count, duration_ns)


class _BulkWindow:
    """The same examples together, as often as fits a window."""

    def __init__(self, system: PipelinedModel, positions: list[int]) -> None:
        self._system = system
        self._queries = [system.query(position) for position in positions]

    def __call__(self) -> Window:
        begin_ns = time.perf_counter_ns()
        query_count = duration_ns = 0
        while duration_ns < _WARM_UP_WINDOW_NS:
            self._system.answer_all(self._queries)
            query_count += len(self._queries)
            duration_ns = time.perf_counter_ns() - begin_ns
        return Window(query_count, duration_ns)


def _warm_up(measured: Measured, window: "_StreamWindow | _BulkWindow") -> WarmUp:
    found = warm_up(window)
    measured.warm_up_query_count = found.query_count
    measured.warm_up_settled = found.settled
    return found


def _bounds(command: Measure) -> Bounds:
    return Bounds(
        min_duration_ns=command.min_duration_ns,
        min_query_count=command.min_query_count,
        max_duration_ns=command.max_duration_ns,
    )


def _add_tally(block: ObservationBlock, tally: Tally) -> None:
    for stage, duration_ns in tally.stage_ns.items():
        block.stage_ns[stage] = duration_ns
    block.token_count = tally.token_count
    block.padded_token_count = tally.padded_token_count


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    # A pause of the worker's own making would be told as the candidate's latency.
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _append(path: Path, block: ObservationBlock) -> None:
    buffer = BytesIO()
    serialize_length_prefixed(block, buffer)
    with path.open("ab") as file:
        file.write(buffer.getvalue())
        file.flush()
        os.fsync(file.fileno())
