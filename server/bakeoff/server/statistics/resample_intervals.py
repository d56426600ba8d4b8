"""Intervals from what a statistic came to over resamples.

All drop resamples on which the statistic is not defined, and give no interval when these are more
than a tenth, or when all resamples came to the same: then resampling says nothing.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr

from bakeoff.server.statistics.spread import Spread
from bakeoff.server.types import Interval

_LEAST_DEFINED_SHARE = 0.9
_ROUNDING = 1e-12
_PERCENTILE = "percentile-bootstrap"


def percentile(drawn: npt.NDArray[np.float64], level: float) -> Interval | None:
    """Return the middle part of the resamples, [b], that holds `level` of them.

    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
    """
    usable = _moving(drawn)
    if usable is None:
        return None
    lower, upper = np.quantile(usable, _tails(level))
    return Interval(float(lower), float(upper), level, _PERCENTILE)


def expanded_percentile(
    drawn: npt.NDArray[np.float64], value: float, level: float, spread: Spread | None
) -> Interval | None:
    """Return a larger middle part of the resamples, [b], by how little the sample tells.

    Resamples of n scatter less than samples do by the root of (n - 1) / n, and know the spread no
    better than the sample: the part is that of a normal beyond t root(n / (n - 1)), with t of the
    degrees of freedom of the spread. And it is nowhere narrower than Student's interval around the
    value, so that it does not end at a bound which too few examples have moved the statistic
    across. Without a spread it is that of `percentile`. Source: Hesterberg, What teachers should
    know about the bootstrap, The American Statistician 69, 2015, section 4.1 on expansion.
    """
    middle = percentile(drawn, level)
    if middle is None or spread is None:
        return middle
    deviations = spread.deviations(level)
    tail = float(ndtr(-deviations * math.sqrt(spread.units / (spread.units - 1))))
    lower, upper = np.quantile(drawn[np.isfinite(drawn)], [tail, 1 - tail])
    reach = deviations * math.sqrt(spread.variance)
    return Interval(
        min(float(lower), value - reach), max(float(upper), value + reach), level, _PERCENTILE
    )


def expanded_p_value(share: float, units: int) -> float:
    """Return the p-value for a share of resamples as far out, over so many examples or clusters.

    What `expanded_percentile` is to the interval: resamples that a normal would have beyond z are
    taken for those that Student's t with n - 1 degrees of freedom has beyond z root((n - 1) / n).
    """
    if units <= 1:
        return 1.0
    beyond = -float(ndtri(share / 2)) * math.sqrt((units - 1) / units)
    return min(2 * float(stdtr(units - 1, -beyond)), 1.0)


def bca(
    drawn: npt.NDArray[np.float64],
    value: float,
    level: float,
    left_out: npt.NDArray[np.float64],
    standing: npt.NDArray[np.float64],
) -> Interval | None:
    """Return the bias-corrected and accelerated interval.

    `drawn`, [b]: the statistic over resamples; `value`: over the sample; `left_out`, [g]: without
    each example or group, which stands for `standing`, [g], such. The percentile interval takes
    its place when every resample lies to the same side of the value.
    Source: Efron, Better bootstrap confidence intervals, Journal of the American Statistical
    Association 82, 1987; the acceleration by the jackknife, Efron and Tibshirani, 1993, equation
    14.15.
    """
    usable = _moving(drawn)
    if usable is None:
        return None
    # Sums in another order differ by a rounding, which must not break a tie.
    equal = np.isclose(usable, value, rtol=_ROUNDING, atol=_ROUNDING)
    below = np.count_nonzero((usable < value) & ~equal) + 0.5 * np.count_nonzero(equal)
    bias = ndtri(below / len(usable))
    if not np.isfinite(bias):
        return percentile(drawn, level)
    shifted = bias + ndtri(_tails(level))
    tails = ndtr(bias + shifted / (1 - _acceleration(left_out, standing) * shifted))
    lower, upper = np.quantile(usable, tails)
    return Interval(float(lower), float(upper), level, "bca-bootstrap")


def _acceleration(left_out: npt.NDArray[np.float64], standing: npt.NDArray[np.float64]) -> float:
    """Skewness of the jackknife over six times the root of its size; 0 where nothing moves."""
    defined = np.isfinite(left_out)
    values, times = left_out[defined], standing[defined]
    if not times.sum():
        return 0.0
    gaps = np.average(values, weights=times) - values
    spread = float((times * gaps**2).sum())
    return float((times * gaps**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0


def defined(drawn: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """Return the resamples on which the statistic is defined, or None when they are too few."""
    usable = drawn[np.isfinite(drawn)]
    return usable if len(usable) >= _LEAST_DEFINED_SHARE * len(drawn) else None


def _moving(drawn: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    usable = defined(drawn)
    if usable is None or np.ptp(usable) <= _ROUNDING * np.abs(usable).max():
        return None
    return usable


def _tails(level: float) -> npt.NDArray[np.float64]:
    return np.array([(1 - level) / 2, (1 + level) / 2])
