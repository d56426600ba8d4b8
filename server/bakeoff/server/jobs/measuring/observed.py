"""Observations of a scenario as they are added to their file."""

from dataclasses import dataclass
from pathlib import Path

from google.protobuf.proto import parse_length_prefixed

from bakeoff.v1 import ObservationBlock


@dataclass(slots=True)
class ObservedBlocks:
    """Reads a file of `ObservationBlock` messages, each preceded by its length, piece by piece."""

    path: Path
    _offset: int = 0

    def added(self) -> list[ObservationBlock]:
        """Blocks that were added since the last call, in their order. Blocks until read."""
        if not self.path.exists():
            return []
        blocks: list[ObservationBlock] = []
        with self.path.open("rb") as file:
            file.seek(self._offset)
            while file.peek(1):
                blocks.append(parse_length_prefixed(ObservationBlock, file))  # type: ignore[arg-type] # any buffered file will do
            self._offset = file.tell()
        return blocks
