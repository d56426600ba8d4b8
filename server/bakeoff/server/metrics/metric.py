"""What a metric is: how it is computed, over a sample as it is and over resamples of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

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

ByChance: TypeAlias = Callable[[Sample, np.random.Generator, int], Values]
"""Draws, as many as asked, what a metric comes to on a sample when its true value is 0."""

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
    by_chance: ByChance | None = None
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
