"""What a slice is: a part of the set, with a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from bakeoff.server.slices.examples import Examples
from bakeoff.server.tasks import Sample


class Kind(Enum):
    """Where a slice comes from."""

    COLUMN = "column"
    PREDICATE = "predicate"
    LENGTH = "length"
    CLASS = "class"
    CONFIDENCE = "confidence"
    DIFFICULTY = "difficulty"


# A slice that the answers of some candidate draw favours or harms that candidate: those of whom it
# was sure are those that it happened to get right, and another one, no worse, falls back to its
# own average there. Nothing is said to be broken in such a slice.
_DRAWN_BY_ANSWERS = frozenset({Kind.CONFIDENCE, Kind.DIFFICULTY})


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """A part of the set. `members`, bool[n], says of each example of the set if it belongs to it.

    `id` is its identity within a report, `title` what a person reads.
    """

    id: str
    kind: Kind
    title: str
    members: npt.NDArray[np.bool_]

    @property
    def example_count(self) -> int:
        """Examples of the set that belong to it."""
        return int(np.count_nonzero(self.members))

    @property
    def is_compared(self) -> bool:
        """Whether candidates may be compared in it: no answer had a part in drawing it."""
        return self.kind not in _DRAWN_BY_ANSWERS

    @property
    def has_intervals(self) -> bool:
        """Whether figures in it have intervals: not where right answers themselves draw it."""
        return self.kind is not Kind.DIFFICULTY

    def of(self, sample: Sample) -> Sample:
        """The part of a sample that lies in the slice."""
        return sample.take(np.flatnonzero(self.members[sample.indices]))


@dataclass(frozen=True, slots=True, eq=False)
class Sliceable:
    """What slices are drawn from.

    `samples` holds the candidates that were scored on the whole set, by name; `baseline` is the
    name of the one that the others are compared with, which may be missing from `samples`.
    """

    examples: Examples
    samples: Mapping[str, Sample]
    baseline: str
