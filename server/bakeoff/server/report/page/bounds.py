"""Whether bounds on latency were held."""

from bakeoff.server.report.page.cells import NOTHING, count_cell
from bakeoff.server.report.page.document import Cell, Column, Section, Table, Tone
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.scenarios import bound_text
from bakeoff.server.selection.wording import counted, quantity
from bakeoff.v1 import LatencyVerdict


def bounds(roster: Roster) -> Section | None:
    """A verdict on each bound of each scenario; None when no bound was given."""
    rows = tuple(
        (
            one.cell,
            Cell(scenario),
            Cell(bound_text(verdict.bound)),
            *verdict_cells(verdict, one.invalid_reason(scenario)),
        )
        for scenario in roster.scenarios
        for one in roster.measured(scenario)
        if (found := one.scenario(scenario)) is not None
        for verdict in found.latency_verdicts
    )
    if not rows:
        return None
    return Section(
        id="bounds",
        title="Bounds on latency",
        lead=(
            "A bound holds when the number of queries that passed it is small enough to be sure "
            "to 99 %, by the rule of LoadGen's early stopping."
        ),
        parts=(
            Table(
                caption="Bounds on latency",
                columns=(
                    Column("Candidate", numeric=False),
                    Column("Scenario", numeric=False),
                    Column("Bound", numeric=False),
                    *VERDICT_COLUMNS,
                ),
                rows=rows,
                quiet=True,
            ),
        ),
    )


VERDICT_COLUMNS = (
    Column("Verdict", numeric=False),
    Column("Queries"),
    Column("Over the bound"),
    Column("Latency, erring on the slow side"),
)


def verdict_cells(verdict: LatencyVerdict, invalid_reason: str) -> tuple[Cell, ...]:
    """What was found of a bound, in the order of `VERDICT_COLUMNS`; no verdict where invalid."""
    over, allowed = verdict.over_bound_count, verdict.allowed_over_bound_count
    counts = (
        count_cell(verdict.query_count),
        Cell(f"{over:,}", detail=f"of at most {allowed:,}"),
    )
    if invalid_reason:
        mark = Cell("invalid", detail=invalid_reason, tone=Tone.BAD, badge=True)
        return (mark, *counts, NOTHING)
    held = verdict.outcome == LatencyVerdict.OUTCOME_VALID
    missing = verdict.more_queries_needed
    more = "" if held or not missing else f"needs {counted(missing, 'more query', 'more queries')}"
    estimate = NOTHING
    if verdict.HasField("conservative_latency_ms"):
        estimate = Cell(quantity(verdict.conservative_latency_ms, "", "ms"))
    return (
        Cell(
            "holds" if held else "does not hold",
            detail=more,
            tone=Tone.GOOD if held else Tone.BAD,
            badge=True,
        ),
        *counts,
        estimate,
    )
