"""The highest load that holds a bound on latency, and how it was found."""

from bakeoff.server.report.page.bounds import VERDICT_COLUMNS, verdict_cells
from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.charts import chart_id, log_axis, symbol, trace
from bakeoff.server.report.page.document import (
    Cell,
    Chart,
    Column,
    Fold,
    Json,
    Part,
    Section,
    Table,
)
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.scenarios import PEAK_LOAD, bound_text
from bakeoff.server.selection.wording import quantity
from bakeoff.v1 import LatencyVerdict, LoadProbe

_NS_PER_MS = 1e6


def peak_load(roster: Roster) -> Section | None:
    """Peak load of each candidate under each bound; None when none was searched for."""
    scenarios = roster.scenarios_of(PEAK_LOAD)
    if not scenarios:
        return None
    parts: list[Part] = [_peaks(roster, scenario) for scenario in scenarios]
    for scenario in scenarios:
        parts += _probes(roster, scenario)
    return Section(
        id="peak-load",
        title="Peak load",
        lead=(
            "The highest rate of arrivals at which the bound on latency holds: doubled until it "
            "breaks, bisected, and the winner measured again for longer."
        ),
        parts=tuple(parts),
    )


def _peaks(roster: Roster, scenario: str) -> Table:
    return Table(
        caption=f"Peak load, {scenario}",
        columns=(
            Column("Candidate", numeric=False),
            Column("Peak", detail="queries"),
            Column("Mean batch"),
            Column("Lateness, p99"),
            Column("Rates tried"),
        ),
        rows=tuple(
            (
                one.cell,
                figure_cell(one.figure("peak_qps", scenario)),
                figure_cell(one.figure("mean_batch_size", scenario)),
                figure_cell(one.figure("lateness_p99_ms", scenario)),
                Cell(str(len(_tried(one, scenario)))),
            )
            for one in roster.measured(scenario)
        ),
    )


def _tried(one: Contender, scenario: str) -> list[LoadProbe]:
    found = one.scenario(scenario)
    return [] if found is None else list(found.peak_load_search.probes)


def _probes(roster: Roster, scenario: str) -> list[Part]:
    measured = [one for one in roster.measured(scenario) if _tried(one, scenario)]
    told = [
        probe
        for one in measured
        for probe in _tried(one, scenario)
        if probe.verdict.HasField("conservative_latency_ms")
    ]
    table = _table(measured, scenario)
    if not told:
        return [Fold(f"Rates that were tried, {scenario}", (table,))] if measured else []
    bound = told[0].verdict.bound
    bound_ms = bound.max_latency.ToNanoseconds() / _NS_PER_MS
    rates = [probe.qps for probe in told]
    latencies = [probe.verdict.conservative_latency_ms for probe in told]
    limit = trace(
        "scatter",
        f"bound, {bound_text(bound)}",
        None,
        x=[min(rates), max(rates)],
        y=[bound_ms, bound_ms],
        mode="lines",
        line={"dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    chart = Chart(
        id=chart_id("peak", scenario),
        title=f"Latency at each rate that was tried, {scenario}",
        description=(
            "Latency at the quantile of the bound against the rate of arrivals, one mark a rate; "
            "marks are open where the bound is not shown to hold, and larger for the last check."
        ),
        traces=[limit, *(_marks(one, scenario) for one in measured)],
        layout={
            "xaxis": log_axis("arrivals per second", rates),
            "yaxis": log_axis("latency, erring on the slow side, ms", [*latencies, bound_ms]),
            "hovermode": "closest",
        },
        table=table,
    )
    return [chart]


def _marks(one: Contender, scenario: str) -> dict[str, Json]:
    probes = sorted(
        (
            probe
            for probe in _tried(one, scenario)
            if probe.verdict.HasField("conservative_latency_ms")
        ),
        key=lambda probe: probe.qps,
    )
    mark, is_invalid = symbol(one.position), bool(one.invalid_reason(scenario))
    return dict(
        trace(
            "scatter",
            one.label_in(scenario),
            one.position,
            x=[probe.qps for probe in probes],
            y=[probe.verdict.conservative_latency_ms for probe in probes],
            mode="lines+markers",
            line={"width": 1},
            marker={
                "size": [14 if probe.verification else 9 for probe in probes],
                "symbol": [
                    mark if _held(probe) and not is_invalid else f"{mark}-open" for probe in probes
                ],
            },
            hovertemplate="%{y:.3g} ms at %{x:.3g}/s<extra>%{fullData.name}</extra>",
        )
    )


def _held(probe: LoadProbe) -> bool:
    return probe.verdict.outcome == LatencyVerdict.OUTCOME_VALID


def _table(measured: list[Contender], scenario: str) -> Table:
    return Table(
        caption="Rates that were tried, in their order",
        columns=(
            Column("Candidate", numeric=False),
            Column("Arrivals"),
            Column("Purpose", numeric=False),
            *VERDICT_COLUMNS,
        ),
        rows=tuple(
            (
                one.cell,
                Cell(quantity(probe.qps, "", "1/s")),
                Cell("verification" if probe.verification else "search"),
                *verdict_cells(probe.verdict, one.invalid_reason(scenario)),
            )
            for one in measured
            for probe in _tried(one, scenario)
        ),
    )
