"""Where the time of a query goes."""

from collections.abc import Sequence

from bakeoff.server.report.page.cells import NOTHING
from bakeoff.server.report.page.charts import axis, chart_id, step_trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Table
from bakeoff.server.report.page.roster import Contender
from bakeoff.server.selection.wording import number, quantity
from bakeoff.v1 import StageTime


def stages(measured: Sequence[Contender], scenario: str) -> Chart | None:
    """Mean time of each stage of a query in a scenario; None where stages were not timed."""
    times = {
        one.position: {stage.stage: stage for stage in found.stages}
        for one in measured
        if (found := one.scenario(scenario)) is not None
    }
    names = list(dict.fromkeys(stage for found in times.values() for stage in found))
    if not names:
        return None
    labels: list[Json] = [one.label_in(scenario) for one in measured]
    return Chart(
        id=chart_id("stages", scenario),
        title="Where the time of a query goes",
        description=f"Mean time of each stage of a query: {', '.join(names)}.",
        traces=[
            step_trace(
                stage,
                index,
                y=labels,
                x=[_mean_ms(times[one.position].get(stage)) for one in measured],
                hovertemplate="%{x:.3g} ms<extra>%{fullData.name}</extra>",
            )
            for index, stage in enumerate(names)
        ],
        layout={
            "barmode": "stack",
            "legend": {"traceorder": "normal"},
            "xaxis": axis("mean time of a query, ms"),
            "yaxis": axis("", type="category", autorange="reversed"),
        },
        table=Table(
            caption="Mean time of each stage of a query",
            note="Below the mean stand the median and the 99th percentile over queries.",
            columns=(Column("Candidate", numeric=False), *(Column(stage) for stage in names)),
            rows=tuple(
                (
                    one.cell_in(scenario),
                    *(_cell(times[one.position].get(stage)) for stage in names),
                )
                for one in measured
            ),
        ),
        height_px=140 + 44 * len(measured),
    )


def _mean_ms(stage: StageTime | None) -> float:
    return 0.0 if stage is None else stage.mean_ms


def _cell(stage: StageTime | None) -> Cell:
    if stage is None:
        return NOTHING
    told = []
    if stage.HasField("p50_ms"):
        told.append(f"p50 {number(stage.p50_ms, '', 'ms')}")
    if stage.HasField("p99_ms"):
        told.append(f"p99 {number(stage.p99_ms, '', 'ms')}")
    return Cell(quantity(stage.mean_ms, "", "ms"), detail=", ".join(told))
