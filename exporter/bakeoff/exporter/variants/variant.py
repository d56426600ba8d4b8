"""The seam to whatever turns the fp32 graph into a variant of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bakeoff.exporter.encoding import Inputs
from bakeoff.exporter.examples import Example
from bakeoff.exporter.parity_rule import ParityRule


@dataclass(frozen=True)
class Calibration:
    """Examples to calibrate with, and how they become inputs of the graph."""

    examples: Sequence[Example]
    encode: Callable[[Sequence[Example]], Inputs]


@dataclass(frozen=True)
class MadeGraph:
    """What was done to make a variant."""

    settings: Mapping[str, str] = field(default_factory=dict)
    calibration_example_count: int | None = None
    calibration_sha256: str = ""


class Variant(Protocol):
    """One precision or optimisation."""

    @property
    def id(self) -> str:
        """Identity, as a manifest records it."""

    @property
    def parity(self) -> ParityRule:
        """What it is held to unless the user says otherwise."""

    @property
    def needs_calibration(self) -> bool:
        """Whether it can only be made with calibration examples."""

    def make(self, fp32: Path, path: Path, calibration: Calibration | None) -> MadeGraph:
        """Write the variant of the graph at `fp32` to `path`."""
