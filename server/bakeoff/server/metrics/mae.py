"""Mean absolute error."""

import numpy as np

from bakeoff.server.metrics.metric import REAL, Losses, Metric
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def mean_absolute_error(sample: Sample) -> Statistic:
    """Mean of |predicted - right|, in the unit of the labels."""
    return mean(absolute_errors(sample).each)


def absolute_errors(sample: Sample) -> Losses:
    """Return the absolute error of each example; there is none so large that a larger cannot be."""
    return Losses(np.abs(sample.predicted - sample.truth))


METRICS = (
    Metric(
        id="mae",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=REAL,
        method="mean absolute difference, in the unit of the labels",
        over=mean_absolute_error,
        losses=absolute_errors,
        bounds=None,
    ),
)
