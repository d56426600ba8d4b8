"""Hamming loss: the share of single labels that are wrong."""

import numpy as np

from bakeoff.server.metrics.metric import MULTI, Metric
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def hamming_loss(sample: Sample) -> Statistic:
    """Mean over examples of the share of classes that wrongly apply or wrongly do not.

    Source: Schapire and Singer, Improved boosting algorithms using confidence-rated predictions,
    Machine Learning 37, 1999, section 7.
    """
    return mean(np.asarray((sample.truth != sample.predicted).mean(axis=1), dtype=np.float64))


METRICS = (
    Metric(
        id="hamming_loss",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=MULTI,
        method="share of wrong labels over examples and classes",
        over=hamming_loss,
        discrete=True,
    ),
)
