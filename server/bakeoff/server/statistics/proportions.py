"""Intervals of shares: of one, and of the difference of two paired ones."""

import math
from collections.abc import Callable

from scipy import optimize
from scipy.special import ndtri

from bakeoff.server.types import Interval


def wilson(successes: int, n: int, level: float) -> Interval:
    """Return the interval of a share of n independent trials, n at least 1.

    With p = successes / n and z the normal quantile of (1 + level) / 2:

        (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    Source: Wilson, Probable inference, the law of succession, and statistical inference, Journal
    of the American Statistical Association 22, 1927; no continuity correction.
    """
    if n < 1 or not 0 <= successes <= n:
        message = f"successes must be from 0 to n, and n at least 1; got {successes} of {n}"
        raise ValueError(message)
    return wilson_of_share(successes / n, n, level, method="wilson")


def wilson_of_share(share: float, n: float, level: float, method: str) -> Interval:
    """Return the interval of a share that is known as well as from n independent trials, n above 0.

    As `wilson`, and n need not be whole.
    """
    z = normal_quantile(level)
    centre = share + z**2 / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return Interval(
        # Rounding would leave a hair between the bound and 0 or 1.
        lower=0.0 if share == 0 else (centre - reach) / scale,
        upper=1.0 if share == 1 else (centre + reach) / scale,
        level=level,
        method=method,
    )


def paired_difference(first_only: int, second_only: int, n: int, level: float) -> Interval:
    """Return the interval of the difference of two shares over the same n trials.

    `first_only` trials were successes of the first alone, `second_only` of the second alone; the
    difference is first minus second. All differences d that the score test does not reject:

        |first_only - second_only - n d| <= z sqrt(n (2 q + d (1 - d)))

    with q the likeliest probability of second-only given d. Source: Tango, Equivalence test and
    confidence interval for the difference in proportions for the paired-sample design, Statistics
    in Medicine 17, 1998, equations 24 to 26. At d = 0 it is McNemar's test without continuity
    correction.
    """
    discordant = first_only + second_only
    if n < 1 or first_only < 0 or second_only < 0 or discordant > n:
        message = (
            "first_only and second_only must be 0 or more and together at most n; "
            f"got {first_only} and {second_only} of {n}"
        )
        raise ValueError(message)
    z = normal_quantile(level)

    def excess(difference: float) -> float:
        """How far the score lies above the quantile: |score| - z, times the standard error."""
        rare = _likeliest_second_only(first_only, second_only, n, difference)
        variance = n * (2 * rare + difference * (1 - difference))
        shift = first_only - second_only - n * difference
        return abs(shift) - z * math.sqrt(max(variance, 0.0))

    observed = (first_only - second_only) / n
    return Interval(
        lower=_crossing(excess, observed, -1.0),
        upper=_crossing(excess, observed, 1.0),
        level=level,
        method="tango-score",
    )


def normal_quantile(level: float) -> float:
    """Return how many standard deviations to either side hold that share of a normal."""
    if not 0 < level < 1:
        message = f"level must be between 0 and 1; got {level}"
        raise ValueError(message)
    return float(ndtri((1 + level) / 2))


def _likeliest_second_only(first_only: int, second_only: int, n: int, difference: float) -> float:
    """Likeliest probability of second-only when the true difference is given.

    The larger root q of 2n q^2 + (d (2n - f + s) - f - s) q - s d (1 - d) = 0, with f first-only,
    s second-only and d the difference.
    """
    linear = difference * (2 * n - first_only + second_only) - first_only - second_only
    constant = -second_only * difference * (1 - difference)
    root = math.sqrt(max(linear**2 - 8 * n * constant, 0.0))
    return (root - linear) / (4 * n)


def _crossing(excess: Callable[[float], float], observed: float, edge: float) -> float:
    """Return where the excess turns positive between the observed difference and an edge."""
    # At the observed difference itself the excess may be 0; next to it, it is negative.
    inside = observed + (edge - observed) * 1e-9
    if inside == edge or excess(edge) <= 0:
        return edge
    return float(optimize.brentq(excess, inside, edge, xtol=1e-13))
