"""Area under the risk-coverage curve: how well confidence puts wrong answers last."""

import numpy as np

from bakeoff.server.metrics.metric import SINGLE, Metric
from bakeoff.server.metrics.weighted_sums import grouped, weighted_sums
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def aurc(sample: Sample) -> Statistic:
    """Mean, over i of n, of the share of wrong answers among the i most confident ones, 0 to 1.

    Confidence is the probability of the predicted class. Answers of equal confidence come in
    random order, and the mean over all orders is taken: a group of w answers, e of them wrong,
    after N others with E wrong, adds e + (E - N e / w) (H(N + w) - H(N)), with H the harmonic
    numbers. Source: Geifman, Uziel and El-Yaniv, Bias-reduced uncertainty estimation for deep
    neural classifiers, ICLR 2019, for the curve and its area.
    """
    confidence = sample.confidence
    if confidence is None:
        message = "the risk-coverage curve needs single labels and probabilities"
        raise ValueError(message)
    levels, group = np.unique(-confidence, return_inverse=True)
    answered = grouped(group, len(levels))
    wrong = grouped(group, len(levels), (~sample.right).astype(np.float64))

    def statistic(weights: Weights) -> Values:
        counts, errors = weighted_sums(answered, weights), weighted_sums(wrong, weights)
        reached = np.cumsum(counts, axis=0)
        before = reached - counts
        errors_before = np.cumsum(errors, axis=0) - errors
        sizes = weights.sum(axis=1)
        harmonic = _harmonic(int(sizes.max(initial=0.0)))
        steps = harmonic[reached.astype(np.int64)] - harmonic[before.astype(np.int64)]
        share = np.divide(errors, counts, out=np.zeros_like(errors), where=counts > 0)
        return np.asarray((errors + (errors_before - before * share) * steps).sum(axis=0) / sizes)

    return statistic


def _harmonic(largest: int) -> Values:
    """Return the harmonic numbers from that of 0 to that of the largest."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, largest + 1))])


METRICS = (
    Metric(
        id="aurc",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=SINGLE,
        method="mean risk over all coverages, by the confidence of the predicted class",
        over=aurc,
        needs_probabilities=True,
    ),
)
