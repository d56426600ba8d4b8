"""What would have to change for a candidate to be the one to deploy."""

from collections.abc import Sequence

from bakeoff.server.selection.explanation import needed_words
from bakeoff.server.selection.expression import Relation
from bakeoff.server.selection.judgement import ConstraintFinding, Outcome
from bakeoff.server.selection.ranking import Elimination, Race, Ranking
from bakeoff.server.selection.unknown import would_measuring_again_help
from bakeoff.server.selection.wording import (
    capitalised,
    difference,
    joined,
    quantity,
    short_name,
    significant,
    subject,
)
from bakeoff.server.types import Direction, Figure


def to_qualify(findings: Sequence[ConstraintFinding], *, would_lead: bool) -> str:
    """What would let a candidate qualify: its figures, or the bounds, by how much.

    Empty when it breaks a constraint by a figure that is not known.
    """
    broken = [one for one in findings if one.outcome is Outcome.VIOLATED]
    wishes = [_wish(one) for one in broken]
    if not wishes or not all(wishes):
        return ""
    after = "it would then lead" if would_lead else "it would then qualify, and not lead"
    return f"{capitalised(joined(wishes))}; {after}."


def to_lead(name: str, race: Race, ranking: Ranking) -> str:
    """What would let a candidate that qualifies come level with the winner, or tell them apart.

    Empty when a figure that it takes is not known.
    """
    winner = race.winner
    elimination = race.eliminations.get(name)
    if elimination is not None:
        return _gap(name, elimination, ranking)
    for objective, contrast in race.draws.get(name, ()):
        if contrast.standing.holds:
            continue
        alike = needed_words(contrast.needed_alike)
        words = alike or needed_words(contrast.needed)
        figures = (ranking.figure(one, objective) for one in (name, winner))
        if would_measuring_again_help(*figures):
            words = "measuring again"
        if words:
            verb, side = ("show", "alike") if alike else ("tell", "apart")
            both = f"it and {short_name(winner)}"
            what = subject(objective.figure_id, objective.scenario, objective.part)
            return f"{capitalised(words)} would {verb} {both} {side} on {what}."
    return ""


def _wish(finding: ConstraintFinding) -> str:
    figure, limit = finding.figure, finding.judged.limit
    if figure is None or figure.value is None or limit is None or finding.slack is None:
        return ""
    constraint = finding.constraint
    what = subject(figure.id, figure.scenario, figure.part)
    way = "lower" if constraint.is_upper else "higher"
    gap = difference(finding.slack, figure.id, figure.unit)
    beyond = f"more than {gap} {way}" if finding.slack else f"{way}"
    return f"its {what} would have to be {beyond}, or the bound about {_bound(finding, figure)}"


def _bound(finding: ConstraintFinding, figure: Figure) -> str:
    """The bound that the candidate would keep, by the far end of its interval where it has one."""
    judged, constraint = finding.judged, finding.constraint
    end = judged.value
    if judged.interval is not None:
        far = judged.interval.upper if constraint.is_upper else judged.interval.lower
        end = judged.value if far is None else far
    if end is None:
        return "that"
    if constraint.relation is Relation.RATIO:
        return f"{significant(end)} times the baseline's"
    if constraint.relation is Relation.DIFFERENCE:
        sign = "plus" if end > 0 else "less"
        return f"the baseline's {sign} {difference(end, figure.id, figure.unit)}"
    return quantity(end, figure.id, figure.unit)


def _gap(name: str, elimination: Elimination, ranking: Ranking) -> str:
    objective = elimination.objective
    ours = ranking.figure(name, objective)
    theirs = ranking.figure(elimination.by, objective)
    if ours is None or ours.value is None or theirs is None or theirs.value is None:
        return ""
    gap = difference(ours.value - theirs.value, ours.id, ours.unit)
    way = "higher" if objective.direction is Direction.HIGHER_IS_BETTER else "lower"
    what = subject(objective.figure_id, objective.scenario, objective.part)
    by = short_name(elimination.by)
    return f"Its {what} would have to be {gap} {way} to draw level with {by}."
