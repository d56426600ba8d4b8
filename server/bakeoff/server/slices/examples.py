"""What may be known of the examples of a set without any answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

ClassNames: TypeAlias = frozenset[str]


class LabelKind(Enum):
    """What labels of a set are."""

    NONE = "none"
    CLASSES = "classes"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """The examples of a set, column by column, in its order.

    `lengths`, int64[n], is in characters, both texts of a pair together. `labels` holds class names
    as the set writes them, a number, or None for an example without a label. `columns` leads from
    the name of an attribute to its values; None stands for an example that has none, and for an
    empty one.
    """

    ids: Sequence[str]
    lengths: npt.NDArray[np.int64]
    labels: Sequence[ClassNames | float | None]
    columns: Mapping[str, Sequence[str | None]]

    @property
    def count(self) -> int:
        """Number of examples."""
        return len(self.ids)
