"""Accuracy: the share of right answers."""

import numpy as np

from bakeoff.server.metrics.metric import CLASSIFICATION, Metric, Proportion
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def accuracy(sample: Sample) -> Statistic:
    """Share of examples whose answer is right: right / n.

    With many labels an answer is right when every one of them is (subset accuracy).
    """
    return mean(sample.right.astype(np.float64))


def right_of_all(sample: Sample) -> Proportion:
    """Right answers among all examples."""
    return Proportion(successes=int(np.count_nonzero(sample.right)), trials=sample.size)


METRICS = (
    Metric(
        id="accuracy",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=CLASSIFICATION,
        method="share of right answers",
        over=accuracy,
        proportion=right_of_all,
        accuracy_for=CLASSIFICATION,
        discrete=True,
    ),
)
