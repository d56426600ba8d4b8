"""Intervals of metrics over examples, or over the clusters to which they belong."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bakeoff.server.metrics import Gaps, Losses, Metric
from bakeoff.server.quality.certainty import Certainty
from bakeoff.server.quality.resamples import Resamples, resamples_of
from bakeoff.server.statistics import (
    bounded_interval,
    clustered_share,
    extreme_interval,
    gap_sum_interval,
    jackknife_spread,
    known_share,
    mean_loss_interval,
    share_interval,
)
from bakeoff.server.statistics.resample_intervals import bca, defined
from bakeoff.server.statistics.resampling import (
    Cells,
    Values,
    clustered,
    each_example,
    equal_outcomes,
    generator,
)
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Interval

_AMPLE = 100
_FEW = 5


def metric_interval(metric: Metric, sample: Sample, certainty: Certainty) -> Interval | None:
    """Return the interval of a metric, or None when there can be none.

    `gamma` for a mean of losses; `test-inversion` for a metric that adds up what chance does. For
    every other that of `score_interval`, by resampling examples. Where examples come in clusters
    these are taken as wholes, and the method begins with `cluster-`. The same seed, metric and
    sample give the same interval, whatever else is asked.
    """
    value = metric.value(sample)
    if value is None:
        return None
    if metric.losses is not None:
        return named(_of_losses(metric.losses(sample), sample, certainty), certainty)
    if metric.gaps is not None:
        return named(_of_gaps(metric, metric.gaps(sample), sample, certainty), certainty)
    resamples = over_resamples(metric, certainty, sample)
    (drawn,) = resamples.values(certainty.resample_count)
    (left_out,), standing = resamples.left_out(certainty.resample_count)
    resampled = Resampled(drawn, left_out, standing)
    interval = score_interval(
        value, resampled, certainty.level, metric.bounds, trials=resamples.cells.unit_count
    )
    return named(interval, certainty)


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """A metric over resamples, [b], and without each example or group, which stands for so many."""

    drawn: Values
    left_out: Values
    standing: npt.NDArray[np.float64]


def score_interval(
    value: float,
    resampled: Resampled,
    level: float,
    bounds: tuple[float, float] | None,
    *,
    trials: int,
) -> Interval | None:
    """Return the interval of a score, by what it comes to over resamples and without each example.

    `bca-bootstrap` where a hundred trials or more would have come out the rarer way, were the score
    a share that is known as well, and its spread has a hundred degrees of freedom: the bootstrap
    knows no more than it has seen. With less, `jackknife-wilson` or `jackknife-clopper-pearson`;
    at a bound, that of a share of so many `trials` that all came out alike. None when the score is
    not defined on more than a tenth of the resamples, or nothing moves it.
    """
    if defined(resampled.drawn) is None:
        return None
    spread = jackknife_spread(resampled.left_out, resampled.standing)
    if bounds is not None:
        extreme = extreme_interval(value, trials, level, bounds)
        if extreme is not None:
            return extreme
        known = None if spread is None else known_share(value, spread, level, bounds)
        if spread is None or known is None:
            return None
        if min(known.rarer, spread.degrees) < _AMPLE:
            return bounded_interval(known, level, bounds)
    return bca(resampled.drawn, value, level, resampled.left_out, resampled.standing)


def over_resamples(metric: Metric, certainty: Certainty, *samples: Sample) -> Resamples:
    """Return a metric over the resamples of the seed and the metric's name.

    Several samples are of the same examples, and are resampled together; the metric is defined on
    all of them.
    """
    shared = None if certainty.shared is None else certainty.shared.of(metric, samples)
    if shared is not None:
        return shared
    return resamples_of(metric, samples, outcome_cells(metric, certainty, *samples), certainty.seed)


def outcome_cells(metric: Metric, certainty: Certainty, *samples: Sample) -> Cells:
    """Return what resampling must tell apart: outcomes for a discrete metric, else examples.

    Several samples are of the same examples, and are resampled together.
    """
    if metric.discrete:
        cells = equal_outcomes(*(part for each in samples for part in (each.truth, each.predicted)))
    else:
        cells = each_example(samples[0].size)
    return in_clusters(cells, certainty, samples[0])


def in_clusters(cells: Cells, certainty: Certainty, sample: Sample) -> Cells:
    """Return the cells with their examples in the clusters of the set, where there are any."""
    clusters = certainty.clusters_of(sample)
    return cells if clusters is None else clustered(cells, clusters)


def named(interval: Interval | None, certainty: Certainty) -> Interval | None:
    """Return the interval with a method that says so where clusters were taken as wholes."""
    if interval is None or certainty.clusters is None:
        return interval
    return replace(interval, method=f"cluster-{interval.method}")


def _of_losses(losses: Losses, sample: Sample, certainty: Certainty) -> Interval | None:
    unit, count = _units(sample, certainty)
    return mean_loss_interval(
        np.bincount(unit, weights=losses.each, minlength=count).astype(np.float64),
        np.bincount(unit, minlength=count),
        certainty.level,
        largest=losses.largest,
        open_above=losses.worst_unseen,
    )


def _of_gaps(metric: Metric, gaps: Gaps, sample: Sample, certainty: Certainty) -> Interval | None:
    """Return the interval of a sum of gaps, cut to 0 and 1.

    With fewer than five wrong answers the upper bound is at least what the gaps would come to, were
    wrong answers as frequent as they may be: none seen is no proof that there are none. With fewer
    than five right ones the lower bound is at most what they would come to, were right answers so.
    """
    unit, count = _units(sample, certainty)
    parts = sparse.csr_array((gaps.each, (unit, gaps.place)), shape=(count, gaps.count))
    rng = generator(certainty.seed, metric.id)
    level = certainty.level
    found = gap_sum_interval(parts, gaps.chance, level, certainty.resample_count, rng)
    if count <= 1:
        return _cut(found, 1.0, 0.0)
    right, least, most = sample.right, 1.0, 0.0
    if np.count_nonzero(~right) < _FEW:
        most = gaps.rest + _most_of(~right, unit, certainty)
        found = found or Interval(0.0, most, level, "test-inversion")
    if np.count_nonzero(right) < _FEW:
        least = max(1 - gaps.rest - _most_of(right, unit, certainty), 0.0)
        found = found or Interval(least, 1.0, level, "test-inversion")
    return _cut(found, least, most)


def _most_of(
    flags: npt.NDArray[np.bool_], unit: npt.NDArray[np.int64], certainty: Certainty
) -> float:
    """Return how large the share of such examples may be."""
    if certainty.clusters is None:
        found = share_interval(int(flags.sum()), len(flags), certainty.level)
    else:
        trials = np.bincount(unit)
        found = clustered_share(
            np.bincount(unit[flags], minlength=len(trials)), trials, certainty.level
        )
    return found.upper or 0.0


def _cut(interval: Interval | None, least: float, most: float) -> Interval | None:
    """Return the interval from `least` to `most` at least, within 0 and 1."""
    if interval is None or interval.lower is None or interval.upper is None:
        return interval
    return replace(
        interval,
        lower=min(interval.lower, least),
        upper=min(max(interval.upper, most), 1.0),
    )


def _units(sample: Sample, certainty: Certainty) -> tuple[npt.NDArray[np.int64], int]:
    """Return what each example belongs to, int64[n] from 0 on, and how many of these there are."""
    clusters = certainty.clusters_of(sample)
    if clusters is None:
        return np.arange(sample.size), sample.size
    names, places = np.unique(clusters, return_inverse=True)
    return places, len(names)
