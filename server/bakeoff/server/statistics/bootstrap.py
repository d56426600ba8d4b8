"""Intervals of metrics by resampling examples."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.metric import Metric, Weights
from bakeoff.server.statistics.proportions import wilson
from bakeoff.server.statistics.resample_intervals import basic, bca
from bakeoff.server.statistics.resampling import (
    Cells,
    draws,
    each_example,
    equal_outcomes,
    generator,
    without_groups,
)
from bakeoff.server.tasks.classification_head import REGRESSION
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Interval


def bootstrap_interval(
    metric: Metric, sample: Sample, level: float, resamples: int, seed: int
) -> Interval | None:
    """Return the interval of a metric by resampling examples, or None when there can be none.

    `bca-bootstrap` as a rule. `basic-bootstrap` for metrics that add up what chance does: cut to
    0 and 1, and from 0 on when chance alone reaches the value; in trials it held the true value
    in 87 to 98 % of samples for 95 asked. A score of exactly 0 or 1 that no resample changes gets
    the `wilson` interval of that many trials that all came out alike. None when the metric is
    not defined on the sample or on more than a tenth of the resamples. The same seed, metric and
    sample give the same interval, whatever else is asked.
    """
    value = metric.value(sample)
    if value is None:
        return None
    cells = outcome_cells(metric, sample)
    statistic = metric.over(sample.take(cells.rows))
    rng = generator(seed, metric.id)
    drawn = distribution(statistic, cells, resamples, rng)
    if metric.by_chance is not None:
        chance = np.quantile(metric.by_chance(sample, rng, resamples), (1 + level) / 2)
        return _above_chance(basic(drawn, value, level), reached=bool(value <= chance))
    left_out, standing = jackknife(statistic, cells, rng)
    interval = bca(drawn, value, level, left_out, standing)
    if interval is None and sample.problem_type != REGRESSION:
        return unmoved(drawn, value, level, sample.size)
    return interval


def unmoved(
    drawn: npt.NDArray[np.float64], value: float, level: float, trials: int
) -> Interval | None:
    """Return the interval of a score of 0 or 1 that no resample, [b], changes; else None."""
    if value not in {0.0, 1.0} or not bool((drawn == value).all()):
        return None
    return wilson(trials if value else 0, trials, level)


def outcome_cells(metric: Metric, *samples: Sample) -> Cells:
    """Return what resampling must tell apart: outcomes for a discrete metric, else examples.

    Several samples are of the same examples, and are resampled together.
    """
    if not metric.discrete:
        return each_example(samples[0].size)
    return equal_outcomes(*(part for each in samples for part in (each.truth, each.predicted)))


def distribution(
    statistic: Callable[[Weights], npt.NDArray[np.float64]],
    cells: Cells,
    resamples: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Return the statistic over each resample, [..., resamples]; NaN where undefined."""
    drawn = [statistic(weights) for weights in draws(cells, resamples, rng)]
    return np.concatenate(drawn, axis=-1)


def jackknife(
    statistic: Callable[[Weights], npt.NDArray[np.float64]],
    cells: Cells,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the statistic without each example or group, [..., g], and how often each stands."""
    chunks, standing = without_groups(cells, rng)
    return np.concatenate([statistic(weights) for weights in chunks], axis=-1), standing


def _above_chance(interval: Interval | None, *, reached: bool) -> Interval | None:
    if interval is None or interval.lower is None or interval.upper is None:
        return None
    lower = 0.0 if reached else min(max(interval.lower, 0.0), 1.0)
    upper = min(max(interval.upper, 0.0), 1.0)
    return Interval(lower, upper, interval.level, interval.method)
