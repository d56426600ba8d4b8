"""Costs of one candidate over those of another that was measured at another time."""

from collections.abc import Iterable, Mapping

from bakeoff.server.history.intervals import ratio_interval
from bakeoff.server.report.messages import figure_message, interval_message
from bakeoff.server.selection.contrast import ALIKE_SHARE
from bakeoff.server.types import Direction, Figure, Interval
from bakeoff.v1 import CostChange

_ALIKE_RATIOS = (1 / (1 + ALIKE_SHARE), 1 + ALIKE_SHARE)
# Memory and files hardly vary from run to run; times of a cold start do.
_STEADY_UNIT = "MiB"


def cost_changes(
    now: Iterable[Figure],
    before: Mapping[str, Figure],
    comparable: frozenset[str],
    disturbed: frozenset[str] = frozenset(),
) -> list[CostChange]:
    """Each figure that both have, in the order of the candidate's; `before` is by key.

    `comparable` holds the keys whose figures were found alike: all others stand side by side.
    `disturbed` holds the scenarios that something disturbed: of their figures nothing is told.
    Alike, better or worse by the interval of the ratio. Where neither figure has an interval, alike
    when they differ by `ALIKE_SHARE` at most; beyond it a size is better or worse by its value, and
    a time is not told.
    """
    return [
        _change(
            figure,
            before[figure.key],
            is_comparable=figure.key in comparable,
            is_disturbed=figure.scenario in disturbed,
        )
        for figure in now
        if figure.key in before
    ]


def _change(now: Figure, before: Figure, *, is_comparable: bool, is_disturbed: bool) -> CostChange:
    change = CostChange(now=figure_message(now), before=figure_message(before))
    if not is_comparable:
        change.outcome = CostChange.OUTCOME_NOT_COMPARED
        return change
    if now.value is not None and before.value is not None and before.value > 0:
        change.ratio = now.value / before.value
    interval = ratio_interval(now, before)
    if interval is not None:
        change.interval.CopyFrom(interval_message(interval))
    change.outcome = CostChange.OUTCOME_NOT_TOLD
    if not is_disturbed:
        change.outcome = _outcome(now, before, interval)
    return change


def _outcome(
    now: Figure, before: Figure, interval: Interval | None
) -> "CostChange.Outcome.ValueType":
    if now.value is None or before.value is None:
        return CostChange.OUTCOME_NOT_TOLD
    if interval is not None:
        return _outcome_of_interval(interval, now.direction)
    if now.interval is not None or before.interval is not None:
        return CostChange.OUTCOME_NOT_TOLD
    if abs(now.value - before.value) <= ALIKE_SHARE * max(abs(now.value), abs(before.value)):
        return CostChange.OUTCOME_ALIKE
    if now.unit != _STEADY_UNIT:
        return CostChange.OUTCOME_NOT_TOLD
    return _outcome_of_rise(now.direction, rises=now.value > before.value)


def _outcome_of_interval(
    interval: Interval, direction: Direction | None
) -> "CostChange.Outcome.ValueType":
    least, most = _ALIKE_RATIOS
    lower, upper = interval.lower, interval.upper
    if lower is not None and upper is not None and least <= lower and upper <= most:
        return CostChange.OUTCOME_ALIKE
    if lower is not None and lower > 1:
        return _outcome_of_rise(direction, rises=True)
    if upper is not None and upper < 1:
        return _outcome_of_rise(direction, rises=False)
    return CostChange.OUTCOME_NOT_TOLD


def _outcome_of_rise(direction: Direction | None, *, rises: bool) -> "CostChange.Outcome.ValueType":
    if direction is None:
        return CostChange.OUTCOME_NOT_TOLD
    gains = rises == (direction is Direction.HIGHER_IS_BETTER)
    return CostChange.OUTCOME_BETTER if gains else CostChange.OUTCOME_WORSE
