"""Precision, recall and F1: of one class, and averaged over classes.

With, for a class, `true` examples of it, `predicted` predictions of it and `hit` that are both:

    precision = hit / predicted      recall = hit / true      F1 = 2 hit / (true + predicted)

each 0 where its denominator is 0, as scikit-learn has it with zero_division=0. Averages:

- `micro`: the formula over the sums of all classes. For single labels all three are accuracy, and
  so is weighted recall.
- `macro`: the mean over classes. For single labels without classes that neither occur nor are
  predicted; for many labels over all classes.
- `weighted`: the mean over classes, each weighing as many as it has examples.
- none, for two classes: the value of the second class, index 1.

Source: Van Rijsbergen, Information Retrieval, 1979, chapter 7.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.accuracy import right_of_all
from bakeoff.server.metrics.class_counts import ClassCounts, class_counts, mean_where, ratio
from bakeoff.server.metrics.metric import CLASSIFICATION, SINGLE, Metric, Proportion
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.classification_head import SINGLE_LABEL
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

_Formula: TypeAlias = Callable[[ClassCounts], npt.NDArray[np.float64]]
_POSITIVE = 1


def precision(counts: ClassCounts) -> npt.NDArray[np.float64]:
    """Share of the predictions of each class that are right: hit / predicted, [k, b]."""
    return ratio(counts.hit, counts.predicted)


def recall(counts: ClassCounts) -> npt.NDArray[np.float64]:
    """Share of the examples of each class that are found: hit / true, [k, b]."""
    return ratio(counts.hit, counts.true)


def f1(counts: ClassCounts) -> npt.NDArray[np.float64]:
    """Harmonic mean of precision and recall: 2 hit / (true + predicted), [k, b]."""
    return ratio(2 * counts.hit, counts.true + counts.predicted)


def averaged_classes(sample: Sample, counts: ClassCounts) -> npt.NDArray[np.bool_]:
    """Which classes an average over classes includes, bool[k, b]."""
    if sample.problem_type == SINGLE_LABEL:
        return np.asarray(counts.true + counts.predicted > 0)
    return np.ones(counts.true.shape, dtype=np.bool_)


def _binary(formula: _Formula) -> Callable[[Sample], Statistic]:
    def over(sample: Sample) -> Statistic:
        count = class_counts(sample)
        return lambda weights: np.asarray(formula(count(weights))[_POSITIVE])

    return over


def _micro(formula: _Formula) -> Callable[[Sample], Statistic]:
    def over(sample: Sample) -> Statistic:
        count = class_counts(sample)
        return lambda weights: np.asarray(formula(count(weights).summed())[0])

    return over


def _macro(formula: _Formula) -> Callable[[Sample], Statistic]:
    def over(sample: Sample) -> Statistic:
        count = class_counts(sample)

        def statistic(weights: Weights) -> Values:
            counts = count(weights)
            return mean_where(formula(counts), averaged_classes(sample, counts))

        return statistic

    return over


def _weighted(formula: _Formula) -> Callable[[Sample], Statistic]:
    def over(sample: Sample) -> Statistic:
        count = class_counts(sample)

        def statistic(weights: Weights) -> Values:
            counts = count(weights)
            total = (formula(counts) * counts.true).sum(axis=0)
            return ratio(total, counts.true.sum(axis=0))

        return statistic

    return over


def _right_of_single(sample: Sample) -> Proportion | None:
    """Right answers among all, where the average is that share: for single labels."""
    return right_of_all(sample) if sample.problem_type == SINGLE_LABEL else None


def _right_of_predicted(sample: Sample) -> Proportion:
    return _hits_of(sample, sample.predicted)


def _right_of_true(sample: Sample) -> Proportion:
    return _hits_of(sample, sample.truth)


def _hits_of(sample: Sample, classes: npt.NDArray[np.int64]) -> Proportion:
    among = classes == _POSITIVE
    return Proportion(int(np.count_nonzero(among & sample.right)), int(np.count_nonzero(among)))


def _no_proportion(_: Sample) -> Proportion | None:
    return None


_FORMULAS = {
    "precision": (precision, _right_of_predicted),
    "recall": (recall, _right_of_true),
    "f1": (f1, _no_proportion),
}

METRICS = tuple(
    metric
    for name, (formula, proportion) in _FORMULAS.items()
    for metric in (
        Metric(
            id=name,
            direction=Direction.HIGHER_IS_BETTER,
            problem_types=SINGLE,
            method="of the second class; 0 where its denominator is 0",
            over=_binary(formula),
            proportion=proportion,
            discrete=True,
            binary=True,
        ),
        Metric(
            id=f"{name}.micro",
            direction=Direction.HIGHER_IS_BETTER,
            problem_types=CLASSIFICATION,
            method="over the counts of all classes together",
            over=_micro(formula),
            proportion=_right_of_single,
            accuracy_for=SINGLE,
            discrete=True,
        ),
        Metric(
            id=f"{name}.macro",
            direction=Direction.HIGHER_IS_BETTER,
            problem_types=CLASSIFICATION,
            method="mean over classes; 0 for a class where its denominator is 0",
            over=_macro(formula),
            discrete=True,
        ),
        Metric(
            id=f"{name}.weighted",
            direction=Direction.HIGHER_IS_BETTER,
            problem_types=CLASSIFICATION,
            method="mean over classes by their number of examples; "
            "0 for a class where its denominator is 0",
            over=_weighted(formula),
            proportion=_right_of_single if formula is recall else _no_proportion,
            accuracy_for=SINGLE if formula is recall else frozenset(),
            discrete=True,
        ),
    )
)
