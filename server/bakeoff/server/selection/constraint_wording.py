"""What was found of a constraint, in one sentence."""

from bakeoff.server.selection.explanation import needed_words
from bakeoff.server.selection.expression import Constraint, Relation
from bakeoff.server.selection.judgement import Judged, Outcome
from bakeoff.server.selection.needed import Needed
from bakeoff.server.selection.unknown import INVALID_MEASUREMENT
from bakeoff.server.selection.wording import (
    bound_quantity,
    capitalised,
    difference,
    figure_quantity,
    interval_words,
    is_percent,
    number,
    quantity,
    significant,
    title,
)
from bakeoff.server.types import Figure, Interval


def explain(
    constraint: Constraint,
    figure: Figure | None,
    judged: Judged,
    outcome: Outcome,
    shortfall: Needed | None = None,
) -> str:
    """The figure, what it is set against, the bound, and by how much it is missed.

    `shortfall` is what it takes until the interval is bounded on both sides.
    """
    name = title(constraint.figure_id, constraint.scenario, constraint.part)
    if figure is None:
        return capitalised(f"{name} is not known.")
    words = f"{name} is {_found(constraint, figure, judged)}"
    if judged.value is None and (judged.interval is None or outcome is Outcome.UNDECIDED):
        why = judged.absent_reason if figure.value is not None else ""
        told = f"{words}; {why}" if why else words
        is_invalid = INVALID_MEASUREMENT in judged.absent_reason
        return capitalised(f"{told}; measuring again would decide." if is_invalid else f"{told}.")
    bound = f"{_side(constraint)} {_bound(constraint, figure)}"
    by_value = ""
    if judged.interval is None and not judged.is_baseline:
        by_value = ", judged by its value since it has no interval"
    match outcome:
        case Outcome.MET:
            sentence = f"{words}: {bound}, as it must be{by_value}."
        case Outcome.UNDECIDED:
            sentence = f"{words}: whether it is {bound} {_why_open(constraint, judged, shortfall)}."
        case Outcome.VIOLATED:
            missed = _missed_by(figure, judged)
            sentence = f"{words}: it must be {bound}{missed}{by_value}."
    return capitalised(sentence)


def _why_open(constraint: Constraint, judged: Judged, shortfall: Needed | None) -> str:
    if judged.interval is None:
        return "is not told, since too few examples show it for an interval"
    end = judged.interval.upper if constraint.is_upper else judged.interval.lower
    if end is not None or not needed_words(shortfall):
        return "is not yet told by its interval"
    side = "upper" if constraint.is_upper else "lower"
    return (
        f"is not told, since its interval has no {side} end; {needed_words(shortfall)} would give "
        "it one"
    )


def _found(constraint: Constraint, figure: Figure, judged: Judged) -> str:
    words = figure_quantity(figure)
    if figure.value is None:
        return words
    if constraint.relation is Relation.VALUE:
        interval = judged.interval
        told = "" if interval is None else interval_words(interval, figure.id, figure.unit)
        return f"{words} ({told})" if told else words
    if judged.is_baseline:
        return f"{words}, and it is the baseline itself"
    if judged.value is None or judged.baseline_value is None:
        return words
    return f"{words}, {_against(constraint, figure, judged.value, judged)}"


def _against(constraint: Constraint, figure: Figure, value: float, judged: Judged) -> str:
    theirs = "that"
    if judged.baseline_value is not None:
        theirs = f"the {quantity(judged.baseline_value, figure.id, figure.unit)}"
    if constraint.relation is Relation.RATIO:
        times = f"{significant(value)} times {theirs} of the baseline"
        return f"{times}{_bracketed(judged.interval, None)}"
    if value == 0:
        return f"as that of the baseline{_bracketed(judged.interval, figure)}"
    side = "higher" if value > 0 else "lower"
    apart = difference(value, figure.id, figure.unit)
    return f"{apart} {side} than {theirs} of the baseline{_bracketed(judged.interval, figure)}"


def _bracketed(interval: Interval | None, figure: Figure | None) -> str:
    """The interval of a difference in the unit of a figure, or of a ratio without one."""
    if interval is None:
        return ""
    level = f"{100 * interval.level:.4g} % interval of the {'ratio' if figure is None else 'gap'}"
    lower, upper = (_end(end, figure) for end in (interval.lower, interval.upper))
    if not lower:
        return f" ({level} up to {upper})" if upper else f" ({level} unbounded)"
    return f" ({level} {lower} to {upper})" if upper else f" ({level} from {lower})"


def _end(end: float | None, figure: Figure | None) -> str:
    if end is None:
        return ""
    if figure is None:
        return significant(end)
    return number(end, figure.id, figure.unit)


def _side(constraint: Constraint) -> str:
    if constraint.is_strict:
        return "below" if constraint.is_upper else "above"
    return "at most" if constraint.is_upper else "at least"


def _bound(constraint: Constraint, figure: Figure) -> str:
    if constraint.relation is Relation.VALUE:
        return bound_quantity(constraint.bound, figure.id, figure.unit)
    if constraint.relation is Relation.RATIO:
        return f"{constraint.bound:.10g} times that of the baseline"
    if constraint.bound == 0:
        return "that of the baseline"
    sign = "plus" if constraint.bound > 0 else "less"
    return f"that of the baseline {sign} {_offset(constraint.bound, figure)}"


def _offset(bound: float, figure: Figure) -> str:
    if is_percent(figure.id, figure.unit):
        points = 100 * abs(bound)
        return f"{points:.10g} {'point' if points == 1 else 'points'}"
    return bound_quantity(abs(bound), figure.id, figure.unit)


def _missed_by(figure: Figure, judged: Judged) -> str:
    if figure.value is None or judged.limit is None:
        return ""
    if figure.value == judged.limit:
        return ""
    amount = difference(figure.value - judged.limit, figure.id, figure.unit)
    return f", and misses that by {amount}"
