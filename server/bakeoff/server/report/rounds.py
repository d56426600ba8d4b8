"""What is told from one value a round."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from bakeoff.server.types import Interval

_FEWEST_ROUNDS_FOR_INTERVAL = 2


@dataclass(frozen=True, slots=True)
class MeanOverRounds:
    """A mean and where the true mean may lie; None where one round does not tell."""

    value: float
    interval: Interval | None


def mean_over_rounds(values: Sequence[float], level: float) -> MeanOverRounds:
    """Mean of at least one value a round, with Student's t interval over the rounds.

    Rounds stand for the drift of a machine: queries within one depend on each other, rounds much
    less. No value is below 0, and so is no bound.
    """
    mean = statistics.fmean(values)
    count = len(values)
    if count < _FEWEST_ROUNDS_FOR_INTERVAL:
        return MeanOverRounds(mean, None)
    error = statistics.stdev(values) / math.sqrt(count)
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return MeanOverRounds(mean, Interval(max(0.0, mean - reach), mean + reach, level, "student-t"))
