"""What is told from one value a round."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.server.statistics import mean_interval
from bakeoff.server.types import Interval


@dataclass(frozen=True, slots=True)
class MeanOverRounds:
    """A mean and where the true mean may lie; None where one round does not tell."""

    value: float
    interval: Interval | None


def mean_over_rounds(values: Sequence[float], level: float) -> MeanOverRounds:
    """Mean of one value a round, none below 0, with Student's t interval over the rounds."""
    return MeanOverRounds(statistics.fmean(values), mean_interval(values, level))
