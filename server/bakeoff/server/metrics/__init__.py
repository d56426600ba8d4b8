"""Quality metrics: pure functions of labels and predictions.

A new metric is one new file and one line in `_FILES`. Figures with intervals are in `quality`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import (
    accuracy,
    aurc,
    average_precision,
    balanced_accuracy,
    brier,
    ece,
    error_rate,
    hamming_loss,
    log_loss,
    mae,
    mcc,
    mse,
    pearson,
    precision_recall_f1,
    roc_auc,
    spearman,
)
from bakeoff.server.metrics.confusion import confusion
from bakeoff.server.metrics.metric import Gaps, Losses, Metric, Proportion
from bakeoff.server.metrics.per_class import ClassValues, per_class
from bakeoff.server.statistics.resampling import Statistic, Values, Weights

if TYPE_CHECKING:
    from bakeoff.v1 import ClassificationHead

_FILES = (
    accuracy,
    error_rate,
    balanced_accuracy,
    precision_recall_f1,
    mcc,
    hamming_loss,
    roc_auc,
    average_precision,
    log_loss,
    brier,
    ece,
    aurc,
    pearson,
    spearman,
    mse,
    mae,
)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.id: metric for file in _FILES for metric in file.METRICS}
)


def metric_named(metric_id: str) -> Metric:
    """Return the metric of that id, such as `f1.macro`.

    Raises UnknownFigureError when there is no such metric.
    """
    try:
        return METRICS[metric_id]
    except KeyError:
        message = f"metric must be one of {', '.join(METRICS)}; got {metric_id!r}"
        raise UnknownFigureError(message, figure=metric_id) from None


def distinct_metrics(
    metric_ids: Sequence[str], problem_type: "ClassificationHead.ProblemType.ValueType"
) -> tuple[str, ...]:
    """Return these metrics without those that are accuracy under another name.

    For single labels the micro averages and weighted recall are. A family of comparisons that
    held them would test one thing several times, and Holm's correction would ask for more.
    The first of them stays, so that nothing is lost.
    """
    kept: list[str] = []
    accuracy_is_kept = False
    for metric_id in metric_ids:
        is_accuracy = problem_type in metric_named(metric_id).accuracy_for
        if not (is_accuracy and accuracy_is_kept):
            kept.append(metric_id)
        accuracy_is_kept = accuracy_is_kept or is_accuracy
    return tuple(kept)


__all__ = [
    "METRICS",
    "ClassValues",
    "Gaps",
    "Losses",
    "Metric",
    "Proportion",
    "Statistic",
    "Values",
    "Weights",
    "confusion",
    "distinct_metrics",
    "metric_named",
    "per_class",
]
