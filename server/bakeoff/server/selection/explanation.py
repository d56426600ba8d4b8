"""Why a candidate is not the one to deploy, in sentences with numbers."""

from collections.abc import Sequence

from bakeoff.server.selection.contrast import Basis, Contrast, Standing
from bakeoff.server.selection.expression import Objective
from bakeoff.server.selection.judgement import ConstraintFinding, Outcome
from bakeoff.server.selection.needed import Needed
from bakeoff.server.selection.ranking import Elimination, Entrant, Race, Ranking
from bakeoff.server.selection.unknown import unknown_of
from bakeoff.server.selection.wording import (
    counted,
    difference,
    figure_quantity,
    joined,
    p_value,
    quantity,
    short_name,
    subject,
)

_SMALLEST_FACTOR_TOLD = 1.1


def why_disqualified(entrant: Entrant, findings: Sequence[ConstraintFinding]) -> str:
    """Why a candidate does not qualify: what befell it, or which constraints it breaks."""
    if entrant.stopped_early:
        return f"It was stopped early. {entrant.failure}"
    if entrant.failure:
        return f"It failed: {entrant.failure.rstrip('. ')}."
    broken = [f for f in findings if f.outcome is Outcome.VIOLATED]
    return " ".join(f"It breaks {f.constraint.expression}. {f.explanation}" for f in broken)


def why_not_first(name: str, race: Race, ranking: Ranking) -> str:
    """Why a candidate that qualifies did not come first, and by how much."""
    winner = short_name(race.winner)
    elimination = race.eliminations.get(name)
    draws = joined(
        [
            subject(objective.figure_id, objective.scenario, objective.part)
            for objective, _ in race.draws[name]
            if not _unknown(name, objective, race, ranking)
        ]
    )
    if elimination is None:
        reason = " ".join(
            (*unknown_words(name, race, ranking), order_without_proof(name, race, ranking))
        )
        if not draws:
            return f"Nothing sets it apart from {winner}. {reason}"
        return f"Nothing sets it apart from {winner}: a draw on {draws}. {reason}"
    reason = sentence(f"its {lag(name, elimination, ranking)}")
    if draws:
        reason = f"A draw with {winner} on {draws}. {reason}"
    reason = " ".join((*unknown_words(name, race, ranking), reason))
    if elimination.by != race.winner:
        reason += f" {short_name(elimination.by)} in turn comes after {winner}."
    return reason


def unknown_words(name: str, race: Race, ranking: Ranking) -> list[str]:
    """What objectives do not tell of a candidate and the winner, since no figure is known."""
    told = []
    for objective, _ in race.draws[name]:
        unknown = _unknown(name, objective, race, ranking)
        if unknown:
            what = subject(objective.figure_id, objective.scenario, objective.part)
            told.append(sentence(f"{what} is {unknown}, and tells nothing"))
    return told


def _unknown(name: str, objective: Objective, race: Race, ranking: Ranking) -> str:
    """Of which of a candidate and the winner the figure of an objective is not known."""
    return unknown_of(
        (name, ranking.figure(name, objective)),
        (race.winner, ranking.figure(race.winner, objective)),
    )


def lag(name: str, elimination: Elimination, ranking: Ranking) -> str:
    """How far a candidate is behind the one that beat it: a clause that begins with the figure."""
    objective = elimination.objective
    ours = ranking.figure(name, objective)
    theirs = ranking.figure(elimination.by, objective)
    what = subject(objective.figure_id, objective.scenario, objective.part)
    by = short_name(elimination.by)
    if ours is None or ours.value is None or theirs is None or theirs.value is None:
        found = "not known" if ours is None else figure_quantity(ours)
        return f"{what} is {found}, while that of {by} is known"
    gap = ours.value - theirs.value
    side = "higher" if gap > 0 else "lower"
    return (
        f"{what} of {quantity(ours.value, ours.id, ours.unit)} is "
        f"{difference(gap, ours.id, ours.unit)} {side} than the "
        f"{quantity(theirs.value, theirs.id, theirs.unit)} of {by}"
        f"{factor(ours.value, theirs.value, ours.unit)}{basis_words(elimination.contrast)}"
    )


def factor(first: float, second: float, unit: str) -> str:
    """How many times one cost is the other, where that is worth telling: `, a factor of 2.4`."""
    low, high = sorted((abs(first), abs(second)))
    if unit == "1" or low == 0 or high / low < _SMALLEST_FACTOR_TOLD:
        return ""
    return f", a factor of {high / low:.1f}"


def basis_words(contrast: Contrast) -> str:
    """What a contrast rests on, to be put after it in brackets."""
    if contrast.basis is Basis.PAIRED_TEST:
        return "" if contrast.p_value is None else f" ({p_value(contrast.p_value)})"
    return {
        Basis.PAIRED_ROUNDS: " (in paired rounds)",
        Basis.INTERVALS: " (beyond what the intervals allow)",
        Basis.VALUES: " (by value; there is no interval)",
        Basis.DRAWS: " (beyond what resampling allows)",
    }[contrast.basis]


def draw_words(draws: Sequence[tuple[Objective, Contrast]]) -> str:
    """How figures leave two candidates together: one clause for the first, one for the others."""
    (objective, contrast), *rest = draws
    what = subject(objective.figure_id, objective.scenario, objective.part)
    first = f"{what} {_draw_verb(objective, contrast)}"
    if not rest:
        return first
    titles = [
        subject(objective.figure_id, objective.scenario, objective.part)
        # The intervals of the two may lie apart all the same: they know of no rounds.
        + (basis_words(one) if one.basis is Basis.PAIRED_ROUNDS else "")
        for objective, one in rest
    ]
    verb = "does" if len(rest) == 1 else "do"
    return f"{first}, and {joined(titles)} {verb} not tell them apart either"


def _draw_verb(objective: Objective, contrast: Contrast) -> str:
    if contrast.standing is Standing.ALIKE:
        return f"is alike{_within(objective, contrast)}"
    if contrast.standing is Standing.NOT_BEHIND:
        return f"is no worse{_within(objective, contrast)}"
    return {
        Basis.PAIRED_TEST: f"is not told apart by the examples{basis_words(contrast)}",
        Basis.PAIRED_ROUNDS: "is not told apart by the paired rounds",
        Basis.INTERVALS: "is not told apart by the intervals",
        Basis.DRAWS: "is not told apart by resampling",
        Basis.VALUES: "is not known",
    }[contrast.basis]


def _within(objective: Objective, contrast: Contrast) -> str:
    if contrast.tolerance is None:
        return ""
    if contrast.tolerance.is_share:
        return f" within {100 * contrast.tolerance.amount:g} %"
    unit = contrast.tolerance.unit or "1"
    return f" within {difference(contrast.tolerance.amount, objective.figure_id, unit)}"


def more_words(contrast: Contrast) -> str:
    """How much more would decide, where that is known: a clause."""
    words = needed_words(contrast.needed)
    if words:
        return f"; {words} would decide"
    if contrast.fixed:
        return f"; neither more examples nor more load would narrow {joined(list(contrast.fixed))}"
    return ""


def needed_words(needed: Needed | None) -> str:
    """How much more: `about 1,400 more examples and 90 s more load`; empty when not known."""
    if needed is None:
        return ""
    parts = []
    if needed.examples is not None:
        parts.append(counted(needed.examples, "more example"))
    if needed.load_s is not None:
        parts.append(f"{needed.load_s:,.0f} s more load on each candidate")
    return f"about {joined(parts)}" if parts else ""


def order_without_proof(name: str, race: Race, ranking: Ranking) -> str:
    """What puts a candidate after the winner when nothing sets the two apart, in one sentence."""
    winner = short_name(race.winner)
    for objective in race.compared:
        ours = ranking.figure(name, objective)
        theirs = ranking.figure(race.winner, objective)
        if ours is not None and theirs is not None and ours.value != theirs.value:
            what = subject(objective.figure_id, objective.scenario, objective.part)
            first, second = figure_quantity(theirs), figure_quantity(ours)
            told = f"{first} against {second}" if first != second else f"{first} for both, rounded"
            return f"{winner} comes first by the mere value of its {what}, {told}."
    return f"{winner} comes first by name."


def sentence(words: str) -> str:
    """Words with a capital first and a full stop last."""
    text = words.strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
