"""Quantiles of latency as a table."""

from bakeoff.server.report.observations import END_TO_END, MODEL_ONLY
from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.document import Column, Table
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.scenarios import SINGLE_STREAM, kind_of
from bakeoff.server.selection.catalogue import LATENCY_FIGURES
from bakeoff.server.selection.wording import title

_BOUNDARY_WORDS = {END_TO_END: "end to end", MODEL_ONLY: "in the model alone"}


def quantiles(roster: Roster, scenario: str, boundary: str) -> Table:
    """Quantiles and mean of each candidate's latency in a scenario, at one boundary.

    Of single queries with their throughput, which is that of one caller without a pause.
    """
    stem = "latency" if boundary == END_TO_END else "model_latency"
    has_rate = boundary == END_TO_END and kind_of(scenario) == SINGLE_STREAM
    known = [figure for figure in LATENCY_FIGURES if figure.id.startswith(f"{stem}_")]
    return Table(
        caption=f"Latency {_BOUNDARY_WORDS[boundary]}",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(title(figure.id).partition(" ")[0]) for figure in known),
            *([Column("Throughput", detail="queries")] if has_rate else []),
        ),
        rows=tuple(
            (
                one.cell,
                *(figure_cell(one.figure(figure.id, scenario)) for figure in known),
                *([figure_cell(one.figure("throughput_per_s", scenario))] if has_rate else []),
            )
            for one in roster.measured(scenario)
        ),
        note=(
            "A quantile is a latency that was observed, with its interval; a tail "
            "that the number of queries does not carry is left out, with how many are missing."
        ),
    )
