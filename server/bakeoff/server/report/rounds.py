"""What is told from one value a round."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from bakeoff.server.statistics import mean_interval
from bakeoff.server.types import Interval

_FEWEST_ROUNDS_FOR_INTERVAL = 2


@dataclass(frozen=True, slots=True)
class MeanOverRounds:
    """A mean and where the true mean may lie; None where one round does not tell."""

    value: float
    interval: Interval | None


def mean_over_rounds(values: Sequence[float], level: float) -> MeanOverRounds:
    """Mean of one value a round, none below 0, with Student's t interval over the rounds."""
    return MeanOverRounds(statistics.fmean(values), mean_interval(values, level))


def ratio_over_rounds(
    amounts: Sequence[float], sizes: Sequence[float], level: float
) -> MeanOverRounds:
    """All amounts over all sizes, where rounds may be of any size, with Student's t interval.

    A round counts by its size: one of a single query tells next to nothing. With rounds of one size
    it is the mean over them. Source: Cochran, Sampling Techniques, 1977, section 6.3, for the
    variance of a ratio.
    """
    whole = sum(sizes)
    ratio = sum(amounts) / whole
    count = len(sizes)
    if count < _FEWEST_ROUNDS_FOR_INTERVAL:
        return MeanOverRounds(ratio, None)
    residuals = np.asarray(amounts) - ratio * np.asarray(sizes)
    error = math.sqrt(count / (count - 1) * float(residuals @ residuals)) / whole
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    bounds = Interval(max(ratio - reach, 0.0), ratio + reach, level, "student-t")
    return MeanOverRounds(ratio, bounds)
