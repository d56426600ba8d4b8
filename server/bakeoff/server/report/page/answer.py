"""The answer, as it stands at the top of a report."""

from collections.abc import Iterator
from dataclasses import dataclass

from bakeoff.server.report.page.cells import DASH, MINUS, NOTHING, figure_cell, probability, span
from bakeoff.server.report.page.document import Cell, Column, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.sufficiency import deciders
from bakeoff.server.scenarios import SINGLE_STREAM
from bakeoff.server.selection.costs import leading_costs
from bakeoff.server.selection.wording import difference, figure_quantity, significant, title
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import Comparison, ConstraintResult, Selection

_STATES = {
    Selection.STATE_RECOMMENDED: ("Recommended", Tone.GOOD),
    Selection.STATE_UNDECIDED: ("Undecided", Tone.WARN),
    Selection.STATE_NONE_QUALIFIES: ("None qualifies", Tone.BAD),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure of the leader. `comparison` sets it against the baseline, or is empty."""

    title: str
    value: str
    interval: str
    comparison: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate is not the one, and what would make it so, or nothing."""

    candidate: Cell
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer with its reasons. `leader` is None when no candidate qualifies.

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
        tiles=() if leader is None else _tiles(roster, leader),
        glance=_glance(roster),
        reasons=tuple(
            Reason(one.cell, one.selection.why_not, one.selection.what_would_change)
            for one in roster.ranked
            if one.selection.why_not
        ),
    )


def glance_keys(roster: Roster) -> tuple[str, ...]:
    """Figures that the first table shows: quality, then the costs that anyone has."""
    known = dict.fromkeys(key for one in roster.contenders for key in one.figures)
    keys = dict.fromkeys((roster.quality_key, *leading_costs(known)))
    return tuple(key for key in keys if key in known)


def key_title(roster: Roster, key: str) -> str:
    """Title of a figure, with its scenario unless it is the latency of single queries."""
    figure = next(one.figures[key] for one in roster.contenders if key in one.figures)
    is_single = figure.id.startswith("latency") and figure.scenario == SINGLE_STREAM
    return title(figure.id, "" if is_single else figure.scenario, figure.part)


def standing(roster: Roster, one: Contender) -> Cell:
    """How a candidate came out, as a mark."""
    selection = roster.report.selection
    if one.failure:
        return Cell("failed", tone=Tone.BAD, badge=True)
    if one.result.HasField("early_stop"):
        return Cell("stopped early", tone=Tone.MUTED, badge=True)
    outcomes = {found.outcome for found in one.selection.constraints}
    if ConstraintResult.OUTCOME_VIOLATED in outcomes:
        return Cell("breaks a constraint", tone=Tone.BAD, badge=True)
    if one.name == selection.recommended:
        decided = selection.state == Selection.STATE_RECOMMENDED
        return Cell(
            "recommended" if decided else "leads",
            tone=Tone.GOOD if decided else Tone.WARN,
            badge=True,
        )
    if one.name == selection.runner_up:
        return Cell("runner-up", badge=True)
    return Cell("qualifies", tone=Tone.MUTED, badge=True)


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
            *(Column(_sentence_case(key_title(roster, key))) for key in keys),
            Column("On the frontier", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                standing(roster, one),
                *(figure_cell(one.figures.get(key)) for key in keys),
                frontier_cell(one),
            )
            for one in roster.ranked
        ),
        note=f"Small numbers are {100 * level:g} % intervals.{_frontier_note(roster)}",
        quiet=True,
    )


def frontier_cell(one: Contender) -> Cell:
    """Whether a candidate is on the frontier by its values, and how often under resampling."""
    selection = one.selection
    words = "yes" if selection.on_frontier else DASH
    if not selection.HasField("frontier_probability"):
        return Cell(words) if selection.on_frontier else NOTHING
    return Cell(words, detail=f"{probability(selection.frontier_probability)} of resamples")


def _frontier_note(roster: Roster) -> str:
    if roster.report.selection.resample_count:
        return " The frontier is drawn by values; below it stands how often resampling puts it so."
    return " The frontier goes by values alone."


def _tiles(roster: Roster, leader: Contender) -> tuple[Tile, ...]:
    return tuple(
        Tile(
            title=_sentence_case(key_title(roster, key)),
            value=figure_quantity(figure) if figure.value is not None else DASH,
            interval=span(figure.interval, figure.id, figure.unit) or figure.absent_reason,
            comparison=_against_baseline(roster, leader, figure),
        )
        for key in glance_keys(roster)
        if (figure := leader.figures.get(key)) is not None
    )


def _against_baseline(roster: Roster, leader: Contender, figure: Figure) -> str:
    baseline = roster.contender(roster.baseline)
    if baseline is None or baseline.name == leader.name:
        return "the baseline" if baseline is not None else ""
    if baseline.result.HasField("early_stop") and figure.key not in baseline.figures:
        return "not compared: the baseline was stopped"
    other = baseline.figures.get(figure.key)
    if other is None or other.value is None or figure.value is None:
        return ""
    for compared in roster.report.comparisons:
        if (compared.candidate, compared.figure_id) == (leader.name, figure.key):
            return _quality_words(compared, figure, baseline.label)
    if figure.direction is None or figure.unit == "1" or not other.value or not figure.value:
        return ""
    return _cost_words(figure.value / other.value, figure.unit, baseline.label)


def _cost_words(ratio: float, unit: str, baseline: str) -> str:
    if unit == "MiB":
        return f"{significant(ratio)} times as much as {baseline}"
    faster = ratio > 1 if unit == "1/s" else ratio < 1
    times = significant(max(ratio, 1 / ratio))
    return f"{times} times {'faster' if faster else 'slower'} than {baseline}"


def _quality_words(compared: Comparison, figure: Figure, baseline: str) -> str:
    if not compared.HasField("difference"):
        return ""
    if compared.verdict == Comparison.VERDICT_EQUIVALENT:
        return f"equivalent to {baseline}"
    amount = difference(compared.difference, figure.id, figure.unit)
    sign = "+" if compared.difference >= 0 else MINUS
    told = ", undecided" if compared.verdict == Comparison.VERDICT_UNDECIDED else ""
    return f"{sign}{amount} against {baseline}{told}"


def _sentence_case(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def direction_words(direction: Direction | None) -> str:
    """`higher is better` or `lower is better`, or nothing."""
    return "" if direction is None else f"{direction.value} is better"
