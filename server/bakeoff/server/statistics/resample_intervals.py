"""Intervals from what a statistic came to over resamples.

All drop resamples on which the statistic is not defined, and give no interval when these are more
than a tenth, or when all resamples came to the same: then resampling says nothing.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from bakeoff.server.types import Interval

_LEAST_DEFINED_SHARE = 0.9
_ROUNDING = 1e-12


def percentile(drawn: npt.NDArray[np.float64], level: float) -> Interval | None:
    """Return the middle part of the resamples, [b], that holds `level` of them.

    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
    """
    usable = _moving(drawn)
    if usable is None:
        return None
    lower, upper = np.quantile(usable, _tails(level))
    return Interval(float(lower), float(upper), level, "percentile-bootstrap")


def basic(drawn: npt.NDArray[np.float64], value: float, level: float) -> Interval | None:
    """Return the percentile interval mirrored at the value: 2 value - upper, 2 value - lower.

    For a statistic that grows under resampling: what resampling adds is taken off again, so that
    the interval may lie below the value. Source: Davison and Hinkley, Bootstrap methods and their
    application, 1997, equation 5.6.
    """
    middle = percentile(drawn, level)
    if middle is None or middle.lower is None or middle.upper is None:
        return None
    return Interval(2 * value - middle.upper, 2 * value - middle.lower, level, "basic-bootstrap")


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
