"""What was asked of the candidates, and how far each keeps it."""

from dataclasses import replace

from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import NOTHING, figure_cell, signed, signed_span, span
from bakeoff.server.report.page.document import Cell, Column, Part, Section, Table, Tone
from bakeoff.server.report.page.gauges import Reading, gauges
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.report.page.sufficiency import deciders
from bakeoff.server.selection.wording import (
    difference,
    figure_quantity,
    joined,
    significant,
)
from bakeoff.server.types import Figure
from bakeoff.v1 import ConstraintResult
from bakeoff.v1 import Figure as FigureMessage

_OUTCOMES = {
    ConstraintResult.OUTCOME_MET: ("met", Tone.GOOD),
    ConstraintResult.OUTCOME_VIOLATED: ("violated", Tone.BAD),
    ConstraintResult.OUTCOME_UNDECIDED: ("undecided", Tone.WARN),
}
_UPPER_SIGNS = frozenset("<≤")


def constraints(roster: Roster) -> Section | None:
    """Every constraint on every candidate, and what objectives come to; None without either."""
    kept, pursued = _constraints(roster), _objectives(roster)
    parts: tuple[Part, ...] = tuple(table for table in (kept, pursued) if table is not None)
    if not parts:
        return None
    lead = (
        "Met or violated by the whole interval; undecided while the bound lies within it. On each "
        "line the bar is the interval, the dot the value and the stroke the bound."
    )
    return Section(
        id="constraints",
        title=joined(
            [
                *(["Constraints"] if kept else []),
                *(["objectives" if kept else "Objectives"] if pursued else []),
            ]
        ),
        lead=lead if kept else "What each objective comes to, with its interval.",
        parts=parts,
    )


def _constraints(roster: Roster) -> Table | None:
    expressions = roster.report.spec.constraints
    if not expressions:
        return None
    columns = [
        _cells([_found(one, index) for one in roster.ranked]) for index, _ in enumerate(expressions)
    ]
    return Table(
        caption="Constraints",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(expression, numeric=False) for expression in expressions),
        ),
        rows=tuple((one.cell, *cells) for one, *cells in zip(roster.ranked, *columns, strict=True)),
        quiet=True,
    )


def _found(one: Contender, index: int) -> ConstraintResult:
    """What was found of a constraint; an empty message where the candidate has none."""
    found = one.selection.constraints
    return found[index] if index < len(found) else ConstraintResult()


def _cells(column: list[ConstraintResult]) -> tuple[Cell, ...]:
    """One constraint on each candidate, with all gauges on one scale."""
    is_upper = any(not _UPPER_SIGNS.isdisjoint(found.expression) for found in column)
    drawn = gauges([_reading(found) for found in column], at_most=is_upper)
    cells = []
    for found, gauge in zip(column, drawn, strict=True):
        word, tone = _OUTCOMES.get(found.outcome, ("not told", Tone.MUTED))
        cells.append(Cell(word, detail=_detail(found), tone=tone, badge=True, gauge=gauge))
    return tuple(cells)


def _is_relative(found: ConstraintResult) -> bool:
    return found.relation in {
        ConstraintResult.RELATION_DIFFERENCE,
        ConstraintResult.RELATION_RATIO,
    }


def _judged(found: ConstraintResult) -> Figure | None:
    """What is set against the bound: the figure, or its difference from the baseline or ratio."""
    if not found.HasField("figure"):
        return None
    figure = figure_value(found.figure)
    if found.HasField("relation_value"):
        interval = found.relation_interval if found.HasField("relation_interval") else None
        message = FigureMessage(value=found.relation_value, interval=interval)
        related = figure_value(message)
        return replace(figure, value=related.value, interval=related.interval)
    if _is_without_interval(found):
        return replace(figure, interval=None)
    return replace(figure, value=None, interval=None) if _is_relative(found) else figure


def _reading(found: ConstraintResult) -> Reading | None:
    judged = _judged(found)
    if judged is None or judged.value is None:
        return None
    interval, bound = judged.interval, _bound(found)
    if bound is None:
        return None
    if _is_without_interval(found):
        return Reading(judged.value, None, None, bound)
    if interval is None:
        return Reading(judged.value, judged.value, judged.value, bound)
    return Reading(judged.value, interval.lower, interval.upper, bound)


def _bound(found: ConstraintResult) -> float | None:
    """The bound on what is judged; the message has it in the unit of the figure.

    None for a ratio of 0, which does not tell what it is a ratio to.
    """
    if found.relation == ConstraintResult.RELATION_DIFFERENCE:
        return found.bound - (found.figure.value - found.relation_value)
    if found.relation == ConstraintResult.RELATION_RATIO:
        value = found.figure.value
        return found.bound * found.relation_value / value if value else None
    return found.bound


def _is_without_interval(found: ConstraintResult) -> bool:
    """Whether a value is known, and no interval of it at the level that is asked for."""
    return found.relation == ConstraintResult.RELATION_VALUE and not found.HasField(
        "relation_value"
    )


def _detail(found: ConstraintResult) -> str:
    judged = _judged(found)
    if judged is None:
        return "not known"
    if judged.value is None:
        return "not known" if _is_relative(found) else figure_quantity(judged)
    words = [_value_words(found, judged, judged.value)]
    slack = _slack_words(found, judged)
    if slack:
        words.append(slack)
    more = deciders(found)
    if more:
        words.append(f"{more} would decide")
    return "; ".join(words)


def _value_words(found: ConstraintResult, judged: Figure, value: float) -> str:
    if found.relation == ConstraintResult.RELATION_RATIO:
        interval = span(judged.interval, "", "x")
        words = f"{significant(value)} times the baseline"
    elif found.relation == ConstraintResult.RELATION_DIFFERENCE:
        interval = signed_span(judged.interval, judged.id, judged.unit)
        words = f"{signed(value, judged.id, judged.unit)} against the baseline"
    else:
        interval = span(judged.interval, judged.id, judged.unit)
        words = figure_quantity(judged)
    if _is_without_interval(found):
        return f"{words}, without an interval at the level asked for"
    return f"{words} ({interval})" if interval else f"{words}, by its value"


def _slack_words(found: ConstraintResult, judged: Figure) -> str:
    if found.HasField("slack"):
        slack = found.slack
    elif judged.value is not None and not _is_relative(found):
        beyond = found.outcome == ConstraintResult.OUTCOME_VIOLATED
        distance = abs(judged.value - found.bound)
        slack = -distance if beyond else distance
        if found.outcome == ConstraintResult.OUTCOME_UNDECIDED:
            return ""
    else:
        return ""
    amount = difference(slack, judged.id, judged.unit)
    words = f"misses by {amount}" if slack < 0 else f"keeps it by {amount}"
    return f"its value {words}" if found.outcome == ConstraintResult.OUTCOME_UNDECIDED else words


def _objectives(roster: Roster) -> Table | None:
    """Objectives that no other table shows: several of them, or one of several figures."""
    expressions = roster.report.spec.objectives
    found = [objective for one in roster.ranked for objective in one.selection.objectives]
    known = {key for one in roster.contenders for key in one.figures}
    if not found or (len(expressions) == 1 and figure_value(found[0]).key in known):
        return None
    return Table(
        caption="Objectives, the first one first",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(expression) for expression in expressions),
        ),
        rows=tuple(
            (
                one.cell,
                *(_objective_cell(one, index) for index, _ in enumerate(expressions)),
            )
            for one in roster.ranked
        ),
    )


def _objective_cell(one: Contender, index: int) -> Cell:
    found = one.selection.objectives
    return figure_cell(figure_value(found[index])) if index < len(found) else NOTHING
