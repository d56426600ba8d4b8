"""Mean squared error."""

from bakeoff.server.metrics.metric import REAL, Losses, Metric
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def mean_squared_error(sample: Sample) -> Statistic:
    """Mean of (predicted - right)^2, in the square of the unit of the labels."""
    return mean(squared_errors(sample).each)


def squared_errors(sample: Sample) -> Losses:
    """Return the squared error of each example; there is none so large that a larger cannot be."""
    return Losses((sample.predicted - sample.truth) ** 2)


METRICS = (
    Metric(
        id="mse",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=REAL,
        method="mean squared difference, in the square of the unit of the labels",
        over=mean_squared_error,
        losses=squared_errors,
        bounds=None,
    ),
)
