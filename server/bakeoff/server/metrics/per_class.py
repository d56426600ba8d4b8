"""Quality of each class against all others."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.average_precision import average_precision_by_class, present_classes
from bakeoff.server.metrics.class_counts import class_counts
from bakeoff.server.metrics.precision_recall_f1 import averaged_classes, f1, precision, recall
from bakeoff.server.metrics.roc_auc import roc_auc_by_class
from bakeoff.server.metrics.score_ranking import rankable_classes
from bakeoff.server.statistics.resampling import Weights
from bakeoff.server.tasks.classification_head import REGRESSION
from bakeoff.server.tasks.sample import Sample

CLASS_METRICS = ("precision", "recall", "f1", "roc_auc", "average_precision")


@dataclass(frozen=True, slots=True)
class ClassValues:
    """Quality of one class; None where a value is not defined.

    `support` examples are of the class, `predicted_count` are predicted as it, `hit_count` both.
    Precision, recall and F1 are 0 where their denominator is 0, and None, for single labels, when
    the class neither occurs nor is predicted: what an average over classes includes.
    """

    label: str
    support: int
    predicted_count: int
    hit_count: int
    precision: float | None
    recall: float | None
    f1: float | None
    roc_auc: float | None
    average_precision: float | None


def per_class(sample: Sample) -> tuple[ClassValues, ...]:
    """Return the quality of each class, in the order of `sample.labels`; nothing for regression."""
    if sample.problem_type == REGRESSION:
        return ()
    ones = np.ones((1, sample.size))
    counts = class_counts(sample)(ones)
    values = {name: class_statistic(name, sample)(ones)[:, 0] for name in CLASS_METRICS}
    return tuple(
        ClassValues(
            label=label,
            support=int(counts.true[index, 0]),
            predicted_count=int(counts.predicted[index, 0]),
            hit_count=int(counts.hit[index, 0]),
            **{name: _defined(column[index]) for name, column in values.items()},
        )
        for index, label in enumerate(sample.labels)
    )


def class_statistic(name: str, sample: Sample) -> Callable[[Weights], npt.NDArray[np.float64]]:
    """Return what gives one of `CLASS_METRICS` for every class, [k, b]; NaN where undefined."""
    if name == "roc_auc":
        return _spread(sample, rankable_classes(sample), roc_auc_by_class)
    if name == "average_precision":
        return _spread(sample, present_classes(sample), average_precision_by_class)
    formula = {"precision": precision, "recall": recall, "f1": f1}[name]
    count = class_counts(sample)

    def statistic(weights: Weights) -> npt.NDArray[np.float64]:
        counts = count(weights)
        return np.where(averaged_classes(sample, counts), formula(counts), np.nan)

    return statistic


def _spread(
    sample: Sample,
    classes: npt.NDArray[np.int64],
    by_class: Callable[
        [Sample, npt.NDArray[np.int64]], Callable[[Weights], npt.NDArray[np.float64]]
    ],
) -> Callable[[Weights], npt.NDArray[np.float64]]:
    """Set the values of some classes among those of all, NaN for the rest."""
    some = by_class(sample, classes)

    def statistic(weights: Weights) -> npt.NDArray[np.float64]:
        values = np.full((len(sample.labels), len(weights)), np.nan)
        if classes.size:
            values[classes] = some(weights)
        return values

    return statistic


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
