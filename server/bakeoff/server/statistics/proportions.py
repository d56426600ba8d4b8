"""Intervals of a share of independent trials."""

import math

from scipy.special import betaincinv, ndtri

from bakeoff.server.types import Interval

_FEW = 5


def wilson(successes: int, n: int, level: float) -> Interval:
    """Return the interval of a share of n independent trials, n at least 1.

    With p = successes / n and z the normal quantile of (1 + level) / 2:

        (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    Source: Wilson, Probable inference, the law of succession, and statistical inference, Journal
    of the American Statistical Association 22, 1927; no continuity correction.
    """
    _check(successes, n)
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


def clopper_pearson(successes: int, n: int, level: float) -> Interval:
    """Return the exact interval of a share of n independent trials, n at least 1.

    Each bound is the share at which as many successes as these, or more extreme ones, have
    probability (1 - level) / 2: a quantile of the beta distribution. It holds the true share at
    least as often as it says, and is wider than `wilson`. Source: Clopper and Pearson, The use of
    confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26, 1934.
    """
    _check(successes, n)
    return clopper_pearson_of_share(successes / n, n, level, method="clopper-pearson")


def clopper_pearson_of_share(share: float, n: float, level: float, method: str) -> Interval:
    """Return the interval of a share that is known as well as from n independent trials, n above 0.

    As `clopper_pearson`, and neither n nor share times n need be whole. Source: Korn and Graubard,
    Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data, Survey Methodology 24, 1998.
    """
    normal_quantile(level)
    tail = (1 - level) / 2
    ones, zeros = share * n, (1 - share) * n
    return Interval(
        lower=float(betaincinv(ones, zeros + 1, tail)) if share > 0 else 0.0,
        upper=float(betaincinv(ones + 1, zeros, 1 - tail)) if share < 1 else 1.0,
        level=level,
        method=method,
    )


def share_interval(successes: int, n: int, level: float) -> Interval:
    """Return the interval of a share of n independent trials that holds near 0 and 1 too.

    `wilson`, but `clopper_pearson` where fewer than five trials came out the rarer way: there
    Wilson's, with 95 % asked, holds the true share in no more than 84 % at worst. This one holds
    it in 92 % at least.
    """
    _check(successes, n)
    is_rare = min(successes, n - successes) < _FEW
    return (clopper_pearson if is_rare else wilson)(successes, n, level)


def known_share_interval(share: float, n: float, level: float, kind: str) -> Interval:
    """Return the interval of a share that is known as well as from n independent trials, n above 0.

    By the rule of `share_interval`; the method begins with the kind, such as `cluster`.
    """
    is_rare = min(share, 1 - share) * n < _FEW
    if is_rare:
        return clopper_pearson_of_share(share, n, level, f"{kind}-clopper-pearson")
    return wilson_of_share(share, n, level, f"{kind}-wilson")


def normal_quantile(level: float) -> float:
    """Return how many standard deviations to either side hold that share of a normal."""
    if not 0 < level < 1:
        message = f"level must be between 0 and 1; got {level}"
        raise ValueError(message)
    return float(ndtri((1 + level) / 2))


def _check(successes: int, n: int) -> None:
    if n < 1 or not 0 <= successes <= n:
        message = f"successes must be from 0 to n, and n at least 1; got {successes} of {n}"
        raise ValueError(message)
