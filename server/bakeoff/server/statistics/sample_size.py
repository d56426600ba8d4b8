"""How many more examples would decide."""

import math

from bakeoff.server.statistics.proportions import normal_quantile


def more_examples_needed(
    difference: float,
    deviation: float,
    example_count: int,
    *,
    level: float,
    margin: float,
    family_size: int = 1,
) -> int | None:
    """Return about how many more examples would decide, if the difference stays as it is.

    With N examples the interval is difference -+ z deviation / sqrt(N): the normal approximation.
    It decides when it leaves out 0, N >= (z deviation / difference)^2, with z for the level that
    Holm's correction asks of the first of `family_size` comparisons; or when it lies within the
    margin, N >= (z deviation / (margin - |difference|))^2; whichever comes first. Where no example
    differs, when the interval of a share of none does: N >= z^2 (1 / margin - 1).
    For accuracy, with b and c discordant of n, deviation^2 = (b + c) / n - ((b - c) / n)^2.
    At least 1; None when no number would do. Source: Connor, Sample size for testing differences
    in proportions for the paired-sample design, Biometrics 43, 1987, at a power of one half.
    """
    z = normal_quantile(level)
    z_of_family = normal_quantile(1 - (1 - level) / family_size)
    size = abs(difference)
    needed: list[float] = []
    if deviation == 0 and size == 0 and margin > 0:
        needed.append(z**2 * (1 / margin - 1))
    if deviation > 0 and size > 0:
        needed.append((z_of_family * deviation / size) ** 2)
    if deviation > 0 and size < margin:
        needed.append((z * deviation / (margin - size)) ** 2)
    if not needed:
        return None
    return max(math.ceil(min(needed)) - example_count, 1)


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
