"""One class against all others, as a question of its own with two answers."""

from dataclasses import dataclass, replace

import numpy as np

from bakeoff.server.quality.certainty import Certainty
from bakeoff.server.quality.comparison import PairedComparison, compare
from bakeoff.server.quality.paired_samples import paired
from bakeoff.server.quality.relations import Relation, difference_to, ratio_to
from bakeoff.server.statistics import paired_difference
from bakeoff.server.tasks import Sample
from bakeoff.server.tasks.classification_head import MULTI_LABEL, SINGLE_LABEL
from bakeoff.server.types import Interval

_COUNTED = frozenset({"precision", "f1"})


def one_against_rest(sample: Sample, label: str) -> Sample:
    """Return a sample of two classes, of which the second is `label`, one of those of the sample.

    Precision, recall, F1, ROC-AUC and average precision of it are those of the class.
    """
    index = sample.labels.index(label)
    many = sample.problem_type == MULTI_LABEL
    values, probabilities = sample.values[:, index], sample.probabilities
    of_class = None if probabilities is None else probabilities[:, index]
    return replace(
        sample,
        problem_type=SINGLE_LABEL,
        labels=("", label),
        truth=(sample.truth[:, index] if many else sample.truth == index).astype(np.int64),
        values=np.stack([-values, values], axis=1),
        probabilities=None if of_class is None else np.stack([1 - of_class, of_class], axis=1),
        predicted=(sample.predicted[:, index] if many else sample.predicted == index).astype(
            np.int64
        ),
    )


def compare_class(
    metric_id: str, label: str, candidate: Sample, baseline: Sample, certainty: Certainty
) -> PairedComparison:
    """Compare two candidates in a metric of one class, as `compare` does over all classes.

    Recall is the share of right answers to the examples of the class, so that it gets the test and
    the interval of accuracy over these. Precision and F1 are resampled over the examples that any
    of the two takes for the class or that are of it; the others do not count in them.
    """
    pair = _pair(metric_id, label, candidate, baseline)
    found = compare(pair.metric_id, pair.candidate, pair.baseline, certainty)
    return replace(found, interval=_at_support(found.interval, found.deviation, pair, 0.0))


def class_difference_to(
    metric_id: str, label: str, candidate: Sample, reference: Sample, certainty: Certainty
) -> Relation:
    """Return candidate less reference in a metric of one class, paired as `compare_class`."""
    pair = _pair(metric_id, label, candidate, reference)
    found = difference_to(pair.metric_id, pair.candidate, pair.baseline, certainty)
    return replace(found, interval=_at_support(found.interval, found.deviation, pair, 0.0))


def class_ratio_to(
    metric_id: str, label: str, candidate: Sample, reference: Sample, certainty: Certainty
) -> Relation:
    """Return candidate over reference in a metric of one class, paired as `compare_class`."""
    pair = _pair(metric_id, label, candidate, reference)
    found = ratio_to(pair.metric_id, pair.candidate, pair.baseline, certainty)
    return replace(found, interval=_at_support(found.interval, found.deviation, pair, 1.0))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two samples of the examples that count in a metric; `support` of them are of the class."""

    metric_id: str
    candidate: Sample
    baseline: Sample
    support: int


def _pair(metric_id: str, label: str, candidate: Sample, baseline: Sample) -> _Pair:
    ours, theirs = (one_against_rest(one, label) for one in paired(candidate, baseline))
    of_class = ours.truth == 1
    support = int(np.count_nonzero(of_class))
    counting = np.ones(ours.size, dtype=np.bool_)
    if metric_id == "recall":
        counting, metric_id = of_class, "accuracy"
    elif metric_id in _COUNTED:
        counting = of_class | (ours.predicted == 1) | (theirs.predicted == 1)
    rows = np.flatnonzero(counting)
    return _Pair(metric_id, ours.take(rows), theirs.take(rows), support)


def _at_support(
    interval: Interval | None, deviation: float | None, pair: _Pair, alike: float
) -> Interval | None:
    """The interval as it is, or, where no resample sets two rankings apart, that of the class.

    Many examples of other classes then say nothing: no more is known than that none of those of
    the class differs.
    """
    if interval is None or deviation or pair.support in {0, pair.candidate.size}:
        return interval
    if pair.metric_id in {"accuracy", *_COUNTED}:
        return interval
    of_class = paired_difference(0, 0, pair.support, interval.level)
    return replace(
        of_class,
        lower=alike + (of_class.lower or 0.0),
        upper=alike + (of_class.upper or 0.0),
        method=interval.method,
    )
