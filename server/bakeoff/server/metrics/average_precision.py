"""Average precision: precision over the steps of recall."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.class_counts import defined_ratio, mean_where
from bakeoff.server.metrics.metric import CLASSIFICATION, SINGLE, Metric
from bakeoff.server.metrics.score_ranking import (
    Ranking,
    over_rankings,
    positives_of,
    run_on,
)
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

_POSITIVE = 1


def step_sum(ranking: Ranking) -> npt.NDArray[np.float64]:
    """Sum over thresholds of precision times the gain in recall, [classes, b].

    NaN without positives.

    AP = sum over distinct scores s of (R(s) - R(before s)) P(s), where all examples with a score
    of s or more are taken; no interpolation between thresholds. Source: Zhu, Recall, precision
    and average precision, University of Waterloo, 2004; the definition of scikit-learn.
    """
    found = ranking.positives.copy()
    run_on(found, ranking.bounds)
    # Where nothing was found so far there is nothing to gain either.
    precision = found / np.maximum(found + ranking.others, 1.0)
    gained = ranking.summed(ranking.positives * precision)
    return defined_ratio(gained, found[np.array(ranking.bounds[1:]) - 1])


def average_precision(sample: Sample) -> Statistic:
    """Average precision for two classes; the second class, index 1, is the positive one."""
    by_class = average_precision_by_class(sample, np.array([_POSITIVE]))
    return lambda weights: np.asarray(by_class(weights)[0])


def average_precision_by_class(
    sample: Sample, classes: npt.NDArray[np.int64]
) -> Callable[[Weights], npt.NDArray[np.float64]]:
    """Return what gives the average precision of each of these classes, [classes, b]."""
    return over_rankings(sample, classes, step_sum)


def average_precision_macro(sample: Sample) -> Statistic:
    """Mean over classes of average precision, without classes that no example has."""
    by_class = average_precision_by_class(sample, present_classes(sample))

    def statistic(weights: Weights) -> Values:
        sums = by_class(weights)
        return mean_where(sums, np.isfinite(sums))

    return statistic


def present_classes(sample: Sample) -> npt.NDArray[np.int64]:
    """Return the indices of classes that some example has."""
    classes = range(len(sample.labels))
    return np.flatnonzero([bool(positives_of(sample, index).any()) for index in classes])


def _without_positives(sample: Sample) -> str:
    if positives_of(sample, _POSITIVE).any():
        return ""
    return f"no scored example has the class {sample.labels[_POSITIVE]!r}"


def _without_classes(sample: Sample) -> str:
    return "" if present_classes(sample).size else "no scored example has a class"


METRICS = (
    Metric(
        id="average_precision",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=SINGLE,
        method="average precision of the second class",
        over=average_precision,
        undefined=_without_positives,
        binary=True,
    ),
    Metric(
        id="average_precision.macro",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=CLASSIFICATION,
        method="mean average precision of the classes that occur",
        over=average_precision_macro,
        undefined=_without_classes,
    ),
)
