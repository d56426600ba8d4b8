"""Whether a candidate meets a constraint, by the interval of what is set against the bound."""

from collections.abc import Mapping
from dataclasses import replace

from bakeoff.server.selection.constraint_wording import explain
from bakeoff.server.selection.contrast import around
from bakeoff.server.selection.evidence import Evidence, Related
from bakeoff.server.selection.expression import Constraint, Relation
from bakeoff.server.selection.judgement import ConstraintFinding, Judged, Outcome
from bakeoff.server.selection.needed import Needed, Weight, longest, needed_to_clear
from bakeoff.server.selection.part import is_quality
from bakeoff.server.statistics import mover_difference, mover_ratio
from bakeoff.server.types import Figure, Interval


def judge(
    constraint: Constraint,
    candidate: str,
    baseline: str,
    figures: Mapping[str, Mapping[str, Figure]],
    *,
    evidence: Evidence,
    level: float,
) -> ConstraintFinding:
    """A constraint on a candidate, at a level; `figures` are by candidate and key.

    A bound relative to the baseline is judged by the interval of the difference or of the ratio:
    paired where the two share examples or rounds, else that of two independent figures. The
    baseline itself keeps its relative bounds exactly or not at all.
    """
    key = constraint.key
    figure = figures[candidate].get(key)
    shown = _at_level(key, candidate, figure, evidence, level)
    if constraint.relation is Relation.VALUE:
        needed = evidence.shortfall(key, candidate, level)
        judged = _judged(constraint, shown, evidence, candidate)
        if judged.value is None and figure is not None and figure.value is not None:
            judged = replace(judged, absent_reason=_at_the_level(judged.absent_reason))
        return _finding(constraint, figure, judged, needed)
    theirs = figures.get(baseline, {}).get(key)
    if figure is None or figure.value is None:
        return _finding(constraint, figure, Judged(absent_reason=_reason(figure)))
    if theirs is None or theirs.value is None:
        reason = _reason(theirs)
        why = "the baseline has none to set it against" + (f" ({reason})" if reason else "")
        return _finding(constraint, figure, Judged(absent_reason=why))
    if candidate == baseline:
        return _finding(constraint, figure, _of_baseline(constraint, figure.value))
    related = evidence.related(key, constraint.relation, candidate, baseline, level)
    if related is None:
        other = _at_level(key, baseline, theirs, evidence, level)
        reason = _reason(shown) or _reason(other)
        if reason:
            # Known as it is reported, but of too few queries for the level that is asked for.
            names = (candidate, baseline)
            short = longest(evidence.shortfall(key, name, level) for name in names)
            judged = Judged(
                limit=_limit(constraint, theirs.value),
                baseline_value=theirs.value,
                absent_reason=_at_the_level(reason),
            )
            return _finding(constraint, figure, judged, short)
        load_s = max(evidence.weight(key, name).load_s for name in (candidate, baseline))
        related = _independent(constraint.relation, shown, other, Weight(load_s=load_s))
    judged = _related(constraint, theirs.value, related)
    short = longest(evidence.shortfall(key, name, level) for name in (candidate, baseline))
    return _finding(constraint, figure, judged, short)


def check_constraint(constraint: Constraint, figure: Figure | None) -> ConstraintFinding:
    """Met when the whole interval keeps the bound, violated when all of it breaks the bound.

    A size without interval is judged by its value, and the explanation says so; a metric without
    one, of which too few examples tell, leaves the constraint undecided. A bound within
    the interval, or a figure that is not known, leaves the constraint undecided.
    """
    return _finding(constraint, figure, _of_figure(constraint, figure, Weight()))


def _at_level(
    key: str, candidate: str, figure: Figure | None, evidence: Evidence, level: float
) -> Figure | None:
    if figure is None or (figure.value is None and figure.interval is None):
        return figure
    return evidence.figure(key, candidate, level) or figure


def _judged(
    constraint: Constraint, shown: Figure | None, evidence: Evidence, candidate: str
) -> Judged:
    weight = Weight() if shown is None else evidence.weight(constraint.key, candidate)
    return _of_figure(constraint, shown, weight)


def _of_figure(constraint: Constraint, figure: Figure | None, weight: Weight) -> Judged:
    return Judged(
        value=None if figure is None else figure.value,
        interval=None if figure is None else figure.interval,
        limit=constraint.bound,
        weight=weight,
        absent_reason=_reason(figure),
    )


def _of_baseline(constraint: Constraint, value: float) -> Judged:
    is_ratio = constraint.relation is Relation.RATIO
    return Judged(
        value=1.0 if is_ratio else 0.0,
        limit=_limit(constraint, value),
        baseline_value=value,
        is_baseline=True,
    )


def _related(constraint: Constraint, baseline_value: float, related: Related | None) -> Judged:
    if related is None:
        return Judged(
            limit=_limit(constraint, baseline_value),
            baseline_value=baseline_value,
            absent_reason="its ratio to the baseline is not defined",
        )
    return Judged(
        value=related.value,
        interval=related.interval,
        limit=_limit(constraint, baseline_value),
        weight=related.weight,
        baseline_value=baseline_value,
    )


def _independent(
    relation: Relation, first: Figure | None, second: Figure | None, weight: Weight
) -> Related | None:
    """Two figures set against each other as independent; None where a ratio is not defined.

    Without both intervals their values stand alone. A value of 0 has no logarithm: its ratio is
    bounded on neither side, unless it is surely 0.
    """
    if first is None or first.value is None or second is None or second.value is None:
        return None
    ours, theirs = around(first), around(second)
    if relation is Relation.DIFFERENCE:
        found = None
        if ours is not None and theirs is not None:
            found = mover_difference(first.value, ours, second.value, theirs)
        return Related(first.value - second.value, found, weight)
    if not second.value > 0 or first.value < 0:
        return None
    found = None
    if ours is not None and theirs is not None:
        if first.value > 0:
            found = mover_ratio(first.value, ours, second.value, theirs)
        elif (ours.lower, ours.upper) != (0.0, 0.0):
            found = Interval(None, None, ours.level, "mover")
    return Related(first.value / second.value, found, weight)


def _limit(constraint: Constraint, baseline_value: float) -> float:
    """The bound in the unit of the figure."""
    if constraint.relation is Relation.RATIO:
        return constraint.bound * baseline_value
    return baseline_value + constraint.bound


def _finding(
    constraint: Constraint, figure: Figure | None, judged: Judged, shortfall: Needed | None = None
) -> ConstraintFinding:
    outcome = _outcome(constraint, judged)
    slack = _slack(constraint, figure, judged)
    excess = None
    if outcome is Outcome.VIOLATED and slack is not None and judged.limit is not None:
        excess = abs(slack) / (abs(judged.limit) or 1.0)
    needed = None
    if outcome is Outcome.UNDECIDED:
        if judged.value is not None:
            needed = needed_to_clear(judged.value, judged.interval, constraint.bound, judged.weight)
        # Where the end of the interval is missing, it takes so much more to have one at all.
        needed = needed or shortfall
    return ConstraintFinding(
        constraint=constraint,
        outcome=outcome,
        figure=figure,
        judged=judged,
        slack=slack,
        excess=excess,
        needed=needed,
        explanation=explain(constraint, figure, judged, outcome, shortfall),
    )


def _outcome(constraint: Constraint, judged: Judged) -> Outcome:
    if judged.interval is None:
        if judged.value is None or (is_quality(constraint.key) and not judged.is_baseline):
            return Outcome.UNDECIDED
        return Outcome.MET if constraint.keeps(judged.value) else Outcome.VIOLATED
    lower, upper = judged.interval.lower, judged.interval.upper
    worst, best = (upper, lower) if constraint.is_upper else (lower, upper)
    if worst is not None and constraint.keeps(worst):
        return Outcome.MET
    if best is not None and not constraint.keeps(best):
        return Outcome.VIOLATED
    return Outcome.UNDECIDED


def _slack(constraint: Constraint, figure: Figure | None, judged: Judged) -> float | None:
    if figure is None or figure.value is None or judged.limit is None:
        return None
    slack = judged.limit - figure.value
    return slack if constraint.is_upper else -slack


def _at_the_level(reason: str) -> str:
    return f"at the level that the answer asks for it {reason}"


def _reason(figure: Figure | None) -> str:
    return "" if figure is None else figure.absent_reason
