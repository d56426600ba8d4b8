"""Matthews correlation coefficient."""

import numpy as np

from bakeoff.server.metrics.class_counts import class_counts, ratio
from bakeoff.server.metrics.metric import SINGLE, Metric
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def matthews_correlation(sample: Sample) -> Statistic:
    """Correlation of right and predicted class, -1 to 1.

    With n examples, c of them right, t_k examples and p_k predictions of class k:

        (c n - sum t_k p_k) / sqrt((n^2 - sum p_k^2) (n^2 - sum t_k^2))

    0 where a root is 0, that is, where all examples or all predictions are of one class, as
    scikit-learn has it. Source: Gorodkin, Comparing two K-category assignments by a K-category
    correlation coefficient, Computational Biology and Chemistry 28, 2004, equation 8.
    """
    count = class_counts(sample)

    def statistic(weights: Weights) -> Values:
        counts = count(weights)
        size = weights.sum(axis=1)
        shared = counts.hit.sum(axis=0) * size - (counts.true * counts.predicted).sum(axis=0)
        of_predicted = size**2 - (counts.predicted**2).sum(axis=0)
        of_true = size**2 - (counts.true**2).sum(axis=0)
        return np.clip(ratio(shared, np.sqrt(of_predicted * of_true)), -1.0, 1.0)

    return statistic


METRICS = (
    Metric(
        id="mcc",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=SINGLE,
        method="correlation of right and predicted class; 0 where one of them is constant",
        over=matthews_correlation,
        bounds=(-1.0, 1.0),
        discrete=True,
    ),
)
