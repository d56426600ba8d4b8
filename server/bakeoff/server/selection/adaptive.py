"""Whether a candidate is surely out, told from a random part of what is to be measured.

A look sees the first examples of a set in a random order. What the full measurement would find is
fixed by the set; chance lies in the order alone, and that is drawn from a seed. So each test here
is of the whole set, by sampling without replacement: a candidate is out only when the full
measurement itself would say so, but for a stated chance. Source of the finite population: Cochran,
Sampling Techniques, 3rd edition, 1977, chapters 2 and 3.

The stated rate is spent evenly on looks, and at each look on the tests that could take out one and
the same candidate: against every rival, and on every bound. By Bonferroni's inequality the sum
holds however looks and tests depend on each other. Source of spending: Lan and DeMets, Discrete
sequential boundaries for clinical trials, Biometrika 70, 1983.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import ndtri

from bakeoff.server.selection.expression import Constraint
from bakeoff.server.statistics import share_interval
from bakeoff.server.types import Direction, Figure

Numbers: TypeAlias = float | npt.NDArray[np.float64]
"""One number, or one for each repetition of a simulation."""

Answers: TypeAlias = npt.NDArray[np.bool_]

_FIRST_SHARE: Final = 1 / 16
# With fewer, a look would say nothing and cost a start of the pipeline.
_FEWEST_EXAMPLES: Final = 64


@dataclass(frozen=True, slots=True)
class Part:
    """What a look has seen: `seen_count` of `whole_count` examples, in random order, at least 1."""

    seen_count: int
    whole_count: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be seen."""
        return self.seen_count >= self.whole_count

    @property
    def share(self) -> float:
        """Share that was seen, above 0 and at most 1."""
        return self.seen_count / self.whole_count

    @property
    def variance_factor(self) -> float:
        """What a variance of independent draws is multiplied by: 1 at the start, 0 at the end."""
        return (self.whole_count - self.seen_count) / max(self.whole_count - 1, 1)


def look_counts(example_count: int, look_count: int) -> tuple[int, ...]:
    """Examples that each look has seen, ascending; the last has seen all, `example_count` of them.

    They grow by one factor from a sixteenth of the set, and from 64 examples at least, so that a
    candidate far behind is stopped soon. There are `look_count` of them, or fewer in a small set.
    """
    first = min(max(example_count * _FIRST_SHARE, _FEWEST_EXAMPLES), example_count)
    steps = np.geomspace(first, example_count, look_count) if look_count > 1 else [example_count]
    return tuple(sorted({round(float(step)) for step in steps}))


def chance_of_test(error_rate: float, look_count: int, rival_count: int, bound_count: int) -> float:
    """Chance of a wrong answer that each test may take, so that all together keep the rate.

    `error_rate` is for one candidate over so many looks, at each of which it is set against
    `rival_count` others and held to `bound_count` bounds. A look at the whole set leaves nothing to
    chance, and does not count.
    """
    return error_rate / max(look_count * (rival_count + bound_count), 1)


def surely_ahead(
    ahead: Numbers,
    behind: Numbers,
    part: Part,
    *,
    margin: float,
    chance: float,
    chance_of_full: float,
) -> Answers:
    """Whether one of two candidates has more right answers, by more than counts as alike.

    `ahead` seen examples are right for it alone, `behind` for the other alone. It is so when the
    gain over the whole set is above both `margin`, 0 or more, and what the full measurement would
    need to tell the two apart by McNemar's test with a p-value of `chance_of_full`. The answer is
    wrong with probability `chance`. All counts may be arrays of one shape; so is the answer.

    Tango's score for a difference of t (Statistics in Medicine 17, 1998), its variance that of
    sampling without replacement, against a normal quantile corrected for skewness by the first term
    of Cornish and Fisher, so that a handful of discordant examples is not taken for proof.
    """
    first, second = np.asarray(ahead, dtype=np.float64), np.asarray(behind, dtype=np.float64)
    n, whole = part.seen_count, part.whole_count
    discordant = (first + second) / n
    told_apart = (_quantile(chance_of_full / 2) * np.sqrt(discordant * whole) + 1) / whole
    t = np.minimum(np.maximum(told_apart, margin), 1.0)
    rare = _likeliest_behind(first, second, n, t)
    variance = np.maximum(2 * rare + t * (1 - t), 0.0)
    third = t - 3 * t * (2 * rare + t) + 2 * t**3
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.where(variance > 0, third / (variance**1.5 * math.sqrt(n)), 0.0)
    reach = _skewed_quantile(chance, skewness, part) * np.sqrt(n * variance * part.variance_factor)
    return np.asarray(first - second - n * t > reach)


def surely_ahead_by(
    gain: float,
    reach: float,
    deviation: float,
    part: Part,
    *,
    margin: float,
    chance_of_full: float,
) -> bool:
    """As `surely_ahead`, for a metric that is no share of right answers.

    `gain` is the difference in what was seen, above 0 where the first is better, `deviation` its
    standard deviation times the root of the number of examples, and `reach` how far the gain may
    lie too high but for the chance of the test, were the set endless.
    """
    if deviation <= 0:
        return False
    told_apart = _quantile(chance_of_full / 2) * deviation / math.sqrt(part.whole_count)
    return gain - reach * math.sqrt(part.variance_factor) > max(margin, told_apart)


def surely_below(
    successes: Numbers, part: Part, bound: float, *, level: float, chance: float
) -> Answers:
    """Whether the share of successes over the whole set is below a bound, interval and all.

    The full measurement says so when the interval of the share at `level`, that of
    `share_interval`, lies below the bound. As many successes or fewer among those seen, were there
    just one too many in the whole set for that, have a hypergeometric probability; where it is at
    most `chance`, the answer is yes. Exact.
    """
    whole = part.whole_count

    def upper(total: int) -> float:
        found = share_interval(total, whole, level).upper
        return 1.0 if found is None else found

    # The fewest successes in the whole set with which the bound would not be broken.
    fewest = bisect_left(range(whole + 1), bound, key=upper)
    seen = np.asarray(successes, dtype=np.float64)
    if fewest <= 0:
        return np.zeros(seen.shape, dtype=np.bool_)
    probability = stats.hypergeom.cdf(seen, whole, min(fewest, whole), part.seen_count)
    return np.asarray(probability <= chance)


def surely_breaks(constraint: Constraint, figure: Figure, part: Part, *, chance: float) -> bool:
    """Whether a figure over the whole set would break a bound, for one that is no share.

    `figure` is over what was seen, with its interval at the level of the full measurement. Half its
    width stands for so many standard deviations; the interval of the full measurement is as much
    narrower as it sees more. A normal approximation.
    """
    if figure.value is None or figure.interval is None:
        return False
    lower, upper = figure.interval.lower, figure.interval.upper
    side = lower if constraint.is_upper else upper
    if side is None:
        return False
    reach = abs(figure.value - side)
    of_full = reach * math.sqrt(part.share)
    deviations = _quantile(chance) / _quantile((1 - figure.interval.level) / 2)
    unseen = reach * deviations * math.sqrt(part.variance_factor)
    best = figure.value + (-1 if constraint.is_upper else 1) * (of_full + unseen)
    return reach > 0 and not constraint.keeps(best)


def intervals_set_apart(
    first: Figure | None, second: Figure | None, direction: Direction, tolerance: float = 0.0
) -> bool:
    """Whether all of the interval of the first is better than all of that of the second.

    By more than `tolerance`, in the unit of the figures. A side that is not bounded sets nothing
    apart.
    """
    if first is None or second is None or first.interval is None or second.interval is None:
        return False
    if direction is Direction.HIGHER_IS_BETTER:
        worst, best = first.interval.lower, second.interval.upper
        return worst is not None and best is not None and worst > best + tolerance
    worst, best = first.interval.upper, second.interval.lower
    return worst is not None and best is not None and worst + tolerance < best


def _likeliest_behind(
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    n: int,
    t: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Likeliest share of examples that are right for the other alone, if the difference is t."""
    linear = t * (2 * n - first + second) - first - second
    constant = -second * t * (1 - t)
    return np.asarray((np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0.0)) - linear) / (4 * n))


def _skewed_quantile(
    chance: float, skewness: npt.NDArray[np.float64], part: Part
) -> npt.NDArray[np.float64]:
    """Upper quantile of a sum of draws without replacement, in standard deviations.

    Past the middle of the set the skewness turns round; then none is allowed for.
    """
    z = _quantile(chance)
    turned = max(1 - 2 * part.share, 0.0) / math.sqrt(max(1 - part.share, 1 / part.whole_count))
    return np.asarray(z + np.maximum(skewness * turned, 0.0) * (z**2 - 1) / 6)


def _quantile(chance: float) -> float:
    """Standard deviations that a normal passes with that probability, on one side."""
    return float(-ndtri(chance))
