"""Intervals of two shares over the same trials: of their difference, and of their ratio."""

import math
from collections.abc import Callable

from scipy import optimize

from bakeoff.server.statistics.proportions import normal_quantile
from bakeoff.server.types import Interval

_FARTHEST_LOG_RATIO = 40.0


def paired_difference(first_only: int, second_only: int, n: int, level: float) -> Interval:
    """Return the interval of the difference of two shares over the same n trials.

    `first_only` trials were successes of the first alone, `second_only` of the second alone; the
    difference is first minus second. All differences d that `difference_score` puts at most z
    from 0. Source: Tango, Equivalence test and confidence interval for the difference in
    proportions for the paired-sample design, Statistics in Medicine 17, 1998, equations 24 to 26.
    At d = 0 it is McNemar's test without continuity correction.
    """
    _check_difference(first_only, second_only, n)
    z = normal_quantile(level)

    def excess(difference: float) -> float:
        """How far the score lies above the quantile: |score| - z, times the standard error."""
        shift, error = _difference_terms(first_only, second_only, n, difference)
        return abs(shift) - z * error

    observed = (first_only - second_only) / n
    return Interval(
        lower=_crossing(excess, observed, -1.0),
        upper=_crossing(excess, observed, 1.0),
        level=level,
        method="tango-score",
    )


def difference_score(first_only: int, second_only: int, n: int, difference: float) -> float:
    """Return how many standard errors the observed difference lies above a supposed one.

        (first_only - second_only - n d) / sqrt(n (2 q + d (1 - d)))

    with q the likeliest probability of second-only given d: Tango, 1998, equation 18. Positive or
    negative infinity, or 0, where the supposed difference leaves nothing to chance.
    """
    _check_difference(first_only, second_only, n)
    return _quotient(*_difference_terms(first_only, second_only, n, difference))


def paired_ratio(first_only: int, second_only: int, both: int, n: int, level: float) -> Interval:
    """Return the interval of the ratio of two shares over the same n trials, first over second.

    `first_only` trials were successes of the first alone, `second_only` of the second alone,
    `both` of both; such as errors. All ratios that `ratio_score` puts at most z from 0. Trials
    that were successes of neither tell nothing of a ratio, so that n does not move it. There is
    no upper bound where the second had no success, and the lower one is 0 where the first had
    none. Source: Tang, Tang and Chan, On tests of equivalence via non-unity relative risk for
    matched-pair design, Statistics in Medicine 22, 2003.
    """
    _check_ratio(first_only, second_only, both, n)
    z = normal_quantile(level)
    first, second = first_only + both, second_only + both

    def excess(logarithm: float) -> float:
        shift, error = _ratio_terms(first_only, second_only, both, math.exp(logarithm))
        return abs(shift) - z * error

    if first and second:
        observed = math.log(first / second)
    else:
        # Any ratio on the side of the observed one is inside: 0 or infinity.
        observed = _FARTHEST_LOG_RATIO if first else -_FARTHEST_LOG_RATIO
    return Interval(
        lower=math.exp(_crossing(excess, observed, -_FARTHEST_LOG_RATIO)) if first else 0.0,
        upper=math.exp(_crossing(excess, observed, _FARTHEST_LOG_RATIO)) if second else None,
        level=level,
        method="paired-ratio-score",
    )


def ratio_score(first_only: int, second_only: int, both: int, n: int, ratio: float) -> float:
    """Return how many standard errors the observed ratio lies above a supposed one, above 0.

        (first - r second) / sqrt(r n (p + q))

    with `first` and `second` the successes of each, and p and q the likeliest probabilities of
    first-only and second-only given the ratio r. Source: as for `paired_ratio`; Nam and
    Blackwelder, Analysis of the ratio of marginal probabilities in a matched-pair setting,
    Statistics in Medicine 21, 2002, for the likeliest probabilities.
    """
    _check_ratio(first_only, second_only, both, n)
    if not (ratio > 0 and math.isfinite(ratio)):
        message = f"ratio must be above 0 and finite; got {ratio}"
        raise ValueError(message)
    return _quotient(*_ratio_terms(first_only, second_only, both, ratio))


def _difference_terms(
    first_only: int, second_only: int, n: int, difference: float
) -> tuple[float, float]:
    """Return how far the counts lie above a supposed difference, and the standard error.

    The likeliest probability of second-only is the larger root q of
    2n q^2 + (d (2n - f + s) - f - s) q - s d (1 - d) = 0, with f first-only, s second-only and d
    the difference.
    """
    linear = difference * (2 * n - first_only + second_only) - first_only - second_only
    constant = -second_only * difference * (1 - difference)
    root = math.sqrt(max(linear**2 - 8 * n * constant, 0.0))
    rare = (root - linear) / (4 * n)
    variance = n * (2 * rare + difference * (1 - difference))
    return first_only - second_only - n * difference, math.sqrt(max(variance, 0.0))


def _ratio_terms(first_only: int, second_only: int, both: int, ratio: float) -> tuple[float, float]:
    """Return how far the counts lie above a supposed ratio, and the standard error.

    With m trials of any success, the likeliest count of second-only is the larger root q of
    (1 + r) q^2 + (r^2 (both + s) - (both + f + 2 s)) q + s (1 - r) m = 0, and that of first-only
    is ((r - 1) m + q) / r.
    """
    some = first_only + second_only + both
    quadratic = 1 + ratio
    linear = ratio**2 * (both + second_only) - (both + first_only + 2 * second_only)
    constant = second_only * (1 - ratio) * some
    root = math.sqrt(max(linear**2 - 4 * quadratic * constant, 0.0))
    # Of the two forms of the larger root, the one that subtracts nothing from its like.
    rare = (root - linear) / (2 * quadratic) if linear <= 0 else _safe(-2 * constant, linear + root)
    other = ((ratio - 1) * some + rare) / ratio
    shift = first_only + both - ratio * (second_only + both)
    return shift, math.sqrt(max(ratio * (rare + other), 0.0))


def _safe(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 0.0


def _quotient(shift: float, error: float) -> float:
    if error > 0:
        return shift / error
    return math.copysign(math.inf, shift) if shift else 0.0


def _crossing(excess: Callable[[float], float], observed: float, edge: float) -> float:
    """Return where the excess turns positive between the observed place and an edge."""
    # At the observed place itself the excess may be 0; next to it, it is negative.
    inside = observed + (edge - observed) * 1e-9
    if inside == edge or excess(edge) <= 0:
        return edge
    return float(optimize.brentq(excess, inside, edge, xtol=1e-13))


def _check_difference(first_only: int, second_only: int, n: int) -> None:
    if n < 1 or first_only < 0 or second_only < 0 or first_only + second_only > n:
        message = (
            "first_only and second_only must be 0 or more and together at most n; "
            f"got {first_only} and {second_only} of {n}"
        )
        raise ValueError(message)


def _check_ratio(first_only: int, second_only: int, both: int, n: int) -> None:
    counts = (first_only, second_only, both)
    if n < 1 or min(counts) < 0 or sum(counts) > n:
        message = (
            "first_only, second_only and both must be 0 or more and together at most n; "
            f"got {first_only}, {second_only} and {both} of {n}"
        )
        raise ValueError(message)
