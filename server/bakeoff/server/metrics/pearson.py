"""Pearson's correlation of right and predicted numbers."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bakeoff.server.metrics.metric import REAL, Metric
from bakeoff.server.metrics.weighted_sums import weighted_sums
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

_ROUNDING = 1e-12


def pearson(sample: Sample) -> Statistic:
    """Covariance over the product of standard deviations, -1 to 1; NaN where one of them is 0.

    Source: Pearson, Notes on regression and inheritance in the case of two parents, Proceedings
    of the Royal Society of London 58, 1895.
    """
    truth = sample.truth - sample.truth.mean()
    predicted = sample.predicted - sample.predicted.mean()
    rows = (truth, predicted, truth**2, predicted**2, truth * predicted)
    matrix = sparse.csr_array(np.stack(rows))

    def statistic(weights: Weights) -> Values:
        sums = weighted_sums(matrix, weights) / weights.sum(axis=1)
        mean_truth, mean_predicted, truth_square, predicted_square, product = sums
        return correlation(
            covariance=product - mean_truth * mean_predicted,
            variances=(truth_square - mean_truth**2, predicted_square - mean_predicted**2),
            scales=(truth_square, predicted_square),
        )

    return statistic


def correlation(
    covariance: Values, variances: tuple[Values, Values], scales: tuple[Values, Values]
) -> Values:
    """Return the covariance over the root of both variances; NaN where one of them is 0.

    A variance is 0 when it is lost in the rounding of its scale, the mean square.
    """
    varies = (variances[0] > _ROUNDING * scales[0]) & (variances[1] > _ROUNDING * scales[1])
    result = np.full(covariance.shape, np.nan)
    roots = [np.sqrt(np.where(varies, variance, 1.0)) for variance in variances]
    np.divide(covariance, roots[0] * roots[1], out=result, where=varies)
    return np.asarray(np.clip(result, -1.0, 1.0))


def without_variation(sample: Sample) -> str:
    """Say so when all labels or all predictions are the same number."""
    if _is_constant(sample.truth):
        return "all labels are the same number"
    return "all predictions are the same number" if _is_constant(sample.predicted) else ""


def _is_constant(numbers: npt.NDArray[np.float64]) -> bool:
    return bool(numbers.min() == numbers.max())


METRICS = (
    Metric(
        id="pearson",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=REAL,
        method="correlation of right and predicted numbers",
        over=pearson,
        bounds=(-1.0, 1.0),
        undefined=without_variation,
    ),
)
