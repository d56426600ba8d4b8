"""Area under the risk-coverage curve: how well confidence puts wrong answers last."""

from functools import partial

import numpy as np

from bakeoff.server.metrics.metric import SINGLE, Metric
from bakeoff.server.metrics.weighted_sums import SparseRows, grouped, in_blocks, weighted_sums
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
    return in_blocks(partial(_areas, answered, wrong), len(levels))


def _areas(answered: SparseRows, wrong: SparseRows, weights: Weights) -> Values:
    """Return the area under each row of weights, from what sums answers and errors by level.

    A row without any weight has none.
    """
    # Whole numbers, one resample after the other: so sums that run on are fastest.
    counts, errors = (
        weighted_sums(each, weights).T.astype(np.int64, order="C") for each in (answered, wrong)
    )
    reached = np.cumsum(counts, axis=1)
    before = reached - counts
    errors_before = np.cumsum(errors, axis=1) - errors
    sizes = weights.sum(axis=1)
    harmonic = _harmonic(int(sizes.max(initial=0.0)))
    steps = harmonic.take(reached) - harmonic.take(before)
    share = errors / np.maximum(counts, 1)
    parts = errors + (errors_before - before * share) * steps
    sums = np.ascontiguousarray(parts.T).sum(axis=0)
    undefined = np.full(len(sizes), np.nan)
    return np.asarray(np.divide(sums, sizes, out=undefined, where=sizes > 0))


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
