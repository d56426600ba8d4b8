"""The answer: which candidate to deploy, and why not the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bakeoff.server.selection.change import to_lead, to_qualify
from bakeoff.server.selection.compliance import judge
from bakeoff.server.selection.contrast import Contrast
from bakeoff.server.selection.costs import tie_breakers
from bakeoff.server.selection.evidence import Draws, Evidence
from bakeoff.server.selection.explanation import why_disqualified, why_not_first
from bakeoff.server.selection.frontier import frontier, frontier_figures
from bakeoff.server.selection.judgement import ConstraintFinding, Outcome
from bakeoff.server.selection.needed import Needed, together
from bakeoff.server.selection.probabilities import (
    NOT_FOUND,
    Probabilities,
    frontier_shares,
    qualifying,
    rank_shares,
)
from bakeoff.server.selection.ranking import Entrant, Ranking
from bakeoff.server.selection.requirements import Requirements
from bakeoff.server.selection.rules import Rules
from bakeoff.server.selection.summary import (
    Contest,
    summary_of_none,
    summary_of_recommended,
    summary_of_undecided,
)
from bakeoff.server.selection.utility import Utilities, utility_draws, utility_figure
from bakeoff.server.types import Direction, Figure


class State(Enum):
    """State of the answer."""

    RECOMMENDED = "recommended"
    UNDECIDED = "undecided"
    NONE_QUALIFIES = "none qualifies"


@dataclass(frozen=True, slots=True)
class CandidateDecision:
    """What was found of one candidate. `rank` is from 1, None when it does not qualify.

    `objectives` are the figures of the objectives, in their order; `what_would_change` is empty
    where nothing is known that would.
    """

    candidate: str
    constraints: tuple[ConstraintFinding, ...]
    on_frontier: bool
    rank: int | None
    why_not: str
    what_would_change: str = ""
    objectives: tuple[Figure, ...] = ()
    probabilities: Probabilities = NOT_FOUND


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `recommended` and `runner_up` are empty when there is none.

    `error_rate` is the stated rate of a wrong recommendation, `resample_count` the number of joint
    draws behind probabilities, and `needed` about what would decide an undecided answer.
    """

    state: State
    recommended: str
    runner_up: str
    summary: str
    candidates: tuple[CandidateDecision, ...]
    frontier_figures: tuple[str, ...]
    error_rate: float
    resample_count: int
    needed: Needed | None


def select(
    entrants: Sequence[Entrant], requirements: Requirements, evidence: Evidence, rules: Rules
) -> Decision:
    """Apply the constraints, put in order those that qualify, and say why.

    A candidate qualifies when it did not fail and no constraint is violated. Objectives decide one
    after another; what they leave open, latency, throughput and memory decide. The answer is
    undecided when the leader is not sure to meet a constraint, or when another one that qualifies
    may surpass it on the first objective by more than the margin. Why its rate of error is the
    stated one, `Rules` tells. Entrants keep their order in the answer.
    """
    rules = replace(rules, family_size=max(len(entrants), len(requirements.constraints), 1))
    draws = evidence.draws(_drawn_keys(entrants, requirements))
    draws = {**draws, **utility_draws(requirements.objectives, draws)}
    entrants = [_with_utilities(one, requirements, draws, rules.level) for one in entrants]
    figures = {entrant.candidate: entrant.figures for entrant in entrants}
    findings = {
        name: tuple(
            judge(
                one,
                name,
                rules.baseline,
                figures,
                evidence=evidence,
                level=rules.level_of_tests,
            )
            for one in requirements.constraints
        )
        for name in figures
    }
    utilities = Utilities(draws, requirements.objectives, evidence)
    able = [entrant for entrant in entrants if not entrant.failure]
    ranking = Ranking(able, requirements.objectives, evidence, rules, utilities)
    qualified = [entrant for entrant in able if not _violates(findings[entrant.candidate])]
    keys = requirements.frontier_keys or frontier_figures(
        requirements.quality_key, [entrant.figures for entrant in able]
    )
    contest = _contest(entrants, findings, qualified, ranking) if qualified else None
    state, summary, needed = _answer(contest, entrants, findings)
    order = [] if contest is None else contest.order
    on_frontier = _on_frontier(qualified, keys)
    probabilities = _probabilities(
        able, requirements, keys, draws, ranking=ranking, baseline=rules.baseline
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
                what_would_change=_change(entrant, findings[entrant.candidate], order, ranking),
                objectives=_objectives(entrant, requirements),
                probabilities=probabilities.get(entrant.candidate, NOT_FOUND),
            )
            for entrant in entrants
        ),
        frontier_figures=keys,
        error_rate=rules.error_rate,
        resample_count=_resample_count(draws),
        needed=needed,
    )


def _drawn_keys(entrants: Sequence[Entrant], requirements: Requirements) -> list[str]:
    """Keys of all figures that the answer may turn on."""
    able = [entrant.figures for entrant in entrants if not entrant.failure]
    known = dict.fromkeys(
        key for figures in able for key, figure in figures.items() if figure.value is not None
    )
    return list(
        dict.fromkeys(
            (
                *(constraint.key for constraint in requirements.constraints),
                *(key for one in requirements.objectives for key in one.figure_keys),
                *(objective.key for objective in tie_breakers(known)),
                *(requirements.frontier_keys or frontier_figures(requirements.quality_key, able)),
            )
        )
    )


def _with_utilities(
    entrant: Entrant, requirements: Requirements, draws: Draws, level: float
) -> Entrant:
    made = {
        objective.key: utility_figure(
            objective,
            entrant.figures,
            draws.get(objective.key, {}).get(entrant.candidate),
            level,
        )
        for objective in requirements.objectives
        if objective.terms
    }
    return replace(entrant, figures={**entrant.figures, **made}) if made else entrant


def _objectives(entrant: Entrant, requirements: Requirements) -> tuple[Figure, ...]:
    found = (entrant.figures.get(objective.key) for objective in requirements.objectives)
    return tuple(figure for figure in found if figure is not None)


def _contest(
    entrants: Sequence[Entrant],
    findings: Mapping[str, tuple[ConstraintFinding, ...]],
    qualified: Sequence[Entrant],
    ranking: Ranking,
) -> Contest:
    order = ranking.order([entrant.candidate for entrant in qualified])
    by_name = {entrant.candidate: entrant for entrant in entrants}
    return Contest(by_name, findings, ranking, order, ranking.race(order))


def _violates(findings: Sequence[ConstraintFinding]) -> bool:
    return any(finding.outcome is Outcome.VIOLATED for finding in findings)


def _surely_meets(findings: Sequence[ConstraintFinding]) -> bool:
    return all(finding.outcome is Outcome.MET for finding in findings)


def _answer(
    contest: Contest | None,
    entrants: Sequence[Entrant],
    findings: Mapping[str, tuple[ConstraintFinding, ...]],
) -> tuple[State, str, Needed | None]:
    if contest is None:
        return State.NONE_QUALIFIES, summary_of_none(entrants, findings), None
    of_leader = contest.findings[contest.race.winner]
    rivals = _open_rivals(contest)
    if not rivals and _surely_meets(of_leader):
        return State.RECOMMENDED, summary_of_recommended(contest), None
    needed = together(
        [
            *(contrast.needed for contrast in rivals.values()),
            *(one.needed for one in of_leader if one.outcome is Outcome.UNDECIDED),
        ]
    )
    sure = [name for name in contest.order if _surely_meets(contest.findings[name])]
    summary = summary_of_undecided(contest, rivals, sure[0] if sure else "", needed)
    return State.UNDECIDED, summary, needed


def _open_rivals(contest: Contest) -> Mapping[str, Contrast]:
    """Others that qualify and may surpass the leader on the first objective by more than alike.

    Each with the contrast of the leader against it.
    """
    first = contest.ranking.objectives[0]
    leader = contest.race.winner
    contrasts = {
        name: contest.ranking.contrast(leader, name, first)
        for name in contest.order
        if name != leader
    }
    return {name: one for name, one in contrasts.items() if not one.standing.holds}


def _why_not(
    entrant: Entrant, findings: Sequence[ConstraintFinding], contest: Contest | None
) -> str:
    if contest is None or entrant.candidate not in contest.order:
        return why_disqualified(entrant, findings)
    if entrant.candidate == contest.race.winner:
        return ""
    return why_not_first(entrant.candidate, contest.race, contest.ranking)


def _change(
    entrant: Entrant, findings: Sequence[ConstraintFinding], order: Sequence[str], ranking: Ranking
) -> str:
    name = entrant.candidate
    if entrant.failure:
        return ""
    if name not in order:
        leads = ranking.race([*order, name]).winner == name
        return to_qualify(findings, would_lead=leads)
    race = ranking.race(order)
    return "" if name == race.winner else to_lead(name, race, ranking)


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


def _probabilities(
    able: Sequence[Entrant],
    requirements: Requirements,
    keys: Sequence[str],
    draws: Draws,
    *,
    ranking: Ranking,
    baseline: str,
) -> Mapping[str, Probabilities]:
    if not _resample_count(draws):
        return {}
    names = [entrant.candidate for entrant in able]
    qualified = qualifying(names, requirements.constraints, baseline, draws)
    frontiers = frontier_shares(qualified, keys, _directions(able, keys), draws)
    questions = [ranking.question(objective) for objective in ranking.objectives]
    ranks: Mapping[str, tuple[float, ...]] = {}
    if len(qualified) == len(able):
        # One of which a bound is not known may come anywhere, and so may all others.
        ranks = rank_shares(qualified, questions, draws, asked_count=len(requirements.objectives))
    return {
        name: Probabilities(float(kept.mean()), frontiers.get(name), ranks.get(name, ()))
        for name, kept in qualified.items()
    }


def _directions(able: Sequence[Entrant], keys: Sequence[str]) -> Mapping[str, Direction]:
    return {
        key: figure.direction
        for entrant in able
        for key in keys
        if (figure := entrant.figures.get(key)) is not None and figure.direction is not None
    }


def _resample_count(draws: Draws) -> int:
    return next((len(drawn) for of_key in draws.values() for drawn in of_key.values()), 0)
