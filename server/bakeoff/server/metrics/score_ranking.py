"""Examples of a class and all others, ranked by the score of that class.

Both the area under the ROC curve and average precision change at the scores of positive examples
alone. All other examples are summed up between two such scores, so that a resample costs one
sparse product.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from bakeoff.server.metrics.metric import Weights
from bakeoff.server.metrics.weighted_sums import grouped, weighted_sums
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.tasks.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Counts at the u distinct scores of positive examples, highest score first, float64[u, b].

    `positives`: positive examples with that score; `ties`: others with that score;
    `above`: others with a higher score that is lower than the one before.
    `other_count`: all others, float64[b].
    """

    positives: npt.NDArray[np.float64]
    ties: npt.NDArray[np.float64]
    above: npt.NDArray[np.float64]
    other_count: npt.NDArray[np.float64]


def positives_of(sample: Sample, class_index: int) -> npt.NDArray[np.bool_]:
    """Return which examples are of the class, bool[n]."""
    if sample.problem_type == MULTI_LABEL:
        return np.asarray(sample.truth[:, class_index])
    return np.asarray(sample.truth == class_index)


def rankable_classes(sample: Sample) -> npt.NDArray[np.int64]:
    """Return the indices of classes that some examples have and others have not."""
    classes = range(len(sample.labels))
    sizes = np.array([np.count_nonzero(positives_of(sample, index)) for index in classes])
    return np.flatnonzero((sizes > 0) & (sizes < sample.size))


def ranking(
    scores: npt.NDArray[np.float64], positives: npt.NDArray[np.bool_]
) -> Callable[[Weights], Ranking]:
    """Return what ranks examples under weights, by `scores`, float64[n], highest first.

    `positives`, bool[n], holds one true value at least.
    """
    ascending = np.unique(scores[positives])
    distinct = len(ascending)
    at_or_below = np.searchsorted(ascending, scores, side="left")
    tied = (at_or_below < distinct) & (ascending[np.minimum(at_or_below, distinct - 1)] == scores)
    at = np.where(tied, distinct - 1 - at_or_below, -1)
    # An example between two scores belongs to the lower one; below the lowest, to none.
    between = np.where(tied, -1, distinct - at_or_below)
    between[between == distinct] = -1
    rows = np.where(positives, at, np.where(tied, distinct + at, -1))
    rows = np.where(between >= 0, 2 * distinct + between, rows)
    matrix = grouped(rows, 3 * distinct)
    positive_total = grouped(np.where(positives, 0, -1), 1)

    def rank(weights: Weights) -> Ranking:
        sums = weighted_sums(matrix, weights)
        return Ranking(
            positives=sums[:distinct],
            ties=sums[distinct : 2 * distinct],
            above=sums[2 * distinct :],
            other_count=weights.sum(axis=1) - weighted_sums(positive_total, weights)[0],
        )

    return rank
