"""Brier score: the squared error of probabilities."""

import numpy as np

from bakeoff.server.metrics.metric import CLASSIFICATION, Losses, Metric
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

_BINARY_CLASS_COUNT = 2


def brier(sample: Sample) -> Statistic:
    """Mean squared difference of probability and outcome (1 for what is right, 0 for the rest).

    - Three classes or more: summed over classes, 0 to 2. Source: Brier, Verification of forecasts
      expressed in terms of probability, Monthly Weather Review 78, 1950, equation 2.
    - Two classes: of the second class alone, 0 to 1, which is half of that sum.
    - Many labels: the mean over classes, each for itself, 0 to 1.
    """
    return mean(squared_errors(sample).each)


def squared_errors(sample: Sample) -> Losses:
    """Return the squared error of each example; 1 is the most that it can be, 2 where summed."""
    if sample.probabilities is None:
        message = "the Brier score needs probabilities; the sample has none"
        raise ValueError(message)
    if sample.problem_type == MULTI_LABEL:
        each = np.asarray(((sample.probabilities - sample.truth) ** 2).mean(axis=1))
        return Losses(each, largest=1.0)
    if len(sample.labels) == _BINARY_CLASS_COUNT:
        return Losses((sample.probabilities[:, 1] - sample.truth) ** 2, largest=1.0)
    errors = sample.probabilities.copy()
    errors[np.arange(sample.size), sample.truth] -= 1.0
    return Losses(np.asarray((errors**2).sum(axis=1)), largest=2.0)


METRICS = (
    Metric(
        id="brier",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=CLASSIFICATION,
        method="mean squared error of probabilities: summed over three classes or more, "
        "of the second of two, mean over many labels",
        over=brier,
        losses=squared_errors,
        bounds=None,
        needs_probabilities=True,
    ),
)
