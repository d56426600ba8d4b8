"""The answer: which candidate to deploy, and why not the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bakeoff.server.selection.compliance import ConstraintFinding, Outcome, check_constraint
from bakeoff.server.selection.contrast import Contrast, PairedEvidence, Standing
from bakeoff.server.selection.explanation import why_disqualified, why_not_first
from bakeoff.server.selection.expression import Constraint, Objective
from bakeoff.server.selection.frontier import frontier, frontier_figures
from bakeoff.server.selection.ranking import Entrant, Race, Ranking
from bakeoff.server.selection.summary import (
    Contest,
    summary_of_none,
    summary_of_recommended,
    summary_of_undecided,
)


class State(Enum):
    """State of the answer."""

    RECOMMENDED = "recommended"
    UNDECIDED = "undecided"
    NONE_QUALIFIES = "none qualifies"


@dataclass(frozen=True, slots=True)
class CandidateDecision:
    """What was found of one candidate. `rank` is from 1, None when it does not qualify."""

    candidate: str
    constraints: tuple[ConstraintFinding, ...]
    on_frontier: bool
    rank: int | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `recommended` and `runner_up` are empty when there is none."""

    state: State
    recommended: str
    runner_up: str
    summary: str
    candidates: tuple[CandidateDecision, ...]
    frontier_figures: tuple[str, ...]


def select(
    entrants: Sequence[Entrant],
    constraints: Sequence[Constraint],
    objectives: Sequence[Objective],
    quality_key: str,
    evidence: PairedEvidence,
) -> Decision:
    """Apply the constraints, put in order those that qualify, and say why.

    A candidate qualifies when it did not fail and no constraint is violated. Objectives decide one
    after another; what they leave open, latency, throughput and memory decide. The answer is
    undecided when the leader is not sure to meet a constraint, or when the first objective neither
    sets it apart from a rival nor shows the two to be alike.

    `constraints` and `objectives` are resolved, at least one objective; `quality_key` names the
    figure that the frontier sets against a cost. Entrants keep their order in the answer.
    """
    findings = {
        entrant.candidate: tuple(
            check_constraint(constraint, entrant.figures.get(constraint.key))
            for constraint in constraints
        )
        for entrant in entrants
    }
    qualified = [e for e in entrants if not e.failure and not _violates(findings[e.candidate])]
    sound = [entrant.figures for entrant in entrants if not entrant.failure]
    keys = frontier_figures(quality_key, sound)
    on_frontier = _on_frontier(qualified, keys)
    contest = _contest(entrants, findings, qualified, objectives, evidence) if qualified else None
    order = [] if contest is None else contest.order
    state, summary = (
        (State.NONE_QUALIFIES, summary_of_none(entrants, findings))
        if contest is None
        else _answer(contest)
    )
    return Decision(
        state=state,
        recommended=order[0] if order else "",
        runner_up=order[1] if len(order) > 1 else "",
        summary=summary,
        candidates=tuple(
            CandidateDecision(
                candidate=entrant.candidate,
                constraints=findings[entrant.candidate],
                on_frontier=entrant.candidate in on_frontier,
                rank=order.index(entrant.candidate) + 1 if entrant.candidate in order else None,
                why_not=_why_not(entrant, findings[entrant.candidate], contest),
            )
            for entrant in entrants
        ),
        frontier_figures=keys,
    )


def _contest(
    entrants: Sequence[Entrant],
    findings: Mapping[str, tuple[ConstraintFinding, ...]],
    qualified: Sequence[Entrant],
    objectives: Sequence[Objective],
    evidence: PairedEvidence,
) -> Contest:
    ranking = Ranking(qualified, objectives, evidence)
    order = ranking.order()
    by_name = {entrant.candidate: entrant for entrant in entrants}
    return Contest(by_name, findings, ranking, order, ranking.race(order))


def _violates(findings: Sequence[ConstraintFinding]) -> bool:
    return any(finding.outcome is Outcome.VIOLATED for finding in findings)


def _surely_meets(findings: Sequence[ConstraintFinding]) -> bool:
    return all(finding.outcome is Outcome.MET for finding in findings)


def _answer(contest: Contest) -> tuple[State, str]:
    rivals = _open_rivals(contest.race, contest.order)
    if not rivals and _surely_meets(contest.findings[contest.race.winner]):
        return State.RECOMMENDED, summary_of_recommended(contest)
    sure = [name for name in contest.order if _surely_meets(contest.findings[name])]
    return State.UNDECIDED, summary_of_undecided(contest, rivals, sure[0] if sure else "")


def _open_rivals(race: Race, order: Sequence[str]) -> Mapping[str, Contrast]:
    """Rivals that the first objective left in, and that it does not set apart from the winner."""
    return {
        name: race.draws[name][0][1]
        for name in order
        if name != race.winner
        and race.draws[name]
        and race.draws[name][0][1].standing is not Standing.ALIKE
    }


def _why_not(
    entrant: Entrant, findings: Sequence[ConstraintFinding], contest: Contest | None
) -> str:
    if contest is None or entrant.candidate not in contest.order:
        return why_disqualified(entrant, findings)
    if entrant.candidate == contest.race.winner:
        return ""
    return why_not_first(entrant.candidate, contest.race, contest.ranking)


def _on_frontier(qualified: Sequence[Entrant], keys: Sequence[str]) -> frozenset[str]:
    figures = {
        entrant.candidate: [entrant.figures[key] for key in keys]
        for entrant in qualified
        if all(key in entrant.figures for key in keys)
    }
    points = {}
    for candidate, found in figures.items():
        point = [figure.value for figure in found if figure.value is not None]
        if len(point) == len(keys):
            points[candidate] = point
    if not points:
        return frozenset()
    directions = [figure.direction for figure in figures[next(iter(points))]]
    return frontier(points, [direction for direction in directions if direction is not None])
