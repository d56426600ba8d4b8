"""Memory under load without a pause."""

from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.charts import axis, chart_id, trace
from bakeoff.server.report.page.document import Chart, Column, Json, Part, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.scenarios import SOAK
from bakeoff.server.selection.catalogue import SOAK_FIGURES
from bakeoff.server.selection.wording import title
from bakeoff.v1 import MemorySample

_MIB = 2**20
_NS_PER_S = 1e9


def soak(roster: Roster) -> Section | None:
    """How memory went in each `soak` scenario; None when it was read in none."""
    parts: list[Part] = []
    for scenario in roster.scenarios_of(SOAK):
        measured = [one for one in roster.measured(scenario) if _samples(one, scenario)]
        if measured:
            parts.append(_chart(measured, scenario))
    if not parts:
        return None
    return Section(
        id="soak",
        title="Memory under lasting load",
        lead=(
            "Memory of the worker process alone while queries follow each other without a pause. A "
            "leak is a slope whose interval lies above 0."
        ),
        parts=tuple(parts),
    )


def _samples(one: Contender, scenario: str) -> list[MemorySample]:
    found = one.scenario(scenario)
    return [] if found is None else list(found.memory_trend.samples)


def _chart(measured: list[Contender], scenario: str) -> Chart:
    return Chart(
        id=chart_id("memory", scenario),
        title="Memory of the process over time under load",
        description="Memory of each candidate's process in MiB against seconds under load.",
        traces=[_line(one, scenario) for one in measured],
        layout={
            "xaxis": axis("time under load, s"),
            "yaxis": axis("MiB", rangemode="tozero"),
            "hovermode": "x",
        },
        table=Table(
            caption="Leak and growth of memory",
            columns=(
                Column("Candidate", numeric=False),
                *(Column(title(figure.id)) for figure in SOAK_FIGURES),
                Column("p50 latency"),
                Column("p99 latency"),
            ),
            rows=tuple(
                (
                    one.cell,
                    *(figure_cell(one.figure(figure.id, scenario)) for figure in SOAK_FIGURES),
                    figure_cell(one.figure("latency_p50_ms", scenario)),
                    figure_cell(one.figure("latency_p99_ms", scenario)),
                )
                for one in measured
            ),
        ),
        table_open=True,
    )


def _line(one: Contender, scenario: str) -> dict[str, Json]:
    samples = _samples(one, scenario)
    return dict(
        trace(
            "scatter",
            one.label_in(scenario),
            one.position,
            x=[sample.elapsed_ns / _NS_PER_S for sample in samples],
            y=[(sample.uss_bytes or sample.rss_bytes) / _MIB for sample in samples],
            mode="lines",
            line={"width": 2},
            hovertemplate="%{y:,.4g} MiB<extra>%{fullData.name}</extra>",
        )
    )
