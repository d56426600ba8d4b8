"""Interval of a mean of losses, of which a few may be far larger than the rest."""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from bakeoff.server.statistics.proportions import normal_quantile
from bakeoff.server.statistics.spread import spread_of_parts
from bakeoff.server.types import Interval

_METHOD = "gamma"


def mean_loss_interval(
    sums: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    level: float,
    *,
    largest: float | None = None,
    open_above: bool = False,
) -> Interval | None:
    """Return the interval of sum(sums) / sum(counts) over independent units, [g] each.

    A unit is an example, or a cluster of `counts` examples; its losses, 0 or more, add up to
    `sums`. With m the mean, v its variance and w what the largest unit adds to it, the bounds are
    quantiles of gamma distributions, the lower of mean m and variance v, the upper of mean m + w
    and variance v + w^2: it leaves room for one more unit as bad as the worst. Both variances are
    widened by (t / z)^2, with the quantiles of Student's t, of the degrees of freedom of v, and of
    the normal. `largest` is the most that one example can lose; the worst unit stands for it where
    it is None.

    `open_above` leaves the upper bound out: what was seen cannot tell how large a loss may be.
    None with fewer than two units, and where all lost the same and `largest` is not given.
    Source: Fay and Feuer, Confidence intervals for directly standardized rates: a method based on
    the gamma distribution, Statistics in Medicine 16, 1997.
    """
    if len(sums) <= 1:
        return None
    total = int(counts.sum())
    mean = float(sums.sum()) / total
    spread = spread_of_parts((sums - mean * counts) / total)
    if spread is None and (largest is None or mean > 0):
        return None
    most = float(sums.max()) if largest is None else largest * int(counts.max())
    added = most / total
    variance, widened = 0.0, 1.0
    if spread is not None:
        variance = spread.variance
        widened = (spread.deviations(level) / normal_quantile(level)) ** 2
    lower = _quantile(mean, widened * variance, (1 - level) / 2)
    upper = _quantile(mean + added, widened * (variance + added**2), (1 + level) / 2)
    return Interval(lower, None if open_above else upper, level, _METHOD)


def _quantile(mean: float, variance: float, share: float) -> float:
    """Return the quantile of a gamma distribution; the mean where there is no variance."""
    if not variance:
        return mean
    shape = mean**2 / variance
    found = float(gammaincinv(shape, share)) * variance / mean if mean > 0 else 0.0
    return found if math.isfinite(found) else 0.0
