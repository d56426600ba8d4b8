"""What selection asks of the evidence beyond the figures themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from bakeoff.server.selection.contrast import Contrast, Question
from bakeoff.server.selection.expression import Relation
from bakeoff.server.selection.needed import Needed, Weight
from bakeoff.server.types import Figure, Interval

Draws: TypeAlias = Mapping[str, Mapping[str, npt.NDArray[np.float64]]]
"""By key of a figure and by candidate: what the figure may truly be, [b], drawn for all together.

NaN where it is not defined in a resample.
"""


@dataclass(frozen=True, slots=True)
class Related:
    """A figure of a candidate less that of the baseline, or over it, and what that rests on."""

    value: float
    interval: Interval | None
    weight: Weight


class Evidence(Protocol):
    """What is known of candidates beyond their figures."""

    def contrast(self, question: Question, first: str, second: str) -> Contrast | None:
        """The first candidate against the second, None where nothing paired is known of them."""

    def related(
        self, key: str, relation: Relation, candidate: str, baseline: str, level: float
    ) -> Related | None:
        """A candidate set against the baseline, None where nothing paired is known of them."""

    def figure(self, key: str, candidate: str, level: float) -> Figure | None:
        """A figure with its interval at a level, None where it is only known as it is reported."""

    def weight(self, key: str, candidate: str) -> Weight:
        """What a figure of a candidate rests on."""

    def shortfall(self, key: str, candidate: str, level: float) -> Needed | None:
        """What it takes until a figure is known at a level, None when it is or nothing would do."""

    def draws(self, keys: Sequence[str]) -> Draws:
        """Joint draws of these figures; those that cannot be drawn are left out."""
