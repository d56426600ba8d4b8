"""The answer in a few sentences that a person takes in at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bakeoff.server.selection.contrast import Contrast
from bakeoff.server.selection.costs import leading_costs
from bakeoff.server.selection.explanation import (
    basis_words,
    draw_words,
    factor,
    lag,
    more_words,
    needed_words,
    order_without_proof,
    sentence,
)
from bakeoff.server.selection.expression import Objective
from bakeoff.server.selection.judgement import ConstraintFinding, Outcome
from bakeoff.server.selection.needed import Needed
from bakeoff.server.selection.ranking import Elimination, Entrant, Race, Ranking
from bakeoff.server.selection.unknown import unknown_of, would_measuring_again_help
from bakeoff.server.selection.wording import (
    counted,
    difference,
    figure_quantity,
    figure_words,
    joined,
    short_name,
    subject,
)
from bakeoff.server.types import Figure


@dataclass(frozen=True, slots=True)
class Contest:
    """What a summary is made of. `order` holds those that qualify, the best first."""

    entrants: Mapping[str, Entrant]
    findings: Mapping[str, Sequence[ConstraintFinding]]
    ranking: Ranking
    order: Sequence[str]
    race: Race


def summary_of_recommended(contest: Contest) -> str:
    """Which candidate to deploy, what it reaches, and how far the next best is behind."""
    winner = contest.race.winner
    only = ""
    if len(contest.order) == 1:
        only = ", the only candidate" if len(contest.entrants) == 1 else ", the only one to qualify"
    sentences = [f"Deploy {short_name(winner)}{only}: {_headline(contest, winner)}."]
    if contest.findings[winner]:
        met = "the constraint" if len(contest.findings[winner]) == 1 else "every constraint"
        sentences.append(f"It meets {met}.")
    if len(contest.order) > 1:
        sentences.append(_runner_up(contest, contest.order[1]))
    return " ".join((*sentences, *_closing(contest)))


def summary_of_undecided(
    contest: Contest,
    open_rivals: Mapping[str, Contrast],
    surely_first: str,
    needed: Needed | None,
) -> str:
    """Who leads, and what the evidence leaves open.

    `open_rivals` are those that the first objective does not set apart from the leader, each with
    the contrast of the leader against it; `surely_first` is the first candidate that is sure to
    meet every constraint, or empty; `needed` is about what would decide, where that is known.
    """
    leader = contest.race.winner
    name = short_name(leader)
    if open_rivals:
        sentences = _open_rivals(contest, open_rivals)
    else:
        sentences = [f"Undecided: {name} leads with {_headline(contest, leader)}."]
    unproven = [f for f in contest.findings[leader] if f.outcome is Outcome.UNDECIDED]
    if unproven:
        expressions = joined([finding.constraint.expression for finding in unproven])
        sentences.append(f"It is not proven that {name} meets {expressions}.")
        sentences += [finding.explanation for finding in unproven]
        if surely_first:
            sure = short_name(surely_first)
            sentences.append(f"The best that surely meets every constraint is {sure}.")
        if needed_words(needed):
            sentences.append(sentence(f"{needed_words(needed)} would decide"))
    return " ".join((*sentences, *_closing(contest)))


def summary_of_none(
    entrants: Sequence[Entrant], findings: Mapping[str, Sequence[ConstraintFinding]]
) -> str:
    """That no candidate qualifies, and which one comes nearest."""
    broken = {
        entrant.candidate: [f for f in findings[entrant.candidate] if f.outcome is Outcome.VIOLATED]
        for entrant in entrants
        if not entrant.failure
    }
    stopped = sum(entrant.stopped_early for entrant in entrants)
    failed = len(entrants) - len(broken) - stopped
    reasons = _disqualified(len(broken), failed, stopped, len(entrants))
    opening = f"No candidate qualifies: {reasons}."
    if not broken:
        return opening
    nearest = min(broken, key=lambda name: (*_distance(broken[name]), name))
    reasons = " ".join(finding.explanation for finding in broken[nearest])
    expressions = joined([finding.constraint.expression for finding in broken[nearest]])
    name = short_name(nearest)
    words = f"{opening} The nearest is {name}, which breaks {expressions}. {reasons}"
    notes = _notes([entrant for entrant in entrants if entrant.candidate == nearest])
    return " ".join((words, *notes))


def _distance(broken: Sequence[ConstraintFinding]) -> tuple[int, float]:
    return len(broken), sum(finding.excess or 0.0 for finding in broken)


def _disqualified(violating: int, failed: int, stopped: int, total: int) -> str:
    of_all = f"of {counted(total, 'candidate')}"
    parts = []
    if violating:
        parts.append(f"{violating} {of_all} {'breaks' if violating == 1 else 'break'} a constraint")
    if failed:
        parts.append(f"{failed}{'' if parts else ' ' + of_all} failed")
    if stopped:
        were = "was" if stopped == 1 else "were"
        parts.append(f"{stopped}{'' if parts else ' ' + of_all} {were} stopped early")
    return joined(parts)


def _headline(contest: Contest, name: str) -> str:
    figures = contest.entrants[name].figures
    keys = dict.fromkeys((contest.ranking.objectives[0].key, *leading_costs(figures)))
    known = [figures[key] for key in keys if key in figures and figures[key].value is not None]
    told = [figure_words(figure) for figure in known[:1]] + list(map(figure_quantity, known[1:]))
    words = [
        f"{subject(figure.id, figure.scenario, figure.part)} {value}"
        for figure, value in zip(known, told, strict=True)
    ]
    return joined(words) if words else "none of its leading figures is known"


def _runner_up(contest: Contest, name: str) -> str:
    race = contest.race
    elimination = race.eliminations.get(name)
    opening = f"The runner-up is {short_name(name)}"
    draws = race.draws[name]
    if elimination is None:
        reason = order_without_proof(name, race, contest.ranking)
        return f"{opening}, and nothing sets it apart: {draw_words(draws)}. {reason}"
    if elimination.by != race.winner:
        return f"{opening}: its {lag(name, elimination, contest.ranking)}."
    behind = _behind(contest, name, elimination)
    objective = elimination.objective
    what = subject(objective.figure_id, objective.scenario, objective.part)
    if not draws:
        return f"{opening}, with {what} {behind}."
    return f"{opening}: {draw_words(draws)}; {what} decides, {behind}."


def _behind(contest: Contest, name: str, elimination: Elimination) -> str:
    """The figure that put a candidate behind the winner, and by how much."""
    objective = elimination.objective
    ours = contest.ranking.figure(contest.race.winner, objective)
    theirs = contest.ranking.figure(name, objective)
    if ours is None or ours.value is None or theirs is None or theirs.value is None:
        return "not known" if theirs is None else figure_quantity(theirs)
    gap = theirs.value - ours.value
    side = "higher" if gap > 0 else "lower"
    amount = f", {difference(gap, ours.id, ours.unit)} {side}"
    return (
        f"{figure_quantity(theirs)} against {figure_quantity(ours)}"
        f"{factor(theirs.value, ours.value, ours.unit) or amount}"
        f"{basis_words(elimination.contrast)}"
    )


def _open_rivals(contest: Contest, open_rivals: Mapping[str, Contrast]) -> list[str]:
    leader = contest.race.winner
    objective = contest.ranking.objectives[0]
    names = joined([short_name(leader), *(short_name(rival) for rival in open_rivals)])
    sentences = [f"Undecided between {names}."]
    ours = contest.ranking.figure(leader, objective)
    for rival, contrast in open_rivals.items():
        theirs = contest.ranking.figure(rival, objective)
        unknown = unknown_of((rival, theirs), (leader, ours))
        if unknown:
            sentences.append(_unknown(objective, unknown, (ours, theirs)))
            continue
        values = ""
        if ours is not None and theirs is not None:
            values = (
                f", {figure_quantity(ours)} for {short_name(leader)} and "
                f"{figure_quantity(theirs)} for {short_name(rival)}"
            )
        sentences.append(
            sentence(f"{draw_words([(objective, contrast)])}{values}{more_words(contrast)}")
        )
    sentences.append(_lead(contest, next(iter(open_rivals))))
    return sentences


def _unknown(objective: Objective, unknown: str, figures: Sequence[Figure | None]) -> str:
    what = subject(objective.figure_id, objective.scenario, objective.part)
    again = "; measuring again would decide" if would_measuring_again_help(*figures) else ""
    return sentence(f"{what} is {unknown}, and tells nothing{again}")


def _lead(contest: Contest, rival: str) -> str:
    race = contest.race
    elimination = race.eliminations.get(rival)
    if elimination is None:
        return order_without_proof(rival, race, contest.ranking)
    if elimination.by != race.winner:
        return sentence(f"{short_name(rival)}: its {lag(rival, elimination, contest.ranking)}")
    objective = elimination.objective
    ours = contest.ranking.figure(race.winner, objective)
    theirs = contest.ranking.figure(rival, objective)
    what = subject(objective.figure_id, objective.scenario, objective.part)
    opening = f"{short_name(race.winner)} leads on what counts next, {what}"
    if ours is None or theirs is None or ours.value is None or theirs.value is None:
        return f"{opening}."
    return (
        f"{opening}: {figure_quantity(ours)} against {figure_quantity(theirs)}"
        f"{factor(ours.value, theirs.value, ours.unit)}{basis_words(elimination.contrast)}."
    )


def _closing(contest: Contest) -> list[str]:
    sentences = []
    entrants = contest.entrants.values()
    stopped = sum(entrant.stopped_early for entrant in entrants)
    failed = sum(1 for entrant in entrants if entrant.failure) - stopped
    out = len(entrants) - len(contest.order)
    if out:
        sentences.append(
            sentence(_disqualified(out - failed - stopped, failed, stopped, len(entrants)))
        )
    return [*sentences, *_notes([contest.entrants[name] for name in contest.order[:2]])]


def _notes(entrants: Sequence[Entrant]) -> list[str]:
    """What must be said beside the places of candidates, one sentence for all that share it."""
    names: dict[str, list[str]] = {}
    for entrant in entrants:
        if entrant.caveat:
            names.setdefault(entrant.caveat, []).append(short_name(entrant.candidate))
    return [sentence(f"note on {joined(of)}: {caveat}") for caveat, of in names.items()]
