"""How two candidates stand to each other on one figure."""

from dataclasses import dataclass, replace
from enum import Enum

from bakeoff.server.selection.expression import Objective, Tolerance
from bakeoff.server.selection.needed import Needed, Weight, needed_to_be_alike, needed_to_hold
from bakeoff.server.selection.part import is_of_answers, is_quality
from bakeoff.server.selection.unknown import is_known
from bakeoff.server.statistics import mover_difference
from bakeoff.server.statistics.proportions import normal_quantile
from bakeoff.server.statistics.sample_size import times_for_p_value
from bakeoff.server.types import Direction, Figure, Interval

# Costs that differ by less than this are alike: nobody chooses by it.
ALIKE_SHARE = 0.02
_ROUNDING = 1e-12


class Standing(Enum):
    """How the first of a pair stands to the second. What is said is sure, at the stated level."""

    AHEAD = "ahead"
    BEHIND = "behind"
    ALIKE = "alike"
    """They differ by no more than the margin."""
    NOT_BEHIND = "not behind"
    """The first is not behind by more than the margin, and may be ahead by more."""
    NOT_AHEAD = "not ahead"
    """The first is not ahead by more than the margin, and may be behind by more."""
    UNTOLD = "untold"

    @property
    def holds(self) -> bool:
        """Whether the first is surely not behind the second by more than the margin."""
        return self in {Standing.AHEAD, Standing.ALIKE, Standing.NOT_BEHIND}


_OPPOSITES = {
    Standing.AHEAD: Standing.BEHIND,
    Standing.BEHIND: Standing.AHEAD,
    Standing.NOT_BEHIND: Standing.NOT_AHEAD,
    Standing.NOT_AHEAD: Standing.NOT_BEHIND,
}


class Basis(Enum):
    """What a contrast rests on."""

    PAIRED_TEST = "paired test"
    PAIRED_ROUNDS = "paired rounds"
    INTERVALS = "intervals"
    VALUES = "values"
    DRAWS = "draws"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every pair: on which figure, how surely, and what counts as alike.

    `level` is that of each interval, corrected for the `family_size` tests that the answer rests
    on.
    """

    key: str
    direction: Direction
    level: float
    family_size: int
    tolerance: Tolerance

    @property
    def error_rate(self) -> float:
        """Stated rate of error over the family."""
        return (1 - self.level) * self.family_size

    def gain(self, difference: float) -> float:
        """A difference as a gain: more is better."""
        return difference if self.direction is Direction.HIGHER_IS_BETTER else -difference

    def margin(self, first: float, second: float) -> float:
        """Largest difference between two values that counts as alike."""
        if self.tolerance.is_share:
            return self.tolerance.amount * max(abs(first), abs(second))
        return self.tolerance.amount


@dataclass(frozen=True, slots=True)
class Contrast:
    """The first candidate set against the second on one figure.

    `difference` is first minus second, in the unit of the figure. `p_value` is corrected for the
    size of the family. `tolerance` is what counts as alike. `needed` is about how much more would
    decide whether the first holds against the second, and `needed_reversed` the second against the
    first; `needed_alike` about how much would show that they are alike, None where less would set
    them apart. Each is None where it is not known or has no meaning. `fixed` names figures whose
    uncertainty neither examples nor load narrows, so that no amount of them is said to decide.
    """

    standing: Standing
    basis: Basis
    difference: float | None = None
    p_value: float | None = None
    tolerance: Tolerance | None = None
    needed: Needed | None = None
    needed_reversed: Needed | None = None
    needed_alike: Needed | None = None
    fixed: tuple[str, ...] = ()

    def reversed(self) -> "Contrast":
        """The second candidate set against the first."""
        return replace(
            self,
            standing=_OPPOSITES.get(self.standing, self.standing),
            difference=None if self.difference is None else -self.difference,
            needed=self.needed_reversed,
            needed_reversed=self.needed,
        )


def tolerance_of(objective: Objective, quality_margin: float) -> Tolerance:
    """What counts as alike for an objective.

    What it says itself; else `quality_margin` for a metric or a weighted objective, and
    `ALIKE_SHARE` for a cost.
    """
    if objective.tolerance is not None:
        return objective.tolerance
    if objective.terms or is_quality(objective.key):
        return Tolerance(quality_margin)
    return Tolerance(ALIKE_SHARE, is_share=True)


def contrast_difference(
    question: Question,
    difference: float,
    interval: Interval | None,
    *,
    margin: float,
    basis: Basis,
    weight: Weight,
    p_value: float | None = None,
) -> Contrast:
    """A contrast from the interval of a difference, first minus second, at the question's level.

    Ahead when the whole interval lies above 0 and, where there is a test, its p-value times the
    size of the family is at most the stated rate. `p_value` is that of the pair alone.
    """
    corrected = None if p_value is None else min(p_value * question.family_size, 1.0)
    gained = _gained(question, interval)
    gain = question.gain(difference)
    significant = corrected is None or corrected <= question.error_rate * (1 + _ROUNDING)
    times_of_test = 1.0
    if p_value is not None and not significant:
        times_of_test = times_for_p_value(p_value, normal_quantile(question.level))
    return Contrast(
        standing=_standing(gained, margin, significant=significant),
        basis=basis,
        difference=difference,
        p_value=corrected,
        tolerance=question.tolerance,
        needed=needed_to_hold(gain, gained, margin, weight, times_of_test=times_of_test),
        needed_reversed=needed_to_hold(
            -gain, _mirrored(gained), margin, weight, times_of_test=times_of_test
        ),
        needed_alike=needed_to_be_alike(gain, gained, margin, weight, times_of_test=times_of_test),
    )


def contrast_figures(
    question: Question, first: Figure | None, second: Figure | None, weight: Weight
) -> Contrast:
    """Two figures set apart by the interval of their difference, or by their values without one.

    Their intervals are at the question's level, and taken to be independent. What is not known sets
    nobody apart, but for a metric over the whole set: that one is not known because of what the
    candidate answers, and is behind one that is known.
    """
    if first is None or first.value is None or second is None or second.value is None:
        return Contrast(_standing_of_known(question, first, second), Basis.VALUES)
    apart = first.value - second.value
    margin = question.margin(first.value, second.value)
    ours, theirs = around(first), around(second)
    if ours is None or theirs is None:
        gain = question.gain(apart)
        by_sign = Standing.AHEAD if gain > 0 else Standing.BEHIND
        standing = Standing.ALIKE if abs(gain) <= margin else by_sign
        return Contrast(standing, Basis.VALUES, apart, tolerance=question.tolerance)
    interval = mover_difference(first.value, ours, second.value, theirs)
    return contrast_difference(
        question, apart, interval, margin=margin, basis=Basis.INTERVALS, weight=weight
    )


def around(figure: Figure) -> Interval | None:
    """The interval of a figure, widened to hold its value where resampling put it beside that."""
    value, interval = figure.value, figure.interval
    if value is None or interval is None:
        return interval
    lower = None if interval.lower is None else min(interval.lower, value)
    upper = None if interval.upper is None else max(interval.upper, value)
    return replace(interval, lower=lower, upper=upper)


def contrast_ratio(
    question: Question, ratio: float, interval: Interval | None, *, basis: Basis, weight: Weight
) -> Contrast:
    """A contrast from the interval of a ratio, first over second, as `contrast_difference`."""
    lower = None if interval is None or interval.lower is None else interval.lower - 1
    upper = None if interval is None or interval.upper is None else interval.upper - 1
    beyond = None if interval is None else replace(interval, lower=lower, upper=upper)
    found = contrast_difference(
        question, ratio - 1, beyond, margin=question.tolerance.amount, basis=basis, weight=weight
    )
    return replace(found, difference=None)


def _gained(question: Question, interval: Interval | None) -> Interval | None:
    """The interval of a difference as that of a gain."""
    if interval is None or question.direction is Direction.HIGHER_IS_BETTER:
        return interval
    return _mirrored(interval)


def _mirrored(interval: Interval | None) -> Interval | None:
    if interval is None:
        return None
    lower = None if interval.upper is None else -interval.upper
    upper = None if interval.lower is None else -interval.lower
    return replace(interval, lower=lower, upper=upper)


def _standing(gained: Interval | None, margin: float, *, significant: bool) -> Standing:
    lower = None if gained is None else gained.lower
    upper = None if gained is None else gained.upper
    holds = lower is not None and lower >= -margin
    is_held = upper is not None and upper <= margin
    if holds and is_held:
        return Standing.ALIKE
    if lower is not None and lower > 0 and significant:
        return Standing.AHEAD
    if upper is not None and upper < 0 and significant:
        return Standing.BEHIND
    if holds:
        return Standing.NOT_BEHIND
    return Standing.NOT_AHEAD if is_held else Standing.UNTOLD


def _standing_of_known(question: Question, first: Figure | None, second: Figure | None) -> Standing:
    first_known, second_known = is_known(first), is_known(second)
    if first_known == second_known or not is_of_answers(question.key):
        return Standing.UNTOLD
    return Standing.AHEAD if first_known else Standing.BEHIND
