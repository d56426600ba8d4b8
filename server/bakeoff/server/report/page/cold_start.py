"""What the first query costs."""

from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.charts import axis, step_trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.catalogue import PROFILE_FIGURES
from bakeoff.server.selection.wording import title

_STEPS = ("process_start_ms", "load_ms", "first_inference_ms")


def cold_start(roster: Roster) -> Section | None:
    """What the first query costs; None when it was not measured."""
    measured = [one for one in roster.contenders if one.result.cold_start.figures]
    if not measured:
        return None
    return Section(
        id="cold-start",
        title="Cold start",
        lead="From the start of a fresh process to its first answer, and what a new shape costs.",
        parts=(_chart(measured),),
    )


def _chart(measured: list[Contender]) -> Chart:
    labels: list[Json] = [one.label for one in measured]
    known = [figure for figure in PROFILE_FIGURES if figure.unit == "ms"]
    return Chart(
        id="cold-start",
        title="Time to the first answer",
        description="Process start, load and first inference of each candidate, one after another.",
        traces=[
            step_trace(
                title(step),
                index,
                y=labels,
                x=[_value(one, step) for one in measured],
                hovertemplate="%{x:,.4g} ms<extra>%{fullData.name}</extra>",
            )
            for index, step in enumerate(_STEPS)
        ],
        layout={
            "barmode": "stack",
            "legend": {"traceorder": "normal"},
            "xaxis": axis("ms"),
            "yaxis": axis("", type="category", autorange="reversed"),
        },
        table=Table(
            caption="Cold start",
            columns=(
                Column("Candidate", numeric=False),
                *(Column(title(figure.id)) for figure in known),
                Column("Fresh processes"),
            ),
            rows=tuple(
                (
                    one.cell,
                    *(figure_cell(one.figures.get(figure.key)) for figure in known),
                    Cell(str(one.result.cold_start.repeat_count)),
                )
                for one in measured
            ),
        ),
        height_px=140 + 44 * len(measured),
    )


def _value(one: Contender, figure_id: str) -> float | None:
    figure = one.figures.get(figure_id)
    return None if figure is None else figure.value
