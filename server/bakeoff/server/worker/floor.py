"""What the engine itself costs: every scenario on a model that does nothing."""

import tempfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from google.protobuf.proto import serialize_length_prefixed
from numpy.typing import NDArray

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.scenarios import OFFLINE
from bakeoff.server.worker.batching import WINDOW_EXAMPLE_COUNT
from bakeoff.server.worker.blocks import BLOCKS
from bakeoff.server.worker.blocks.setting import Handover, Setting
from bakeoff.server.worker.encoding import Encoded, Unencodable
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.model import Answer
from bakeoff.server.worker.outputs import Values
from bakeoff.server.worker.rotation import Rotations
from bakeoff.v1 import (
    MultiStream,
    ObservationBlock,
    Offline,
    Scenario,
    Server,
    SingleStream,
    TextInput,
    UnlabelledExample,
)
from bakeoff.worker.v1 import FloorMeasured, Measure, MeasureFloor

# As many as one pass of `offline` takes.
_EXAMPLE_COUNT: Final = WINDOW_EXAMPLE_COUNT
_SAMPLES_PER_QUERY: Final = 8
# So fast that a pass takes the whole set.
_MOST_SAMPLES_PER_S: Final = 1e9


class NullModel:
    """Answers at once: what is measured of it is the engine."""

    def __init__(self) -> None:
        self.encoder = _NullEncoder()

    def answer(self, batch: Sequence[Encoded]) -> Answer:
        """One value an example, in no time."""
        count = len(batch)
        values = Values(np.zeros((count, 1), np.float32), np.zeros(count, np.int64))
        return Answer(
            values=values,
            copy_in_ns=0,
            run_ns=0,
            copy_out_ns=0,
            decode_ns=0,
            token_count=count,
            padded_token_count=count,
        )


class _NullEncoder:
    """Every text is one token."""

    _ENCODED: Final = Encoded(content=None, length=1, token_count=1, truncated=False)

    def encode(self, texts: Sequence[TextInput]) -> list[Encoded | Unencodable]:
        return [self._ENCODED] * len(texts)

    def collate(self, batch: Sequence[Encoded]) -> Mapping[str, NDArray[Any]]:
        return {"tokens": np.zeros((len(batch), 1), np.int64)}

    def probe(self, length: int, *, largest_id: bool) -> Encoded:
        del length, largest_id  # an example of this encoder has one token
        return self._ENCODED


def measure_floor(command: MeasureFloor) -> FloorMeasured:
    """One block of every scenario, with a caller of its own, as a candidate would be measured.

    Raises `InvalidFieldError`.
    """
    if command.duration_ns < 1:
        message = f"duration_ns must be positive, got {command.duration_ns}"
        raise InvalidFieldError(message)
    scenarios = (
        Scenario(single_stream=SingleStream()),
        Scenario(multi_stream=MultiStream(samples_per_query=_SAMPLES_PER_QUERY)),
        Scenario(server=Server(poisson_qps=command.qps)),
        Scenario(offline=Offline()),
    )
    with tempfile.NamedTemporaryFile() as file:
        file.write(_set())
        file.flush()
        examples = ExampleFile(Path(file.name))
        blocks = [_block(scenario, examples, command.duration_ns) for scenario in scenarios]
    return FloorMeasured(blocks=blocks)


def _block(scenario: Scenario, examples: ExampleFile, duration_ns: int) -> ObservationBlock:
    kind = scenario.WhichOneof("kind") or ""
    command = Measure(
        scenario=scenario,
        caller_count=1,
        min_duration_ns=duration_ns,
        max_duration_ns=duration_ns,
    )
    # Nothing needs a warm-up, which is where a pass of `offline` learns its size.
    handover = Handover(samples_per_s={OFFLINE: _MOST_SAMPLES_PER_S})
    setting = Setting(NullModel(), examples, Rotations(), command, handover)
    return BLOCKS[kind](setting).block


def _set() -> bytes:
    buffer = BytesIO()
    for number in range(_EXAMPLE_COUNT):
        text = TextInput(text=f"example {number}")
        serialize_length_prefixed(UnlabelledExample(text=text), buffer)
    return buffer.getvalue()
