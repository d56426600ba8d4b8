"""Interval of a score between two bounds, such as an area under a curve."""

import math
from dataclasses import dataclass, replace

from bakeoff.server.statistics.proportions import (
    known_share_interval,
    normal_quantile,
    share_interval,
)
from bakeoff.server.statistics.spread import Spread
from bakeoff.server.types import Interval

_KIND = "jackknife"
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class KnownShare:
    """A score as a share of its range, known as well as from `trials` independent trials."""

    share: float
    trials: float

    @property
    def rarer(self) -> float:
        """How many trials came out the rarer way."""
        return min(self.share, 1 - self.share) * self.trials


def known_share(
    value: float, spread: Spread, level: float, bounds: tuple[float, float]
) -> KnownShare | None:
    """Return how well a score within its bounds is known; None at a bound itself.

    With p the score as a share of its range, v its variance in that unit, z and t the quantiles of
    (1 + level) / 2 of the normal and of Student's t with the degrees of v, it is known as well as
    from p (1 - p) / v (z / t)^2 independent trials.
    """
    lowest, highest = bounds
    share = (value - lowest) / (highest - lowest)
    if not 0 < share < 1:
        return None
    variance = spread.variance / (highest - lowest) ** 2
    shrink = (normal_quantile(level) / spread.deviations(level)) ** 2
    return KnownShare(share, share * (1 - share) / variance * shrink)


def bounded_interval(known: KnownShare, level: float, bounds: tuple[float, float]) -> Interval:
    """Return Wilson's interval of so many trials, or Clopper and Pearson's where few were rare.

    It cannot leave the bounds, and beside them is as wide as that of a share. Source of the form:
    Korn and Graubard, Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data, Survey Methodology 24, 1998, who count trials so for a share
    in clusters; here the spread may be that of any score.
    """
    return _stretched(known_share_interval(known.share, known.trials, level, _KIND), bounds)


def extreme_interval(
    value: float, trials: int, level: float, bounds: tuple[float, float]
) -> Interval | None:
    """Return the interval of a score at one of its bounds; None for any other.

    That of a share of so many trials that all came out alike: nothing that was seen tells more.
    """
    for bound, successes in zip(bounds, (0, trials), strict=True):
        if math.isclose(value, bound, rel_tol=_ROUNDING, abs_tol=_ROUNDING):
            return _stretched(share_interval(successes, trials, level), bounds)
    return None


def _stretched(found: Interval, bounds: tuple[float, float]) -> Interval:
    """Return the interval of a share stretched from 0 and 1 to the bounds."""
    lowest, highest = bounds
    return replace(
        found,
        lower=lowest + (highest - lowest) * (found.lower or 0.0),
        upper=lowest + (highest - lowest) * (found.upper or 0.0),
    )
