"""Labels beside predictions: what metrics are computed from."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.v1 import ClassificationHead


@dataclass(frozen=True, slots=True)
class Counts:
    """Examples of a set by what became of them: total = scored + unlabelled + failed."""

    total: int
    """Examples of the set."""
    scored: int
    """Examples with a label and a usable prediction."""
    unlabelled: int
    """Examples with a usable prediction and no label."""
    failed: int
    """Examples without a usable prediction."""
    non_finite: int
    """Failed examples whose output holds NaN or infinity."""
    truncated: int
    """Scored examples whose input was cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The scored examples of one candidate, in the order of the set.

    With n scored examples and k classes:

    | field | single label | multi label | regression |
    |---|---|---|---|
    | truth | int64[n], index of the class | bool[n, k] | float64[n] |
    | values | float64[n, k], raw outputs | float64[n, k] | float64[n, 1] |
    | probabilities | float64[n, k], or None for margins | float64[n, k], or None | None |
    | predicted | int64[n], index of the class | bool[n, k] | float64[n] |

    `indices`, int64[n], holds the position of each example in its set, ascending; two candidates
    are paired by it. `counts` tells of the whole set, scored or not.
    """

    problem_type: "ClassificationHead.ProblemType.ValueType"
    labels: tuple[str, ...]
    indices: npt.NDArray[np.int64]
    truth: npt.NDArray[Any]
    values: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64] | None
    predicted: npt.NDArray[Any]
    counts: Counts

    @property
    def size(self) -> int:
        """Number of scored examples."""
        return len(self.indices)

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """What examples are ranked by, [n, k]: probabilities, or else raw outputs."""
        return self.values if self.probabilities is None else self.probabilities

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether each answer is right, bool[n]; of many labels, whether all of them are."""
        equal = np.asarray(self.truth == self.predicted, dtype=np.bool_)
        return equal if equal.ndim == 1 else np.asarray(equal.all(axis=1))

    @property
    def confidence(self) -> npt.NDArray[np.float64] | None:
        """Probability of each predicted class, float64[n]; None but for single labels."""
        single = ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL
        if self.problem_type != single or self.probabilities is None:
            return None
        return np.asarray(np.take_along_axis(self.probabilities, self.predicted[:, None], 1)[:, 0])

    def take(self, rows: npt.NDArray[np.int64]) -> "Sample":
        """Return these rows alone, in this order; a row may come more than once."""
        return replace(
            self,
            indices=self.indices[rows],
            truth=self.truth[rows],
            values=self.values[rows],
            probabilities=None if self.probabilities is None else self.probabilities[rows],
            predicted=self.predicted[rows],
        )
