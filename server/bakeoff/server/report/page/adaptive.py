"""Who was stopped early, when and why, and what that spared."""

from collections.abc import Iterable

from bakeoff.server.report.page.cells import count_cell
from bakeoff.server.report.page.document import Cell, Column, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import joined, percent
from bakeoff.v1 import AdaptiveSummary, EarlyStop

_STAGES = {
    EarlyStop.STAGE_PREDICTION: "while predicting",
    EarlyStop.STAGE_LOAD: "under load",
}


def adaptive(roster: Roster) -> Section | None:
    """Candidates that were stopped early; None when all was measured in full."""
    if not roster.report.HasField("adaptive"):
        return None
    stopped = [one for one in roster.contenders if one.result.HasField("early_stop")]
    table = Table(
        caption="Stopped early",
        columns=(
            Column("Candidate", numeric=False),
            Column("Stopped", numeric=False),
            Column("Examples"),
            Column("Blocks of load"),
            Column("Why", numeric=False),
        ),
        rows=tuple(_row(one) for one in stopped),
        quiet=True,
    )
    return Section(
        id="stopped-early",
        title="Stopped early",
        lead=_lead(roster.report.adaptive),
        parts=(table,) if stopped else (),
    )


def _lead(summary: AdaptiveSummary) -> str:
    told = joined(list(_spent(summary)))
    return (
        "Candidates were measured in turn, and those that were surely out no further. The one "
        "that the full measurement would choose is stopped in at most "
        f"{100 * summary.error_rate:g} % of evaluations. Measured were {told}."
    )


def _spent(summary: AdaptiveSummary) -> Iterable[str]:
    for found, full, noun in (
        (summary.predicted_example_count, summary.full_example_count, "examples"),
        (summary.measured_block_count, summary.full_block_count, "blocks of load"),
    ):
        if full:
            yield f"{found:,} of {full:,} {noun} ({percent(found / full)})"


def _row(one: Contender) -> tuple[Cell, ...]:
    stop = one.result.early_stop
    return (
        one.cell,
        Cell(_STAGES.get(stop.stage, "")),
        count_cell(stop.example_count),
        count_cell(stop.round_count),
        Cell(stop.reason),
    )
