"""Intervals of means over rounds, and how wide an interval is."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from bakeoff.server.types import Interval

_FEWEST_VALUES = 2


def mean_interval(
    amounts: Sequence[float], sizes: Sequence[float], level: float
) -> Interval | None:
    """Return Student's t interval of all amounts over all sizes; None with fewer than two rounds.

    Such as samples over seconds of each round. A round counts by its size: one of a single query
    tells next to nothing. With rounds of one size it is the interval of the mean over them. Rounds
    stand for the drift of a machine: queries within one depend on each other, rounds much less.
    Amounts are 0 or more, sizes above 0, and bounds 0 or more. Source: Cochran, Sampling
    Techniques, 1977, section 6.3, for the variance of a ratio.
    """
    count = len(sizes)
    if count < _FEWEST_VALUES:
        return None
    given, weights = np.asarray(amounts, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    mean = float(given.sum() / weights.sum())
    residuals = given - mean * weights
    error = math.sqrt(count / (count - 1) * float(residuals @ residuals)) / float(weights.sum())
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return Interval(max(mean - reach, 0.0), mean + reach, level, "student-t")


def relative_half_width(value: float, interval: Interval | None) -> float:
    """Return half the width of an interval over its value: what a statistical stop looks at.

    Infinite where there is no interval, a side has no bound, or the value is not above 0.
    """
    if interval is None or interval.lower is None or interval.upper is None or value <= 0:
        return math.inf
    return (interval.upper - interval.lower) / 2 / value
