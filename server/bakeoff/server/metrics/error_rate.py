"""Rate of errors: the share of wrong answers."""

import numpy as np

from bakeoff.server.metrics.metric import CLASSIFICATION, Metric, Proportion
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def error_rate(sample: Sample) -> Statistic:
    """Share of examples whose answer is wrong: 1 less accuracy.

    With many labels an answer is wrong when any of them is.
    """
    return mean((~sample.right).astype(np.float64))


def wrong_of_all(sample: Sample) -> Proportion:
    """Wrong answers among all examples."""
    return Proportion(successes=int(np.count_nonzero(~sample.right)), trials=sample.size)


METRICS = (
    Metric(
        id="error_rate",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=CLASSIFICATION,
        method="share of wrong answers",
        over=error_rate,
        proportion=wrong_of_all,
        accuracy_for=CLASSIFICATION,
        discrete=True,
    ),
)
