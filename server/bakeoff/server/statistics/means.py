"""Intervals of means over rounds, and how wide an interval is."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from bakeoff.server.types import Interval

_FEWEST_VALUES = 2


def mean_interval(values: Sequence[float], level: float) -> Interval | None:
    """Return Student's t interval of the mean of one value a round; None with fewer than two.

    Such as samples per second of each round. Rounds stand for the drift of a machine: queries
    within one depend on each other, rounds much less. Values are 0 or more, and so are bounds.
    """
    count = len(values)
    if count < _FEWEST_VALUES:
        return None
    given = np.asarray(values, dtype=np.float64)
    error = float(given.std(ddof=1)) / math.sqrt(count)
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    mean = float(given.mean())
    return Interval(max(mean - reach, 0.0), mean + reach, level, "student-t")


def relative_half_width(value: float, interval: Interval | None) -> float:
    """Return half the width of an interval over its value: what a statistical stop looks at.

    Infinite where there is no interval, a side has no bound, or the value is not above 0.
    """
    if interval is None or interval.lower is None or interval.upper is None or value <= 0:
        return math.inf
    return (interval.upper - interval.lower) / 2 / value
