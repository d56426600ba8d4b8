"""Latency by the length of the input, and for the caller's own traffic."""

from dataclasses import replace

from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import NOTHING, figure_cell
from bakeoff.server.report.page.charts import axis, chart_id, symbol, trace
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
from bakeoff.server.selection.catalogue import TRAFFIC_FIGURES
from bakeoff.server.selection.wording import percent
from bakeoff.server.types import Figure
from bakeoff.v1 import LengthBucket

_QUANTILES = ("latency_p50_ms", "latency_p90_ms", "latency_p99_ms")


def lengths(roster: Roster) -> Section | None:
    """Latency by length in each scenario that knows lengths; None when there is none."""
    scenarios = [
        scenario
        for scenario in roster.scenarios
        if any(_buckets(one, scenario) for one in roster.measured(scenario))
    ]
    if not scenarios:
        return None
    parts: list[Part] = []
    if roster.report.spec.HasField("traffic"):
        parts.append(_traffic(roster, scenarios))
    for position, scenario in enumerate(scenarios):
        measured = [one for one in roster.measured(scenario) if _buckets(one, scenario)]
        shown = _chart(measured, scenario)
        parts.append(shown if position == 0 else Fold(f"Latency by length, {scenario}", (shown,)))
    return Section(
        id="lengths",
        title="Latency by length",
        lead=(
            "The longer an input, the longer its query. Lengths are tokens of the input, padding "
            "not included."
        ),
        parts=tuple(parts),
    )


def _buckets(one: Contender, scenario: str) -> list[LengthBucket]:
    found = one.scenario(scenario)
    return [] if found is None else list(found.length_buckets)


def _traffic(roster: Roster, scenarios: list[str]) -> Table:
    return Table(
        caption="Latency as your traffic would see it",
        columns=(
            Column("Candidate", numeric=False),
            Column("Scenario", numeric=False),
            *(Column(figure.id.removeprefix("traffic_latency_")[:3]) for figure in TRAFFIC_FIGURES),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(scenario),
                *(figure_cell(one.figure(figure.id, scenario)) for figure in TRAFFIC_FIGURES),
            )
            for scenario in scenarios
            for one in roster.measured(scenario)
        ),
        note=(
            "Each query weighs as much as its length has of the traffic, over the queries of that "
            "length that were measured."
        ),
    )


def _name(bucket: LengthBucket) -> str:
    return f"{bucket.min_token_count:,} to {bucket.max_token_count:,}"


def _figure(bucket: LengthBucket, figure_id: str) -> Figure | None:
    found = (figure for figure in bucket.figures if figure.id == figure_id)
    message = next(found, None)
    return None if message is None else figure_value(message)


def _chart(measured: list[Contender], scenario: str) -> Chart:
    return Chart(
        id=chart_id("lengths", scenario),
        title=f"Median latency by length, {scenario}",
        description="Median end-to-end latency by tokens of the input, one line a candidate.",
        traces=[_line(one, scenario) for one in measured if not one.invalid_reason(scenario)],
        layout={
            "xaxis": axis("tokens of the input", type="category"),
            "yaxis": axis("median latency, ms", rangemode="tozero"),
            "hovermode": "x",
        },
        table=_table(measured, scenario),
    )


def _line(one: Contender, scenario: str) -> dict[str, Json]:
    known = [
        (_name(bucket), figure.value)
        for bucket in _buckets(one, scenario)
        if (figure := _figure(bucket, "latency_p50_ms")) is not None and figure.value is not None
    ]
    return dict(
        trace(
            "scatter",
            one.label,
            one.position,
            x=[name for name, _ in known],
            y=[value for _, value in known],
            mode="lines+markers",
            line={"width": 2},
            marker={"symbol": symbol(one.position), "size": 8},
            hovertemplate="%{y:.3g} ms<extra>%{fullData.name}</extra>",
        )
    )


def _table(measured: list[Contender], scenario: str) -> Table:
    return Table(
        caption="Latency by length",
        columns=(
            Column("Candidate", numeric=False),
            Column("Tokens"),
            Column("Queries", detail="share"),
            Column("Your traffic", detail="share"),
            *(Column(figure_id.split("_")[1]) for figure_id in _QUANTILES),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(_name(bucket)),
                Cell(percent(bucket.query_share, 1)),
                Cell(percent(bucket.traffic_share, 1))
                if bucket.HasField("traffic_share")
                else NOTHING,
                *(_cell(one, scenario, bucket, figure_id) for figure_id in _QUANTILES),
            )
            for one in measured
            for bucket in _buckets(one, scenario)
        ),
    )


def _cell(one: Contender, scenario: str, bucket: LengthBucket, figure_id: str) -> Cell:
    reason = one.invalid_reason(scenario)
    if reason:
        return replace(NOTHING, detail=reason)
    return figure_cell(_figure(bucket, figure_id))
