"""What a paired comparison shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bakeoff.server.quality.comparison import PairedComparison
from bakeoff.server.statistics import holm, more_examples_needed
from bakeoff.server.types import Direction, Interval

_ROUNDING = 1e-12


class Verdict(Enum):
    """Outcome of a paired comparison."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Decision:
    """A comparison with its verdict.

    `adjusted_p_value` is Holm's over the family. `more_examples_needed` is about how many more
    examples would decide; None when it is decided or not known.
    """

    comparison: PairedComparison
    adjusted_p_value: float | None
    verdict: Verdict
    more_examples_needed: int | None


def decide(
    comparisons: Sequence[PairedComparison], *, level: float, margin: float
) -> tuple[Decision, ...]:
    """Decide a family of comparisons together, in the same order. See `verdict` for the rule.

    `margin`, 0 or more, is the largest difference that counts as alike, in the unit of the metric.
    """
    adjusted = holm([comparison.p_value for comparison in comparisons])
    still_open = sum(p is not None and not _is_significant(p, level) for p in adjusted)
    decisions = []
    for comparison, p_value in zip(comparisons, adjusted, strict=True):
        outcome = verdict(comparison, p_value, level=level, margin=margin)
        more = None
        if outcome is Verdict.UNDECIDED and comparison.deviation is not None:
            more = more_examples_needed(
                comparison.difference or 0.0,
                comparison.deviation,
                comparison.example_count,
                level=level,
                margin=margin,
                family_size=max(still_open, 1),
                interval=comparison.interval,
                p_value=comparison.p_value,
            )
        decisions.append(Decision(comparison, p_value, outcome, more))
    return tuple(decisions)


def verdict(
    comparison: PairedComparison, adjusted_p_value: float | None, *, level: float, margin: float
) -> Verdict:
    """Return the verdict, by the first of these that holds.

    1. Equivalent: the whole interval of the difference lies within -margin and margin. A
       difference that is certain and tiny is equivalent, not better or worse.
    2. Better or worse: the adjusted p-value is at most 1 - level; the sign of the difference and
       the direction of the metric say which.
    3. Undecided: all else, and whatever is not defined.

    The interval is not adjusted for the family: equivalence is decided for each comparison alone.
    """
    difference, interval = comparison.difference, comparison.interval
    if difference is None:
        return Verdict.UNDECIDED
    if interval is not None and _is_within(interval, margin):
        return Verdict.EQUIVALENT
    if adjusted_p_value is None or not _is_significant(adjusted_p_value, level) or not difference:
        return Verdict.UNDECIDED
    gains = (difference > 0) == (comparison.direction is Direction.HIGHER_IS_BETTER)
    return Verdict.BETTER if gains else Verdict.WORSE


def _is_significant(p_value: float, level: float) -> bool:
    # A hair of rounding must not refuse a p-value that is exactly alpha.
    return p_value <= (1 - level) * (1 + _ROUNDING)


def _is_within(interval: Interval, margin: float) -> bool:
    lower, upper = interval.lower, interval.upper
    return lower is not None and upper is not None and -margin <= lower and upper <= margin
