"""Throughput, round by round, and costs as ratios to the baseline."""

from bakeoff.server.report.page.cells import NOTHING, figure_cell, shown_digest, span
from bakeoff.server.report.page.charts import axis, chart_id, error_bars, symbol, trace
from bakeoff.server.report.page.document import (
    Cell,
    Chart,
    Column,
    Fold,
    Json,
    Part,
    Section,
    Table,
    Tone,
)
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.scenarios import OFFLINE, SINGLE_STREAM
from bakeoff.server.selection.wording import counted, significant, title
from bakeoff.server.types import Interval
from bakeoff.v1 import CostRatio, Validity

_ID = "throughput_per_s"
_STATES = {
    Validity.STATE_VALID: ("valid", Tone.GOOD),
    Validity.STATE_SUSPECT: ("suspect", Tone.WARN),
    Validity.STATE_INVALID: ("invalid", Tone.BAD),
}


def throughput(roster: Roster) -> Section | None:
    """Samples per second; None when nothing was measured."""
    if not roster.scenarios:
        return None
    parts: list[Part] = []
    charts = []
    for scenario in roster.scenarios_of(OFFLINE):
        measured = [one for one in roster.measured(scenario) if _value(one, scenario) is not None]
        if measured:
            charts.append(_chart(roster, measured, scenario))
    parts += charts[:1]
    parts += [Fold(chart.title, (chart,)) for chart in charts[1:]]
    if roster.report.cost_ratios:
        parts.append(_ratios(roster))
    parts.append(_validity(roster))
    return Section(
        id="throughput",
        title="Throughput and cost ratios",
        lead=(
            "Offline: all examples are there from the start and are batched under the policy. "
            "Candidates take turns, round by round, so that a drifting machine drifts for all."
        ),
        parts=tuple(parts),
    )


def _value(one: Contender, scenario: str) -> float | None:
    figure = one.figure(_ID, scenario)
    return None if figure is None else figure.value


def _chart(roster: Roster, measured: list[Contender], scenario: str) -> Chart:
    known = [(one, one.figures[f"{_ID}@{scenario}"]) for one in measured]
    labels: list[Json] = [one.label for one in measured]
    bars = [
        trace(
            "bar",
            one.label,
            one.position,
            y=[one.label],
            x=[figure.value],
            orientation="h",
            # Pale, so that the interval and the rounds stand out from it.
            marker={"opacity": 0.45},
            error_x=error_bars([figure]),
            showlegend=False,
            hovertemplate="%{x:,.4g} samples a second<extra>%{fullData.name}</extra>",
        )
        for one, figure in known
    ]
    rounds = [
        trace(
            "scatter",
            f"{one.label}, rounds",
            one.position,
            y=[one.label for _ in found.blocks],
            x=[block.value for block in found.blocks],
            mode="markers",
            marker={"symbol": symbol(one.position), "size": 6},
            showlegend=False,
            hovertemplate="round: %{x:,.4g} samples a second<extra>%{fullData.name}</extra>",
        )
        for one in measured
        if (found := one.scenario(scenario)) is not None
    ]
    values = ", ".join(f"{one.label} {figure_cell(figure).text}" for one, figure in known)
    single = roster.scenarios_of(SINGLE_STREAM)[:1]
    return Chart(
        id=chart_id("throughput", scenario),
        title="Offline throughput" if scenario == OFFLINE else f"Throughput, {scenario}",
        description=f"Samples per second with intervals, and each round as a mark: {values}.",
        traces=[*bars, *rounds],
        layout={
            "xaxis": axis("samples per second", rangemode="tozero"),
            "yaxis": axis("", type="category", autorange="reversed", categoryarray=labels),
        },
        table=Table(
            caption="Throughput and padding",
            columns=(
                Column("Candidate", numeric=False),
                Column("Offline", detail="samples"),
                Column("Padding", detail="share of tokens"),
                *(Column("Single-stream", detail="queries") for _ in single),
                Column("Threads a run"),
                Column("Runs at a time"),
            ),
            rows=tuple(
                (
                    one.cell,
                    figure_cell(figure),
                    figure_cell(one.figure("padding_share", scenario)),
                    *(figure_cell(one.figure(_ID, name)) for name in single),
                    *_layout_cells(one, scenario),
                )
                for one, figure in known
            ),
        ),
        height_px=140 + 44 * len(measured),
    )


def _layout_cells(one: Contender, scenario: str) -> tuple[Cell, Cell]:
    found = one.scenario(scenario)
    if found is None:
        return Cell(""), Cell("")
    layout = found.thread_layout
    return Cell(str(layout.intra_op_thread_count)), Cell(str(layout.caller_count))


def _ratios(roster: Roster) -> Table:
    ratios = roster.report.cost_ratios
    fingerprint = shown_digest(roster.report.environment.fingerprint.sha256) or "not known"
    heads = list(dict.fromkeys((ratio.figure_id, ratio.scenario) for ratio in ratios))
    found = {(ratio.candidate, ratio.figure_id, ratio.scenario): ratio for ratio in ratios}
    others = [one for one in roster.contenders if one.name != roster.baseline]
    return Table(
        caption=f"Cost as a ratio to {roster.label(roster.baseline)}",
        columns=(
            Column("Figure", numeric=False),
            *(Column(one.label, series=one.position) for one in others),
        ),
        rows=tuple(
            (
                Cell(title(figure_id), detail=scenario),
                *(_ratio_cell(found.get((one.name, figure_id, scenario))) for one in others),
            )
            for figure_id, scenario in heads
        ),
        note=(
            "Median over rounds of the candidate's value over the baseline's in the same round, "
            f"with its interval. All on hardware and software of fingerprint {fingerprint}."
        ),
    )


def _ratio_cell(ratio: CostRatio | None) -> Cell:
    if ratio is None:
        return NOTHING
    words = counted(ratio.round_count, "round")
    if ratio.HasField("interval"):
        bounds = Interval(ratio.interval.lower, ratio.interval.upper, ratio.interval.level, "")
        words = f"{span(bounds, '', '')}, {words}"
    return Cell(f"\N{MULTIPLICATION SIGN} {significant(ratio.ratio)}", detail=words)


def _validity(roster: Roster) -> Table:
    rows = []
    for one in roster.contenders:
        for scenario in one.result.scenarios:
            word, tone = _STATES.get(scenario.validity.state, ("not told", Tone.MUTED))
            rows.append(
                (
                    one.cell,
                    Cell(scenario.scenario),
                    Cell(f"{sum(block.query_count for block in scenario.blocks):,}"),
                    Cell(str(len(scenario.blocks))),
                    Cell(word, tone=tone, badge=True),
                    Cell(" ".join(scenario.validity.reasons)),
                )
            )
    return Table(
        caption="Whether the measurements can be trusted",
        columns=(
            Column("Candidate", numeric=False),
            Column("Scenario", numeric=False),
            Column("Queries", detail="offline: samples"),
            Column("Rounds"),
            Column("Trust", numeric=False),
            Column("Why", numeric=False),
        ),
        rows=tuple(rows),
    )
