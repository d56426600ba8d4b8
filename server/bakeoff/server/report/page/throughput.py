"""Throughput, round by round, and costs as ratios to the baseline."""

from bakeoff.server.report.page.cells import NOTHING, figure_cell, span
from bakeoff.server.report.page.charts import axis, error_bars, symbol, trace
from bakeoff.server.report.page.document import (
    Cell,
    Chart,
    Column,
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

_KEY = f"throughput_per_s@{OFFLINE}"
_SINGLE_KEY = f"throughput_per_s@{SINGLE_STREAM}"
_PADDING_KEY = f"padding_share@{OFFLINE}"
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
    measured = [one for one in roster.contenders if _is_known(one)]
    if measured:
        parts.append(_chart(measured))
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


def _is_known(one: Contender) -> bool:
    figure = one.figures.get(_KEY)
    return figure is not None and figure.value is not None


def _chart(measured: list[Contender]) -> Chart:
    figures = [one.figures[_KEY] for one in measured]
    labels: list[Json] = [one.label for one in measured]
    bars = [
        trace(
            "bar",
            one.label,
            one.position,
            y=[one.label],
            x=[one.figures[_KEY].value],
            orientation="h",
            # Pale, so that the interval and the rounds stand out from it.
            marker={"opacity": 0.45},
            error_x=error_bars([one.figures[_KEY]]),
            showlegend=False,
            hovertemplate="%{x:,.4g} samples a second<extra>%{fullData.name}</extra>",
        )
        for one in measured
    ]
    rounds = [
        trace(
            "scatter",
            f"{one.label}, rounds",
            one.position,
            y=[one.label for _ in scenario.blocks],
            x=[block.value for block in scenario.blocks],
            mode="markers",
            marker={"symbol": symbol(one.position), "size": 6},
            showlegend=False,
            hovertemplate="round: %{x:,.4g} samples a second<extra>%{fullData.name}</extra>",
        )
        for one in measured
        if (scenario := one.scenario(OFFLINE)) is not None
    ]
    values = ", ".join(f"{one.label} {figure_cell(one.figures[_KEY]).text}" for one in measured)
    return Chart(
        id="throughput",
        title="Offline throughput",
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
                Column("Single-stream", detail="queries"),
                Column("Threads a run"),
                Column("Runs at a time"),
            ),
            rows=tuple(
                (
                    one.cell,
                    figure_cell(figure),
                    figure_cell(one.figures.get(_PADDING_KEY)),
                    figure_cell(one.figures.get(_SINGLE_KEY)),
                    *_layout_cells(one),
                )
                for one, figure in zip(measured, figures, strict=True)
            ),
        ),
        height_px=140 + 44 * len(measured),
    )


def _layout_cells(one: Contender) -> tuple[Cell, Cell]:
    scenario = one.scenario(OFFLINE)
    if scenario is None:
        return Cell(""), Cell("")
    layout = scenario.thread_layout
    return Cell(str(layout.intra_op_thread_count)), Cell(str(layout.caller_count))


def _ratios(roster: Roster) -> Table:
    ratios = roster.report.cost_ratios
    heads = list(dict.fromkeys((ratio.figure_id, ratio.scenario) for ratio in ratios))
    found = {(ratio.candidate, ratio.figure_id, ratio.scenario): ratio for ratio in ratios}
    return Table(
        caption=f"Cost as a ratio to {roster.label(roster.baseline)}",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(title(figure_id), detail=scenario) for figure_id, scenario in heads),
        ),
        rows=tuple(
            (
                one.cell,
                *(
                    _ratio_cell(found.get((one.name, figure_id, scenario)))
                    for figure_id, scenario in heads
                ),
            )
            for one in roster.contenders
            if one.name != roster.baseline
        ),
        note=(
            "Median over rounds of the candidate's value over the baseline's in the same round, "
            "with its interval."
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
