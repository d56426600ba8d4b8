"""Two samples of the same examples: what they share, and metrics over both."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bakeoff.server.metrics import Metric
from bakeoff.server.statistics.resampling import Cells, Values, Weights
from bakeoff.server.tasks import Sample
from bakeoff.server.tasks.classification_head import MULTI_LABEL, REGRESSION


def paired(candidate: Sample, reference: Sample) -> tuple[Sample, Sample]:
    """Return both samples on the examples that both were scored on, in the order of the set."""
    if np.array_equal(candidate.indices, reference.indices):
        return candidate, reference
    _, rows, reference_rows = np.intersect1d(
        candidate.indices, reference.indices, assume_unique=True, return_indices=True
    )
    return candidate.take(rows), reference.take(reference_rows)


def swappable(candidate: Sample, reference: Sample) -> bool:
    """Whether an answer of one could as well be the other's: the same classes and kind of scores.

    The classes may come in another order.
    """
    same_scores = (candidate.probabilities is None) == (reference.probabilities is None)
    return same_scores and sorted(candidate.labels) == sorted(reference.labels)


def swapped_difference(
    metric: Metric, candidate: Sample, reference: Sample, cells: Cells
) -> Callable[[Weights], Values]:
    """Return what leads from how many answers of each cell are swapped, [b, m], to differences.

    Candidate minus reference, [b], after the swap, of two samples that are `swappable`.
    """
    ours = candidate.take(cells.rows)
    theirs = _in_order_of(reference.take(cells.rows), ours.labels)
    over = metric.over(_stacked(ours, theirs))

    def difference(swapped: Weights) -> Values:
        kept = cells.sizes - swapped
        first = over(_side_by_side(kept, swapped))
        return np.asarray(first - over(_side_by_side(swapped, kept)))

    return difference


def _side_by_side(left: Weights, right: Weights) -> Weights:
    """Return [b, 2m] from two of [b, m], its transpose row by row in memory."""
    return np.concatenate([left.T, right.T]).T


def _stacked(first: Sample, second: Sample) -> Sample:
    """Return a sample of the examples of one and then of the other."""
    probabilities = None
    if first.probabilities is not None and second.probabilities is not None:
        probabilities = np.concatenate([first.probabilities, second.probabilities])
    return replace(
        first,
        indices=np.concatenate([first.indices, second.indices]),
        truth=np.concatenate([first.truth, second.truth]),
        values=np.concatenate([first.values, second.values]),
        probabilities=probabilities,
        predicted=np.concatenate([first.predicted, second.predicted]),
    )


def _in_order_of(sample: Sample, labels: tuple[str, ...]) -> Sample:
    """Return the sample with its classes in that order."""
    if sample.labels == labels or sample.problem_type == REGRESSION:
        return sample
    columns = np.array([sample.labels.index(label) for label in labels])
    places = np.argsort(columns)
    many = sample.problem_type == MULTI_LABEL
    return replace(
        sample,
        labels=labels,
        truth=sample.truth[:, columns] if many else places[sample.truth],
        values=sample.values[:, columns],
        probabilities=None if sample.probabilities is None else sample.probabilities[:, columns],
        predicted=sample.predicted[:, columns] if many else places[sample.predicted],
    )
