"""Blocks of one loaded model: measure each and write down what was observed."""

from pathlib import Path

from bakeoff.server.errors import InvalidExampleError, InvalidFieldError
from bakeoff.server.worker.blocks import BLOCKS
from bakeoff.server.worker.blocks.observation import append, forget_queries
from bakeoff.server.worker.blocks.setting import Handover, Setting
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Answering
from bakeoff.server.worker.rotation import Rotations
from bakeoff.worker.v1 import Measure, Measured


class Measurer:
    """Measures blocks of one loaded model."""

    def __init__(self, model: Answering, rotations: Rotations) -> None:
        self._model = model
        self._rotations = rotations
        self._handover = Handover()

    def measure(self, examples: ExampleFile, command: Measure) -> Measured:
        """Measure one block and append its observations to their file.

        Raises `InvalidFieldError`, `InvalidExampleError` when no example can be answered, and
        what the model raises.
        """
        if command.max_duration_ns < 1:
            message = f"max_duration_ns must be positive, got {command.max_duration_ns}"
            raise InvalidFieldError(message)
        kind = command.scenario.WhichOneof("kind") or "none"
        if kind not in BLOCKS:
            message = f"scenario must be one of {', '.join(BLOCKS)}, got {kind}"
            raise InvalidFieldError(message)
        setting = Setting(self._model, examples, self._rotations, command, self._handover)
        measured = BLOCKS[kind](setting)
        if not (measured.block.sample_count or measured.block.end_to_end_ns):
            message = "no example of the set became an input of the graph"
            raise InvalidExampleError(message)
        append(Path(command.observations_path), measured.block)
        forget_queries(measured.block)
        return measured
