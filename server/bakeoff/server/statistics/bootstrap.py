"""Intervals of metrics by resampling examples."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.metric import Metric, Weights
from bakeoff.server.statistics.proportions import wilson
from bakeoff.server.statistics.resample_intervals import basic, bca, defined
from bakeoff.server.statistics.resampling import (
    Cells,
    draws,
    each_example,
    equal_outcomes,
    generator,
    without_groups,
)
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Interval

_ROUNDING = 1e-12


def bootstrap_interval(
    metric: Metric, sample: Sample, level: float, resamples: int, seed: int
) -> Interval | None:
    """Return the interval of a metric by resampling examples, or None when there can be none.

    `bca-bootstrap` as a rule. `basic-bootstrap` for metrics that add up what chance does: cut to
    0 and 1, and from 0 on when chance alone reaches the value; in trials it held the true value
    in 87 to 98 % of samples for 95 asked. `wilson` where every resample comes to the best or the
    worst value there can be. None when the metric is not defined on the sample or on more than a
    tenth of the resamples. The same seed, metric and sample give the same interval, whatever else
    is asked.
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
    if interval is None and metric.bounds is not None:
        return unmoved(drawn, level, sample.size, metric.bounds)
    return interval


def unmoved(
    drawn: npt.NDArray[np.float64], level: float, trials: int, bounds: tuple[float, float]
) -> Interval | None:
    """Return the interval where every resample, [b], comes to the same bound; else None.

    That of a share of `trials` that all came out alike, stretched from 0 and 1 to the bounds.
    """
    usable = defined(drawn)
    if usable is None:
        return None
    lowest, highest = bounds
    for bound, successes in ((lowest, 0), (highest, trials)):
        if np.allclose(usable, bound, rtol=_ROUNDING, atol=_ROUNDING):
            share = wilson(successes, trials, level)
            return replace(
                share,
                lower=lowest + (highest - lowest) * (share.lower or 0.0),
                upper=lowest + (highest - lowest) * (share.upper or 0.0),
            )
    return None


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
