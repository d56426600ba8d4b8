"""Where a candidate stands to the frontier, and why it is not on it."""

from collections.abc import Sequence

from bakeoff.server.report.page.cells import probability
from bakeoff.server.report.page.document import Cell, Tone
from bakeoff.server.report.page.names import key_title
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.standing import Qualification, qualification
from bakeoff.server.selection.wording import joined
from bakeoff.server.types import Direction


def frontier_cell(roster: Roster, one: Contender) -> Cell:
    """Whether a candidate is on the frontier by its values, else why not, and how often it is."""
    below = [] if one.selection.on_frontier else [_why_not(roster, one)]
    below += _share(roster, one)
    return Cell(
        "yes" if one.selection.on_frontier else "no",
        detail="; ".join(words for words in below if words),
        tone=Tone.PLAIN if one.selection.on_frontier else Tone.MUTED,
    )


def _why_not(roster: Roster, one: Contender) -> str:
    if qualification(one) is Qualification.NOT:
        return Qualification.NOT.value
    keys = roster.report.selection.frontier_figures
    missing = [key for key in keys if _value(one, key) is None]
    if missing:
        titles = [key_title(roster, key) for key in missing]
        return f"its {joined(titles)} {'is' if len(titles) == 1 else 'are'} not known"
    better = [other.label for other in roster.ranked if _dominates(other, one, keys)]
    return f"{better[0]} is as good or better in each figure" if better else ""


def _share(roster: Roster, one: Contender) -> list[str]:
    """How often it is there; said to be unknown of one that qualifies where others' is known."""
    if one.selection.HasField("frontier_probability"):
        return [f"{probability(one.selection.frontier_probability)} of resamples"]
    is_found = any(other.selection.HasField("frontier_probability") for other in roster.contenders)
    if not is_found or qualification(one) is Qualification.NOT:
        return []
    return ["share of resamples not known: not every figure it turns on has a value"]


def _dominates(other: Contender, one: Contender, keys: Sequence[str]) -> bool:
    if not other.selection.on_frontier:
        return False
    theirs, ours = ([_gain(found, key) for key in keys] for found in (other, one))
    gaps = [
        None if their is None or our is None else their - our
        for their, our in zip(theirs, ours, strict=True)
    ]
    known = [gap for gap in gaps if gap is not None]
    return len(known) == len(keys) and min(known) >= 0 and max(known) > 0


def _gain(one: Contender, key: str) -> float | None:
    """A value so that more is better; None when it is not known."""
    value = _value(one, key)
    if value is None:
        return None
    return -value if one.figures[key].direction is Direction.LOWER_IS_BETTER else value


def _value(one: Contender, key: str) -> float | None:
    figure = one.figures.get(key)
    return None if figure is None else figure.value
