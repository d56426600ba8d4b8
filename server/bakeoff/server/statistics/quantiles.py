"""Quantiles as observed values, with intervals that assume no distribution."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import stats

from bakeoff.server.types import Interval

_ROUNDING = 1e-12


def nearest_rank(count: int, p: float) -> int:
    """Return the rank, from 1, of the observation that is the p-quantile of `count`.

    The smallest rank r with r / count >= p: at least a share p of the observations is at or below
    it. Source: Hyndman and Fan, Sample quantiles in statistical packages, The American
    Statistician 50, 1996, definition 1.
    """
    _check(p, "p")
    if count < 1:
        message = f"count must be at least 1; got {count}"
        raise ValueError(message)
    # A product that is a rounding above a whole number must not skip a rank.
    return max(math.ceil(p * count * (1 - _ROUNDING)), 1)


def quantile(sorted_values: Sequence[float] | npt.NDArray[np.generic], p: float) -> float:
    """Return the p-quantile of ascending values: one of them, by nearest rank."""
    return float(sorted_values[nearest_rank(len(sorted_values), p) - 1])


def min_count_for_quantile(p: float, level: float = 0.95) -> int:
    """Return the smallest n of which the largest lies above the p-quantile, sure to `level`.

    The smallest n with 1 - p^n >= level: for 0.95, p90 needs 29, p95 59, p99 299, p99.9 2,995.
    Below it no observation bounds the quantile from above, and it is not reported.
    Source: Wilks, Determination of sample sizes for setting tolerance limits, Annals of
    Mathematical Statistics 12, 1941.
    """
    _check(p, "p")
    _check(level, "level")
    n = max(math.ceil(math.log1p(-level) / math.log(p)) - 1, 1)
    while 1 - p**n < level:
        n += 1
    return n


def order_statistic_interval(
    sorted_values: Sequence[float] | npt.NDArray[np.generic], p: float, level: float = 0.95
) -> Interval | None:
    """Return two observations between which the true p-quantile lies, sure to `level`.

    `sorted_values` ascend. None with fewer than `min_count_for_quantile(p, level)`. The number of
    observations below the quantile is binomial(n, p): the upper bound is the smallest
    observation that errs with probability (1 - level) / 2 at most, or else the largest; the lower
    bound takes what is left, and is absent when no observation is that low. Source: David and
    Nagaraja, Order statistics, 2003, section 7.1.
    """
    count = len(sorted_values)
    if count < min_count_for_quantile(p, level):
        return None
    ranks = _ranks(count, p, level)
    return Interval(
        lower=float(sorted_values[ranks.lower - 1]) if ranks.lower > 0 else None,
        upper=float(sorted_values[ranks.upper - 1]),
        level=level,
        method="order-statistic",
    )


@dataclass(frozen=True, slots=True)
class BoundingShares:
    """Shares of observations at or below the bounds of a quantile; None where there is none."""

    lower: float | None
    upper: float | None


def bounding_shares(count: float, p: float, level: float) -> BoundingShares:
    """Return where the bounds of the p-quantile lie among observations worth `count` fair ones.

    The ranks of the order-statistic interval of that many, rounded down, over their number. With
    fewer than `min_count_for_quantile(p, level)` nothing bounds the quantile from above, and the
    lower bound errs with probability (1 - level) / 2.
    Source: Korn and Graubard, Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data, Survey Methodology 24, 1998, for an effective
    count in an exact interval.
    """
    whole = math.floor(count * (1 + _ROUNDING))
    if whole >= min_count_for_quantile(p, level):
        ranks = _ranks(whole, p, level)
        return BoundingShares(ranks.lower / whole or None, ranks.upper / whole)
    lower = max(int(stats.binom.ppf((1 - level) / 2, whole, p)), 0) if whole else 0
    return BoundingShares(lower / whole if lower else None, None)


@dataclass(frozen=True, slots=True)
class _Ranks:
    """Ranks of the bounds, from 1; a lower one of 0 is that of no observation."""

    lower: int
    upper: int


@lru_cache(maxsize=1024)
def _ranks(count: int, p: float, level: float) -> _Ranks:
    allowed = 1 - level
    below = stats.binom(count, p)
    # Rank r is below the quantile with probability P(B >= r).
    upper = min(int(below.ppf(1 - allowed / 2)) + 1, count)
    spent = float(below.sf(upper - 1))
    # Rank r is above the quantile with probability P(B < r).
    # Where nothing is left, SciPy's quantile lies below 0.
    return _Ranks(lower=max(int(below.ppf(max(allowed - spent, 0.0))), 0), upper=upper)


def _check(share: float, name: str) -> None:
    if not 0 < share < 1:
        message = f"{name} must be between 0 and 1; got {share}"
        raise ValueError(message)
