"""What a block is measured with, and what one block hands to the next."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.load.system_under_test import Bounds
from bakeoff.server.worker.model import Answering
from bakeoff.server.worker.rotation import Rotations
from bakeoff.worker.v1 import Measure


@dataclass(slots=True)
class Handover:
    """What blocks of one loaded model learn for those after them, by the id of the scenario."""

    samples_per_s: dict[str, float] = field(default_factory=dict)
    trace_positions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """One block: what answers, what it is asked, what was commanded."""

    model: Answering
    examples: ExampleFile
    rotations: Rotations
    command: Measure
    handover: Handover

    @property
    def scenario_id(self) -> str:
        """Id of the scenario, as the command gives it, or as its settings make it."""
        return self.command.scenario_id or scenario_id(self.command.scenario)

    def samples(self) -> Iterator[int]:
        """Positions of the set without end, from where the last block of the scenario ended."""
        return self.rotations.of(self.scenario_id, len(self.examples), self.command.seed)

    def fillers(self) -> Iterator[int]:
        """The same for queries that are offered and not counted: those leave `samples` alone."""
        purpose = f"{self.scenario_id} not counted"
        return self.rotations.of(purpose, len(self.examples), self.command.seed)

    @property
    def bounds(self) -> Bounds:
        """When the block may end and when it must."""
        return Bounds(
            min_duration_ns=self.command.min_duration_ns,
            min_query_count=self.command.min_query_count,
            max_duration_ns=self.command.max_duration_ns,
        )

    @property
    def caller_count(self) -> int:
        """Runs of the graph at a time. Raises `InvalidFieldError` when there is none."""
        if self.command.caller_count < 1:
            message = f"caller_count must be at least 1, got {self.command.caller_count}"
            raise InvalidFieldError(message)
        return self.command.caller_count
