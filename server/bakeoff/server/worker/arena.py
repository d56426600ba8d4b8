"""Memory of onnxruntime's arena, as its own profile of a run tells it."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bakeoff.server.errors import WorkerOutOfMemoryError
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.providers import Device
from bakeoff.server.worker.session import Session, SessionSettings
from bakeoff.server.worker.transport import Arrays

# The first run of a shape is traced, the second gets the block that was planned for it, and a
# third allocates nothing new.
_RUNS_PER_SHAPE: Final = 2

_RESERVED: Final = "mem_arena_held"
_USED: Final = "mem_in_use_peak"
_TELLS_NOTHING: Final = "onnxruntime's profile tells no memory of an arena"


@dataclass(frozen=True, slots=True)
class ArenaMemory:
    """Most bytes that the arena took from the system, and most of them in use at a time.

    Weights count where onnxruntime keeps them there: as it rearranged them, not as the file has
    them. None with the reason where they are not known.
    """

    reserved_bytes: int | None
    used_bytes: int | None
    absent_reason: str


@dataclass(frozen=True, slots=True)
class ArenaTrial:
    """Inputs to run in a session of their own, which is profiled. Holds no model."""

    graph_path: Path
    device: Device
    output_name: str
    inputs: Sequence[Arrays]

    def run(self, settings: SessionSettings) -> ArenaMemory:
        """Load the graph anew and run it. Raises what a load and a run raise."""
        try:
            with tempfile.TemporaryDirectory(prefix="arena-") as folder:
                profiled = replace(settings, profile_prefix=Path(folder) / "run")
                session = Session(self.graph_path, self.device, profiled)
                for arrays in self.inputs:
                    session.run(self.output_name, arrays)
                events = json.loads(session.end_profile().read_bytes())
        except WorkerOutOfMemoryError:
            return _absent("the session that is profiled needs more memory than it may have")
        return arena_of(events, self.device.provider.name)


def arena_trial(model: Model, batches: Iterable[Sequence[Encoded]]) -> ArenaTrial:
    """What a model answered before, no shape of input more often than memory can tell."""
    taken: Counter[tuple[tuple[str, tuple[int, ...]], ...]] = Counter()
    inputs = []
    for batch in batches:
        arrays = model.encoder.collate(batch)
        shapes = tuple((name, array.shape) for name, array in arrays.items())
        taken[shapes] += 1
        if taken[shapes] <= _RUNS_PER_SHAPE:
            inputs.append(arrays)
    return ArenaTrial(model.graph_path, model.session.device, model.output_name, inputs)


def arena_of(events: Sequence[Mapping[str, Any]], provider: str) -> ArenaMemory:
    """Memory of the arena of one provider, from the events of a profile."""
    told = [
        arguments
        for event in events
        if (arguments := event.get("args")) is not None
        and arguments.get("provider") == provider
        and {_RESERVED, _USED} <= arguments.keys()
    ]
    if not told:
        return _absent(_TELLS_NOTHING)
    return ArenaMemory(
        reserved_bytes=max(int(arguments[_RESERVED]) for arguments in told),
        used_bytes=max(int(arguments[_USED]) for arguments in told),
        absent_reason="",
    )


def _absent(reason: str) -> ArenaMemory:
    return ArenaMemory(None, None, reason)
