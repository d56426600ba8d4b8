"""Log loss: the cross entropy of probabilities with right answers."""

import numpy as np

from bakeoff.server.metrics.metric import CLASSIFICATION, Losses, Metric
from bakeoff.server.metrics.weighted_sums import mean
from bakeoff.server.statistics.resampling import Statistic
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

_SMALLEST = float(np.finfo(np.float64).eps)


def log_loss(sample: Sample) -> Statistic:
    """Mean of -ln p, where p is the probability given to the right answer; in nats, 0 or more.

    A right class given probability 0.8 costs 0.223. With many labels p is the probability given
    to each class applying or not, and the mean is over examples and classes. Probabilities are
    held within [2.2e-16, 1 - 2.2e-16], as scikit-learn does, so that one certain mistake costs 36
    nats and not infinity. Source: Good, Rational decisions, Journal of the Royal Statistical
    Society B 14, 1952.
    """
    return mean(log_losses(sample).each)


def log_losses(sample: Sample) -> Losses:
    """Return the loss of each example, its mean over classes where there are many labels.

    What a wrong answer costs is known from wrong answers alone: a model that is sure of all may
    lose 0.01 nats with each right one and 10 with each wrong one.
    """
    if sample.probabilities is None:
        message = "log loss needs probabilities; the sample has none"
        raise ValueError(message)
    if sample.problem_type == MULTI_LABEL:
        given = np.where(sample.truth, sample.probabilities, 1.0 - sample.probabilities)
    else:
        given = np.take_along_axis(sample.probabilities, sample.truth[:, None], axis=1)
    losses = -np.log(np.clip(given, _SMALLEST, 1.0 - _SMALLEST))
    return Losses(np.asarray(losses.mean(axis=1)), worst_unseen=bool(sample.right.all()))


METRICS = (
    Metric(
        id="log_loss",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=CLASSIFICATION,
        method="mean negative logarithm of the probability given to the right answer",
        over=log_loss,
        losses=log_losses,
        unit="nat",
        bounds=None,
        needs_probabilities=True,
    ),
)
