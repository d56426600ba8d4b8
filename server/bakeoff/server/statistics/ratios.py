"""Ratios from paired measurements."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from bakeoff.server.types import Interval

_FEWEST_RATIOS = 2


def paired_ratio_interval(ratios: Sequence[float], level: float) -> Interval | None:
    """Return the interval of the true ratio, or None with fewer than two ratios.

    Each ratio, above 0, comes from one pair. Their logarithms are taken to be normal: the
    interval is Student's t around their mean, brought back by exp; it is around the geometric
    mean. Source: Fleming and Wallace, How not to lie with statistics: the correct way to
    summarize benchmark results, Communications of the ACM 29, 1986, for the mean of ratios.
    """
    if any(not (ratio > 0 and math.isfinite(ratio)) for ratio in ratios):
        message = f"ratios must be finite and above 0; got {list(ratios)}"
        raise ValueError(message)
    count = len(ratios)
    if count < _FEWEST_RATIOS:
        return None
    logarithms = np.log(np.asarray(ratios, dtype=np.float64))
    error = float(logarithms.std(ddof=1)) / math.sqrt(count)
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    centre = float(logarithms.mean())
    return Interval(math.exp(centre - reach), math.exp(centre + reach), level, "t-of-log-ratios")
