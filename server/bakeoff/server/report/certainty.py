"""How certainty is stated in a report, with defaults where the spec leaves it open."""

import math
from dataclasses import dataclass

from bakeoff.v1 import StatisticsSettings

_DEFAULT_LEVEL = 0.95
_DEFAULT_RESAMPLE_COUNT = 2000
_DEFAULT_MARGIN = 0.005
_MOST_RESAMPLES = 100_000


@dataclass(frozen=True, slots=True)
class Certainty:
    """Level of intervals, bootstrap resamples, seed, and margin of equivalence."""

    level: float
    resample_count: int
    seed: int
    margin: float

    def resample_count_for(self, family_size: int) -> int:
        """Resamples for each comparison of a family, more than asked for where it is large.

        A p-value from B resamples is 1 / (B + 1) at least. Holm's method multiplies the smallest by
        the size of the family; what is left must be able to fall to half of 1 - level.
        """
        needed = math.ceil(2 * family_size / (1 - self.level))
        return min(max(self.resample_count, needed), _MOST_RESAMPLES)


def certainty(settings: StatisticsSettings) -> Certainty:
    """Settings of a spec; 0 means the default."""
    return Certainty(
        level=settings.confidence_level or _DEFAULT_LEVEL,
        resample_count=settings.resample_count or _DEFAULT_RESAMPLE_COUNT,
        seed=settings.seed,
        margin=settings.equivalence_margin or _DEFAULT_MARGIN,
    )
