"""Straight lines through readings over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from bakeoff.server.types import Interval

_FEWEST_POINTS = 3
_MOST_POINTS = 500
"""Pairs of points are what the slope is the median of: 125,000 of them."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line y = intercept + slope x, with the interval of the slope."""

    slope: float
    intercept: float
    interval: Interval


def theil_sen(
    x: Sequence[float] | npt.NDArray[np.float64],
    y: Sequence[float] | npt.NDArray[np.float64],
    level: float,
) -> Trend | None:
    """Return the line whose slope is the median of those between all pairs of points.

    `x` ascend. None with fewer than three points or where all x are the same.
    Source: Sen, Estimates of the regression coefficient based on Kendall's tau, Journal of the
    American Statistical Association 63, 1968, for the slope and its interval.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(xs) != len(ys):
        message = f"x and y must be of one length; got {len(xs)} and {len(ys)}"
        raise ValueError(message)
    if len(xs) < _FEWEST_POINTS or xs.min() == xs.max():
        return None
    if len(xs) > _MOST_POINTS:
        xs, ys = _thinned(xs), _thinned(ys)
    found = stats.theilslopes(ys, xs, alpha=level)
    interval = Interval(float(found.low_slope), float(found.high_slope), level, "theil-sen")
    return Trend(float(found.slope), float(found.intercept), interval)


def _thinned(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the medians of successive points, 500 of them."""
    return np.asarray([np.median(part) for part in np.array_split(values, _MOST_POINTS)])
