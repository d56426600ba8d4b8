"""How many more examples would decide."""

import math

from scipy.special import ndtri

from bakeoff.server.statistics.proportions import normal_quantile
from bakeoff.server.types import Interval


def more_examples_needed(
    difference: float,
    deviation: float,
    example_count: int,
    *,
    level: float,
    margin: float,
    family_size: int = 1,
    interval: Interval | None = None,
    p_value: float | None = None,
) -> int | None:
    """Return about how many more examples would decide, if the difference stays as it is.

    Whichever comes first of two: the test tells the difference from 0, or the interval lies within
    the margin.

    With N examples the normal interval is difference -+ z deviation / sqrt(N). It leaves out 0 when
    N >= (z deviation / difference)^2, with z for the level that Holm's correction asks of the first
    of `family_size` comparisons. The test with its uncorrected `p_value` asks for no fewer than
    N >= n (z / z_p)^2, where z_p passes with that p-value: a deviate grows with the root of N.
    Each arm of the `interval` shrinks with that root: it lies within the margin when
    N >= n (arm / room)^2 for both, room being the way from the difference to the margin. Without an
    interval that is bounded on both sides, N >= (z deviation / (margin - |difference|))^2. Where no
    example differs, when the interval of a share of none does: N >= z^2 (1 / margin - 1).
    For accuracy, with b and c discordant of n, deviation^2 = (b + c) / n - ((b - c) / n)^2.
    At least 1; None when no number would do. Source: Connor, Sample size for testing differences
    in proportions for the paired-sample design, Biometrics 43, 1987, at a power of one half.
    """
    z = normal_quantile(level)
    size = abs(difference)
    needed: list[float] = []
    if deviation == 0 and size == 0 and margin > 0:
        needed.append(z**2 * (1 / margin - 1))
    if deviation > 0 and size > 0:
        z_of_family = normal_quantile(1 - (1 - level) / family_size)
        by_test = 0.0 if p_value is None else times_for_p_value(p_value, z_of_family)
        needed.append(max((z_of_family * deviation / size) ** 2, example_count * by_test))
    if deviation > 0 and size < margin:
        of_arms = None if interval is None else _times_to_lie_within(difference, interval, margin)
        by_deviation = (z * deviation / (margin - size)) ** 2
        needed.append(by_deviation if of_arms is None else example_count * of_arms)
    fewest = min(needed, default=math.inf)
    return None if math.isinf(fewest) else max(math.ceil(fewest) - example_count, 1)


def times_for_p_value(p_value: float, z: float) -> float:
    """Return how many times the examples a test takes until its deviate is z, if all stays.

    The normal deviate of a two-sided p-value grows with the root of the number of examples.
    Infinite where there is nothing to grow.
    """
    found = -float(ndtri(p_value / 2))
    return (z / found) ** 2 if found > 0 else math.inf


def _times_to_lie_within(difference: float, interval: Interval, margin: float) -> float | None:
    """How many times the examples until both arms end within the margin; None without an end."""
    if interval.lower is None or interval.upper is None:
        return None
    below = (difference - interval.lower) / (margin + difference)
    above = (interval.upper - difference) / (margin - difference)
    return max(below, above, 0.0) ** 2


def examples_for_bound(
    estimate: float, deviation: float, example_count: int, bound: float, *, level: float
) -> int | None:
    """Return about how many more examples would tell an estimate from a bound, if it stays.

    With N examples the interval is estimate -+ z deviation / sqrt(N), the normal approximation;
    it leaves the bound out when N >= (z deviation / (estimate - bound))^2. `deviation` is what one
    example adds: the standard error times the root of the number of examples. A ratio is asked in
    logarithms: of estimate, bound and deviation.
    At least 1; None where the estimate lies on the bound, or nothing deviates.
    """
    distance = abs(estimate - bound)
    if distance == 0 or not deviation > 0:
        return None
    needed = (normal_quantile(level) * deviation / distance) ** 2
    return max(math.ceil(needed) - example_count, 1)


def examples_for_share(successes: int, n: int, bound: float, *, level: float) -> int | None:
    """Return how many more examples would tell a share from a bound, 0 to 1, if it stays.

    The score test of which `wilson` is the interval rejects the bound b when
    N >= z^2 b (1 - b) / (share - b)^2. At least 1; None where the share is the bound.
    """
    distance = abs(successes / n - bound)
    if distance == 0:
        return None
    needed = normal_quantile(level) ** 2 * bound * (1 - bound) / distance**2
    return max(math.ceil(needed) - n, 1)
