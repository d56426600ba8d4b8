"""The answer, as it stands at the top of a report."""

from collections.abc import Iterator
from dataclasses import dataclass

from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.document import Cell, Column, Table, Tone
from bakeoff.server.report.page.frontier_place import frontier_cell
from bakeoff.server.report.page.names import split_title
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.report.page.standing import standing
from bakeoff.server.report.page.sufficiency import deciders
from bakeoff.server.report.page.tiles import Tile, tiles
from bakeoff.server.selection.costs import leading_costs
from bakeoff.server.types import Direction
from bakeoff.v1 import Selection

_STATES = {
    Selection.STATE_RECOMMENDED: ("Recommended", Tone.GOOD),
    Selection.STATE_UNDECIDED: ("Undecided", Tone.WARN),
    Selection.STATE_NONE_QUALIFIES: ("None qualifies", Tone.BAD),
}


_DRAWS_NOTE = (
    "Two candidates can be a draw on a figure though their small intervals lie apart. A draw is "
    "told at a stricter level, which all tests behind the answer share. And throughput and median "
    "latency are set against each other round by round: an interval over all queries knows nothing "
    "of what drifts between rounds."
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate is not the one, and what would make it so, or nothing."""

    candidate: Cell
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer with its reasons. `leader` is None when no candidate qualifies.

    `reasons_note` says how reasons go with the intervals, and is empty where none is by them.
    `facts` are what a reader asks next, such as who came second and how sure it is.
    """

    state: str
    tone: Tone
    headline: str
    leader: Cell | None
    summary: str
    facts: tuple[tuple[str, Cell], ...]
    tiles: tuple[Tile, ...]
    glance: Table
    reasons: tuple[Reason, ...]
    reasons_note: str


def answer(roster: Roster) -> Answer:
    """The answer of a report."""
    selection = roster.report.selection
    state, tone = _STATES.get(selection.state, ("No answer", Tone.MUTED))
    leader = roster.contender(selection.recommended)
    return Answer(
        state=state,
        tone=tone,
        headline="No candidate qualifies" if leader is None else leader.label,
        leader=None if leader is None else leader.cell,
        summary=selection.summary,
        facts=tuple(_facts(roster)),
        tiles=() if leader is None else tiles(roster, leader, glance_keys(roster)),
        glance=_glance(roster),
        reasons=tuple(
            Reason(one.cell, one.selection.why_not, one.selection.what_would_change)
            for one in roster.ranked
            if one.selection.why_not
        ),
        reasons_note=_DRAWS_NOTE if selection.runner_up else "",
    )


def glance_keys(roster: Roster) -> tuple[str, ...]:
    """Figures that the first table shows: quality, then the costs that anyone has."""
    known = dict.fromkeys(key for one in roster.contenders for key in one.figures)
    keys = dict.fromkeys((roster.quality_key, *leading_costs(known)))
    return tuple(key for key in keys if key in known)


def key_column(roster: Roster, key: str) -> Column:
    """A column of a figure; its scenario or part stands below the title."""
    words, of = split_title(roster, key)
    return Column(words, detail=of)


def _facts(roster: Roster) -> Iterator[tuple[str, Cell]]:
    selection = roster.report.selection
    second = roster.contender(selection.runner_up)
    if second is not None:
        yield "Runner-up", second.cell
    if selection.state == Selection.STATE_RECOMMENDED and selection.error_rate:
        yield "Such an answer is wrong", Cell(f"in at most {100 * selection.error_rate:.3g} %")
    more = deciders(selection)
    if more:
        yield "To decide it", Cell(more)


def _glance(roster: Roster) -> Table:
    keys = glance_keys(roster)
    level = roster.report.spec.statistics.confidence_level or 0.95
    return Table(
        caption="All candidates at a glance",
        columns=(
            Column("Candidate", numeric=False),
            Column("Outcome", numeric=False),
            *(key_column(roster, key) for key in keys),
            Column("On the frontier", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                standing(roster, one),
                *(figure_cell(one.figures.get(key)) for key in keys),
                frontier_cell(roster, one),
            )
            for one in roster.ranked
        ),
        note=f"Small numbers are {100 * level:g} % intervals.{_frontier_note(roster)}",
        quiet=True,
    )


def _frontier_note(roster: Roster) -> str:
    if roster.report.selection.resample_count:
        return " The frontier is drawn by values; below it stands how often resampling puts it so."
    return " The frontier goes by values alone."


def direction_words(direction: Direction | None) -> str:
    """`higher is better` or `lower is better`, or nothing."""
    return "" if direction is None else f"{direction.value} is better"
