"""Spearman's correlation: Pearson's, of ranks."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.metric import REAL, Metric
from bakeoff.server.metrics.pearson import correlation, without_variation
from bakeoff.server.metrics.weighted_sums import grouped, weighted_sums
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


class _Ranks:
    """Ranks of numbers, from 1; equal numbers share the mean of their ranks."""

    def __init__(self, numbers: npt.NDArray[np.float64]) -> None:
        distinct, self._group = np.unique(numbers, return_inverse=True)
        self._matrix = grouped(self._group, len(distinct))

    def centred(self, weights: Weights) -> tuple[npt.NDArray[np.float64], Values]:
        """Return each example's rank less the mean rank, [n, b], and the sum of squares, [b]."""
        sizes = weighted_sums(self._matrix, weights)
        ranks = np.cumsum(sizes, axis=0) - 0.5 * (sizes - 1.0)
        ranks -= 0.5 * (weights.sum(axis=1) + 1.0)
        return ranks[self._group], np.asarray((sizes * ranks**2).sum(axis=0))


def spearman(sample: Sample) -> Statistic:
    """Correlation of ranks, -1 to 1; NaN where all numbers of one side are equal.

    Source: Spearman, The proof and measurement of association between two things, American
    Journal of Psychology 15, 1904.
    """
    truth, predicted = _Ranks(sample.truth), _Ranks(sample.predicted)

    def statistic(weights: Weights) -> Values:
        truth_ranks, truth_squares = truth.centred(weights)
        predicted_ranks, predicted_squares = predicted.centred(weights)
        products = (weights.T * truth_ranks * predicted_ranks).sum(axis=0)
        size = weights.sum(axis=1)
        squares = (truth_squares, predicted_squares)
        return correlation(covariance=products, variances=squares, scales=(size, size))

    return statistic


METRICS = (
    Metric(
        id="spearman",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=REAL,
        method="correlation of the ranks of right and predicted numbers",
        over=spearman,
        bounds=(-1.0, 1.0),
        undefined=without_variation,
    ),
)
