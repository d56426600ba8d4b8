"""The seam to whatever turns a torch model into an ONNX graph."""

import importlib.metadata
from pathlib import Path
from typing import Protocol

from bakeoff.exporter.checkpoint import Checkpoint
from bakeoff.exporter.network import Network


class Backend(Protocol):
    """Draws the fp32 graph of a checkpoint, with free batch and sequence dimensions."""

    @property
    def name(self) -> str:
        """Name, as a manifest records it."""

    def unavailable(self) -> str | None:
        """Why it cannot run here, or nothing when it can."""

    def draw(self, checkpoint: Checkpoint, network: Network, path: Path) -> None:
        """Write the graph to `path`. May raise anything; the caller tries the next back end."""


def version_of(distribution: str) -> tuple[int, ...] | None:
    """Version of an installed distribution as numbers, such as (5, 23, 0); nothing if absent."""
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    parts = version.split("+")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())
