"""What is told from one amount a round."""

from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.server.statistics import mean_interval
from bakeoff.server.types import Interval


@dataclass(frozen=True, slots=True)
class MeanOverRounds:
    """A mean and where the true mean may lie; None where one round does not tell."""

    value: float
    interval: Interval | None


def mean_over_rounds(
    amounts: Sequence[float], sizes: Sequence[float], level: float
) -> MeanOverRounds:
    """All amounts over all sizes, where rounds may be of any size, with Student's t interval."""
    return MeanOverRounds(sum(amounts) / sum(sizes), mean_interval(amounts, sizes, level))
