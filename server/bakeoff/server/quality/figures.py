"""Figures of quality: each metric with its interval and the number of examples behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics import ClassValues, Metric, Proportion, metric_named, per_class
from bakeoff.server.metrics.per_class import class_statistic
from bakeoff.server.quality.certainty import Certainty
from bakeoff.server.quality.intervals import (
    Resampled,
    in_clusters,
    metric_interval,
    named,
    score_interval,
)
from bakeoff.server.statistics import clustered_share, share_interval
from bakeoff.server.statistics.bootstrap import distribution, jackknife
from bakeoff.server.statistics.resampling import each_example, equal_outcomes, generator
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction, Figure, Interval

_CLASS_METHODS = {
    "precision": "share of the predictions of the class that are right; 0 without any",
    "recall": "share of the examples of the class that are found; 0 without any",
    "f1": "harmonic mean of precision and recall; 0 where both are",
    "roc_auc": "area under the ROC curve against all other classes",
    "average_precision": "average precision against all other classes",
}
_SHARES = ("precision", "recall")
_NO_SHARES = ("f1", "roc_auc", "average_precision")
_CLASS_ABSENT = {
    "roc_auc": "needs scored examples of the class and others",
    "average_precision": "no scored example is of the class",
}


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Quality of one class: `support` examples are of it."""

    label: str
    support: int
    figures: tuple[Figure, ...]


def figures(sample: Sample, metric_ids: Sequence[str], certainty: Certainty) -> list[Figure]:
    """Return one figure for each metric, in the order given, with its interval.

    Shares of independent examples get that of `share_interval`, and shares of all examples where
    these come in clusters that of `clustered_share`; all others that of `metric_interval`. A
    metric that is not defined on the sample has no value and says why.
    Raises UnknownFigureError for an unknown metric.
    """
    metrics = [metric_named(metric_id) for metric_id in metric_ids]
    return [_figure(metric, sample, certainty) for metric in metrics]


def class_figures(sample: Sample, certainty: Certainty) -> list[ClassFigures]:
    """Return precision, recall, F1, ROC-AUC and average precision of each class.

    In the order of `sample.labels`; nothing for regression. Precision and recall get that of
    `share_interval`, the others, and all of them on examples in clusters, a bootstrap interval. A
    value that is not defined is absent.
    """
    classes = per_class(sample)
    if not classes:
        return []
    resampled = {
        name: _class_intervals(name, classes, sample, certainty)
        for name in (_SHARES if certainty.clusters is not None else ()) + _NO_SHARES
    }
    found = []
    for index, values in enumerate(classes):
        trials = {"precision": values.predicted_count, "recall": values.support}
        intervals = {
            name: _share_interval(Proportion(values.hit_count, trials[name]), certainty.level)
            for name in _SHARES
        } | {name: column[index] for name, column in resampled.items()}
        found.append(
            ClassFigures(
                label=values.label,
                support=values.support,
                figures=tuple(
                    _class_figure(name, values, interval) for name, interval in intervals.items()
                ),
            )
        )
    return found


def class_figure(sample: Sample, label: str, name: str, certainty: Certainty) -> Figure:
    """Return one of the figures that `class_figures` finds of a class of the sample.

    A figure that rests on no example of the class, or precision on no prediction of it, has no
    value: nothing is known of it, whatever it is taken to be in an average.
    """
    classes = per_class(sample)
    index = sample.labels.index(label)
    values = classes[index]
    if name in _SHARES and certainty.clusters is None:
        trials = {"precision": values.predicted_count, "recall": values.support}
        interval = _share_interval(Proportion(values.hit_count, trials[name]), certainty.level)
    else:
        interval = _class_intervals(name, classes, sample, certainty)[index]
    figure = _class_figure(name, values, interval)
    if figure.value is None or figure.observation_count:
        return figure
    reason = "the class is never predicted" if values.support else "no scored example is of it"
    return replace(figure, value=None, interval=None, absent_reason=reason)


def _figure(metric: Metric, sample: Sample, certainty: Certainty) -> Figure:
    reason = metric.absent_reason(sample)
    proportion = None if reason else metric.proportion(sample)
    interval: Interval | None = None
    if proportion is not None and certainty.clusters is None:
        interval = _share_interval(proportion, certainty.level)
    elif (
        not reason
        and (clusters := certainty.clusters_of(sample)) is not None
        and (successes := metric.successes(sample)) is not None
    ):
        interval = _clustered_interval(successes, clusters, certainty.level)
    elif not reason:
        interval = metric_interval(metric, sample, certainty)
    return Figure(
        id=metric.id,
        value=metric.value(sample),
        observation_count=sample.size,
        unit=metric.unit,
        direction=metric.direction,
        method=metric.method,
        interval=interval,
        absent_reason=reason,
    )


def _share_interval(proportion: Proportion, level: float) -> Interval | None:
    if not proportion.trials:
        return None
    return share_interval(proportion.successes, proportion.trials, level)


def _clustered_interval(
    successes: npt.NDArray[np.bool_], clusters: npt.NDArray[np.int64], level: float
) -> Interval:
    _, places = np.unique(clusters, return_inverse=True)
    counts = np.bincount(places[successes], minlength=int(places.max()) + 1)
    return clustered_share(counts, np.bincount(places), level)


def _class_figure(name: str, values: ClassValues, interval: Interval | None) -> Figure:
    value: float | None = getattr(values, name)
    absent = "" if value is not None else _CLASS_ABSENT.get(name, "the class does not occur")
    return Figure(
        id=name,
        value=value,
        observation_count=values.predicted_count if name == "precision" else values.support,
        unit="1",
        direction=Direction.HIGHER_IS_BETTER,
        method=_CLASS_METHODS[name],
        interval=interval,
        absent_reason=absent,
    )


def _class_intervals(
    name: str, classes: Sequence[ClassValues], sample: Sample, certainty: Certainty
) -> list[Interval | None]:
    """Return the interval of one metric for each class, from the same resamples."""
    if sample.size == 0:
        return [None] * len(classes)
    if name in {"roc_auc", "average_precision"}:
        cells = each_example(sample.size)
    else:
        cells = equal_outcomes(sample.truth, sample.predicted)
    cells = in_clusters(cells, certainty, sample)
    statistic = class_statistic(name, sample.take(cells.rows))
    rng = generator(certainty.seed, f"{name} by class")
    drawn = distribution(statistic, cells, certainty.resample_count, rng)
    left_out, standing = jackknife(statistic, cells, rng)
    intervals: list[Interval | None] = []
    for index, values in enumerate(classes):
        value: float | None = getattr(values, name)
        interval = None
        if value is not None:
            trials = values.support if value else max(values.support, values.predicted_count)
            trials = min(max(trials, 1), cells.unit_count)
            resampled = Resampled(drawn[index], left_out[index], standing)
            interval = score_interval(value, resampled, certainty.level, (0.0, 1.0), trials=trials)
        intervals.append(named(interval, certainty))
    return intervals
