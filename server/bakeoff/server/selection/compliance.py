"""Whether a candidate meets a constraint, by the interval of the figure that it names."""

from dataclasses import dataclass
from enum import Enum

from bakeoff.server.selection.expression import Constraint
from bakeoff.server.selection.wording import bound_quantity, difference, figure_words, title
from bakeoff.server.types import Figure


class Outcome(Enum):
    """What became of a constraint."""

    MET = "met"
    VIOLATED = "violated"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class ConstraintFinding:
    """A constraint on one candidate.

    `figure` is None when the candidate has none such. `excess` is how far the value lies beyond the
    bound, as a share of the bound (of 1 where the bound is 0); None unless the constraint is
    violated by a known value. `explanation` is one sentence.
    """

    constraint: Constraint
    outcome: Outcome
    figure: Figure | None
    excess: float | None
    explanation: str


def check_constraint(constraint: Constraint, figure: Figure | None) -> ConstraintFinding:
    """Met when the whole interval keeps the bound, violated when all of it breaks the bound.

    A figure without interval is judged by its value, and the explanation says so. A bound within
    the interval, or a figure that is not known, leaves the constraint undecided.
    """
    outcome = _outcome(constraint, figure)
    return ConstraintFinding(
        constraint=constraint,
        outcome=outcome,
        figure=figure,
        excess=_excess(constraint, figure) if outcome is Outcome.VIOLATED else None,
        explanation=_explanation(constraint, figure, outcome),
    )


def _keeps(constraint: Constraint, value: float) -> bool:
    if constraint.is_upper:
        return value < constraint.bound or (value == constraint.bound and not constraint.is_strict)
    return value > constraint.bound or (value == constraint.bound and not constraint.is_strict)


def _outcome(constraint: Constraint, figure: Figure | None) -> Outcome:
    if figure is None:
        return Outcome.UNDECIDED
    if figure.interval is None:
        if figure.value is None:
            return Outcome.UNDECIDED
        return Outcome.MET if _keeps(constraint, figure.value) else Outcome.VIOLATED
    lower, upper = figure.interval.lower, figure.interval.upper
    worst, best = (upper, lower) if constraint.is_upper else (lower, upper)
    if worst is not None and _keeps(constraint, worst):
        return Outcome.MET
    if best is not None and not _keeps(constraint, best):
        return Outcome.VIOLATED
    return Outcome.UNDECIDED


def _excess(constraint: Constraint, figure: Figure | None) -> float | None:
    if figure is None or figure.value is None:
        return None
    return abs(figure.value - constraint.bound) / (abs(constraint.bound) or 1.0)


def _explanation(constraint: Constraint, figure: Figure | None, outcome: Outcome) -> str:
    name = title(constraint.figure_id, constraint.scenario)
    if figure is None:
        return _sentence(f"{name} is not known")
    side = "at most" if constraint.is_upper else "at least"
    if constraint.is_strict:
        side = "below" if constraint.is_upper else "above"
    bound = f"{side} {bound_quantity(constraint.bound, figure.id, figure.unit)}"
    words = f"{name} is {figure_words(figure)}"
    if figure.value is None and outcome is Outcome.UNDECIDED:
        return _sentence(words)
    by_value = (
        "" if figure.interval is not None else ", judged by its value since it has no interval"
    )
    match outcome:
        case Outcome.MET:
            return _sentence(f"{words}: {bound}, as it must be{by_value}")
        case Outcome.UNDECIDED:
            return _sentence(f"{words}: whether it is {bound} is not yet told by its interval")
        case Outcome.VIOLATED:
            missed = _missed_by(constraint, figure)
            return _sentence(f"{words}: it must be {bound}{missed}{by_value}")


def _missed_by(constraint: Constraint, figure: Figure) -> str:
    if figure.value is None:
        return ""
    amount = difference(figure.value - constraint.bound, figure.id, figure.unit)
    return f", and misses that by {amount}"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
