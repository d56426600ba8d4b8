"""How every example was predicted once."""

from bakeoff.server.report.page.cells import NOTHING, count_cell
from bakeoff.server.report.page.document import Cell, Column, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import percent, quantity
from bakeoff.v1 import PredictionPass


def prediction_pass(roster: Roster) -> Section | None:
    """How the prediction pass of each candidate went; None when there was none."""
    shown = [one for one in roster.contenders if one.result.HasField("prediction_pass")]
    if not shown:
        return None
    return Section(
        id="prediction-pass",
        title="Prediction pass",
        lead=(
            "Every example of the set, once, in the batches that the offline scenario measures; "
            "the time runs until the predictions are stored."
        ),
        parts=(
            Table(
                caption="Prediction pass",
                columns=(
                    Column("Candidate", numeric=False),
                    Column("Examples"),
                    Column("Time"),
                    Column("Examples a second"),
                    Column("Runs of the graph"),
                    Column("Padding", detail="share of tokens"),
                    Column("Threads a run"),
                    Column("Runs at a time"),
                ),
                rows=tuple(_row(one) for one in shown),
                quiet=True,
            ),
        ),
    )


def _row(one: Contender) -> tuple[Cell, ...]:
    found = one.result.prediction_pass
    duration_s = found.duration.ToNanoseconds() / 1e9
    rate = Cell(quantity(found.example_count / duration_s, "", "1/s")) if duration_s else NOTHING
    return (
        one.cell,
        count_cell(found.example_count),
        Cell(quantity(duration_s, "", "s")),
        rate,
        count_cell(found.batch_count),
        _padding_cell(found),
        count_cell(found.thread_layout.intra_op_thread_count),
        count_cell(found.thread_layout.caller_count),
    )


def _padding_cell(found: PredictionPass) -> Cell:
    if not found.padded_token_count:
        return NOTHING
    padding = found.padded_token_count - found.token_count
    return Cell(percent(padding / found.padded_token_count, 1))
