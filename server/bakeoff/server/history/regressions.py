"""Where a version of a model fell behind the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bakeoff.server.history.intervals import difference_interval
from bakeoff.server.history.points import Point, Series
from bakeoff.server.history.steps import Step, steps_of
from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, PairedComparison, Verdict, compare, verdict
from bakeoff.server.selection import is_quality
from bakeoff.server.selection.contrast import ALIKE_SHARE
from bakeoff.server.statistics import benjamini_hochberg
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction, Interval

PAIRED_EXAMPLES = "paired-examples"
INTERVALS = "intervals"
VALUES = "values"

# Memory and files hardly vary from run to run, so that a value without interval tells.
_STEADY_UNIT = "MiB"


@dataclass(frozen=True, slots=True)
class Paired:
    """Two candidates on the examples of one set, the later one first."""

    candidate: Sample
    previous: Sample
    certainty: Certainty


class StoredPredictions(Protocol):
    """What evaluations have stored of their candidates' answers."""

    def pair(self, point: Point, previous: Point, set_sha256: str) -> Paired | None:
        """Both candidates of a step on the examples of a set; None when that is not to be had."""


@dataclass(frozen=True, slots=True)
class Regression:
    """A step that leads to a worse figure. `difference` is the later value less the earlier."""

    step: Step
    difference: float
    interval: Interval | None
    adjusted_p_value: float | None
    basis: str


def regressions_of(
    series: Sequence[Series],
    predictions: StoredPredictions,
    certainty: Certainty,
) -> list[list[Regression]]:
    """Regressions of each series, the oldest first.

    A step in quality is tested on the examples that both were scored on, where their predictions
    are stored: it is a regression when it is worse by the rule of `quality.verdict`, with the
    p-value corrected by Benjamini's and Hochberg's method over all tested steps of all series. Any
    other step is judged by the intervals of its two figures, by MOVER, each by itself: it is a
    regression when all of the interval of the difference is worse than none, and more than what
    counts as alike. A figure of size without interval is judged by its value.
    """
    all_steps = [(index, step) for index, one in enumerate(series) for step in steps_of(one.points)]
    of_quality = [step.point.figure.key in METRICS for _, step in all_steps]
    compared = [
        _compared(step, series[index].key.evaluation_set_sha256, predictions, sum(of_quality))
        if is_quality
        else None
        for (index, step), is_quality in zip(all_steps, of_quality, strict=True)
    ]
    adjusted = benjamini_hochberg([None if one is None else one.p_value for one in compared])
    found: list[list[Regression]] = [[] for _ in series]
    for (index, step), comparison, p_value in zip(all_steps, compared, adjusted, strict=True):
        if comparison is None:
            regression = _by_interval(step, certainty)
        else:
            regression = _by_examples(step, comparison, p_value, certainty)
        if regression is not None:
            found[index].append(regression)
    return found


def _compared(
    step: Step, set_sha256: str, predictions: StoredPredictions, family_size: int
) -> PairedComparison | None:
    paired = predictions.pair(step.point, step.previous, set_sha256)
    if paired is None:
        return None
    resample_count = paired.certainty.resample_count_for(family_size)
    return compare(
        step.point.figure.id,
        paired.candidate,
        paired.previous,
        replace(paired.certainty, resample_count=resample_count),
    )


def _by_examples(
    step: Step, comparison: PairedComparison, p_value: float | None, certainty: Certainty
) -> Regression | None:
    outcome = verdict(comparison, p_value, level=certainty.level, margin=certainty.margin)
    if outcome is not Verdict.WORSE or comparison.difference is None:
        return None
    return Regression(step, comparison.difference, comparison.interval, p_value, PAIRED_EXAMPLES)


def _by_interval(step: Step, certainty: Certainty) -> Regression | None:
    figure, previous = step.point.figure, step.previous.figure
    difference = step.point.value - step.previous.value
    if figure.direction is None or not _falls(difference, figure.direction):
        return None
    if abs(difference) <= _alike(step, certainty):
        return None
    if figure.interval is None and previous.interval is None:
        is_told = figure.unit == _STEADY_UNIT
        return Regression(step, difference, None, None, VALUES) if is_told else None
    interval = difference_interval(figure, previous)
    if interval is None or not _is_all_worse(interval, figure.direction):
        return None
    return Regression(step, difference, interval, None, INTERVALS)


def _alike(step: Step, certainty: Certainty) -> float:
    """Largest difference that counts as alike: the margin for a metric, else a share."""
    if is_quality(step.point.figure.key):
        return certainty.margin
    return ALIKE_SHARE * max(abs(step.point.value), abs(step.previous.value))


def _falls(difference: float, direction: Direction) -> bool:
    return difference < 0 if direction is Direction.HIGHER_IS_BETTER else difference > 0


def _is_all_worse(interval: Interval, direction: Direction) -> bool:
    if direction is Direction.HIGHER_IS_BETTER:
        return interval.upper is not None and interval.upper < 0
    return interval.lower is not None and interval.lower > 0
