"""What a metric is: how it is computed, over a sample as it is and over resamples of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.classification_head import (
    MULTI_LABEL,
    REGRESSION,
    SINGLE_LABEL,
    problem_name,
)
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

if TYPE_CHECKING:
    from bakeoff.v1 import ClassificationHead

_BINARY_CLASS_COUNT = 2
CLASSIFICATION = frozenset({SINGLE_LABEL, MULTI_LABEL})
SINGLE = frozenset({SINGLE_LABEL})
MULTI = frozenset({MULTI_LABEL})
REAL = frozenset({REGRESSION})


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of independent trials: `successes` of `trials`."""

    successes: int
    trials: int


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What a metric is the mean of: one loss of 0 or more an example.

    `each`, float64[n]. `largest`: the most that one can be; None where it is not known, or far from
    all that occurs. `worst_unseen`: whether no example shows what a bad one costs.
    """

    each: npt.NDArray[np.float64]
    largest: float | None = None
    worst_unseen: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """What a metric is the sum of absolute values of: k gaps, each a sum over examples.

    `each`, float64[n], is what an example adds to its gap, `place`, int64[n], which one that is,
    `count` is k. `chance`, float64[k]: the variance of each gap when its true value is 0. `rest`:
    what the metric is at most where every answer is right; a wrong one adds 1 / n at most.
    """

    each: npt.NDArray[np.float64]
    place: npt.NDArray[np.int64]
    count: int
    chance: npt.NDArray[np.float64]
    rest: float


def _always_defined(_: Sample) -> str:
    return ""


def _no_proportion(_: Sample) -> Proportion | None:
    return None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: what it is called, where it fits, and how it is computed."""

    id: str
    direction: Direction
    problem_types: "frozenset[ClassificationHead.ProblemType.ValueType]"
    method: str
    """How it is found, in a few words."""
    over: Callable[[Sample], Statistic]
    """Prepares a sample on which the metric is defined."""
    unit: str = "1"
    bounds: tuple[float, float] | None = (0.0, 1.0)
    """Least and greatest value of a score; None for losses and errors, which are no shares."""
    undefined: Callable[[Sample], str] = _always_defined
    """Says why a sample has no value; nothing when it has one."""
    proportion: Callable[[Sample], Proportion | None] = _no_proportion
    """Successes and trials where the metric is a share of independent trials."""
    accuracy_for: "frozenset[ClassificationHead.ProblemType.ValueType]" = frozenset()
    """Problem types for which it is accuracy, under whatever name, or one less it."""
    losses: Callable[[Sample], Losses] | None = None
    """For a metric that is a mean of losses."""
    gaps: Callable[[Sample], Gaps] | None = None
    """For a metric that adds up what chance does, so that it lies above a true value of 0."""
    discrete: bool = False
    """Whether right and predicted answers are all it depends on: then resamples may count equal
    outcomes instead of examples."""
    binary: bool = False
    """Whether it is defined for two classes alone."""
    needs_probabilities: bool = False

    def successes(self, sample: Sample) -> npt.NDArray[np.bool_] | None:
        """Return which examples it counts, bool[n], where it is a share of them all; else None.

        Right answers for accuracy under whatever name, wrong ones for the rate of errors.
        """
        if sample.problem_type not in self.accuracy_for:
            return None
        return sample.right if self.direction is Direction.HIGHER_IS_BETTER else ~sample.right

    def absent_reason(self, sample: Sample) -> str:
        """Return why the metric has no value on the sample; nothing when it has one."""
        if sample.problem_type not in self.problem_types:
            return f"not defined for {problem_name(sample.problem_type)}"
        if self.binary and len(sample.labels) != _BINARY_CLASS_COUNT:
            return f"defined for two classes; the model has {len(sample.labels)}"
        if sample.size == 0:
            return "no example was scored"
        if self.needs_probabilities and sample.probabilities is None:
            return "needs probabilities; the model gives margins"
        return self.undefined(sample)

    def value(self, sample: Sample) -> float | None:
        """Return the metric over the sample, or None when it is not defined."""
        if self.absent_reason(sample):
            return None
        return float(self.weighted(sample, np.ones((1, sample.size)))[0])

    def weighted(self, sample: Sample, weights: Weights) -> Values:
        """Return the metric over each resample, [b]; NaN where it is not defined.

        `weights`, [b, n], says how often each example counts in each resample.
        """
        return self.over(sample)(weights)
