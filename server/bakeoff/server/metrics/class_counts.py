"""How often each class was the right answer, the predicted one, and both."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bakeoff.server.metrics.weighted_sums import SparseRows, grouped, weighted_sums
from bakeoff.server.statistics.resampling import Weights
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.tasks.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class ClassCounts:
    """Counts by class and resample, each float64[k, b], whole numbers.

    `true`: examples of the class; `predicted`: examples predicted as it; `hit`: both.
    """

    true: npt.NDArray[np.float64]
    predicted: npt.NDArray[np.float64]
    hit: npt.NDArray[np.float64]

    def summed(self) -> "ClassCounts":
        """Return the counts of all classes together, each float64[1, b]."""
        return ClassCounts(
            true=self.true.sum(axis=0, keepdims=True),
            predicted=self.predicted.sum(axis=0, keepdims=True),
            hit=self.hit.sum(axis=0, keepdims=True),
        )


def class_counts(sample: Sample) -> Callable[[Weights], ClassCounts]:
    """Return what counts the classes of a single-label or multi-label sample under weights."""
    if sample.problem_type == MULTI_LABEL:
        true, predicted, hit = (
            _indicator(flags)
            for flags in (sample.truth, sample.predicted, sample.truth & sample.predicted)
        )
    else:
        class_count = len(sample.labels)
        hits = np.where(sample.right, sample.truth, -1)
        true, predicted, hit = (
            grouped(classes, class_count) for classes in (sample.truth, sample.predicted, hits)
        )

    def count(weights: Weights) -> ClassCounts:
        return ClassCounts(
            true=weighted_sums(true, weights),
            predicted=weighted_sums(predicted, weights),
            hit=weighted_sums(hit, weights),
        )

    return count


def _indicator(flags: npt.NDArray[np.bool_]) -> SparseRows:
    return sparse.csr_array(flags.T.astype(np.float64))


def ratio(
    numerator: npt.NDArray[np.float64], denominator: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return numerator over denominator, and 0 where the denominator is 0."""
    quotient = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


def defined_ratio(
    numerator: npt.NDArray[np.float64], denominator: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return numerator over denominator, and NaN where the denominator is 0."""
    quotient = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


def mean_where(
    values: npt.NDArray[np.float64], included: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the mean over classes, [b], of values, [k, b], that are included; NaN for none."""
    total = np.where(included, values, 0.0).sum(axis=0)
    return defined_ratio(total, included.sum(axis=0, dtype=np.float64))
