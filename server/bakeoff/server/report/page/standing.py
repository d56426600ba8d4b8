"""How a candidate came out: whether it qualifies, and what became of it."""

from enum import Enum

from bakeoff.server.report.page.document import Cell, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.v1 import ConstraintResult, Selection


class Qualification(Enum):
    """Whether a candidate keeps every constraint, by what was measured."""

    QUALIFIES = "qualifies"
    UNDECIDED = "undecided"
    """No constraint is known to be broken, and not all are known to be kept."""
    NOT = "does not qualify"


_OPEN = "not known to keep every constraint"


def qualification(one: Contender) -> Qualification:
    """Whether a candidate qualifies; one that failed or was stopped early does not."""
    if one.failure or one.result.HasField("early_stop"):
        return Qualification.NOT
    outcomes = {found.outcome for found in one.selection.constraints}
    if ConstraintResult.OUTCOME_VIOLATED in outcomes:
        return Qualification.NOT
    if outcomes - {ConstraintResult.OUTCOME_MET}:
        return Qualification.UNDECIDED
    return Qualification.QUALIFIES


def standing(roster: Roster, one: Contender) -> Cell:
    """How a candidate came out, as a mark; whether it qualifies is in the mark or below it."""
    found = qualification(one)
    if found is Qualification.NOT:
        return _out(one, found.value)
    selection, is_open = roster.report.selection, found is Qualification.UNDECIDED
    below = f"{found.value}: {_OPEN}" if is_open else found.value
    if one.name == selection.recommended:
        decided = selection.state == Selection.STATE_RECOMMENDED
        word, tone = ("recommended", Tone.GOOD) if decided else ("leads", Tone.WARN)
        return _mark(word, tone, below)
    if one.name == selection.runner_up:
        return _mark("runner-up", Tone.WARN if is_open else Tone.PLAIN, below)
    return _mark(found.value, Tone.WARN, _OPEN) if is_open else _mark(found.value, Tone.MUTED, "")


def _out(one: Contender, word: str) -> Cell:
    if one.failure:
        return _mark("failed", Tone.BAD, word)
    if one.result.HasField("early_stop"):
        return _mark("stopped early", Tone.MUTED, word)
    return _mark(word, Tone.BAD, "breaks a constraint")


def _mark(word: str, tone: Tone, below: str) -> Cell:
    return Cell(word, detail=below, tone=tone, badge=True)
