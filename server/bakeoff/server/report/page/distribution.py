"""Latencies of a scenario as a distribution."""

from collections.abc import Sequence
from itertools import pairwise

from bakeoff.server.report.observations import END_TO_END
from bakeoff.server.report.page.charts import axis, chart_id, dash, log_axis, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Table
from bakeoff.server.report.page.roster import Contender
from bakeoff.server.selection.wording import figure_quantity
from bakeoff.v1 import Histogram


def distribution(measured: Sequence[Contender], scenario: str) -> Chart:
    """Share of queries by end-to-end latency in a scenario, one outline a candidate."""
    medians = [
        f"{one.label} {figure_quantity(median)}"
        for one in measured
        if (median := one.figure("latency_p50_ms", scenario)) is not None
    ]
    drawn = [one for one in measured if _histogram(one, scenario) is not None]
    return Chart(
        id=chart_id("latency-distribution", scenario),
        title="Latency distribution, end to end",
        description=(
            "Share of queries by latency, one line a candidate, on a logarithmic axis. "
            f"Medians: {', '.join(medians)}."
        ),
        traces=[_outline(one, scenario) for one in drawn],
        layout={
            "xaxis": log_axis("end-to-end latency, ms", _edges(measured, scenario)),
            "yaxis": axis("share of queries", tickformat=".0%", rangemode="tozero"),
            "hovermode": "x",
        },
        table=_bucket_table(measured, scenario),
    )


def _histogram(one: Contender, scenario: str) -> Histogram | None:
    found = one.scenario(scenario)
    of_all = () if found is None else found.histograms
    return next((one for one in of_all if one.boundary == END_TO_END), None)


def _edges(measured: Sequence[Contender], scenario: str) -> list[float]:
    found = (_histogram(one, scenario) for one in measured)
    return [edge for histogram in found if histogram is not None for edge in histogram.edges_ms]


def _outline(one: Contender, scenario: str) -> dict[str, Json]:
    histogram = _histogram(one, scenario) or Histogram()
    total = sum(histogram.counts) or 1
    edges = list(histogram.edges_ms)
    shares = [count / total for count in histogram.counts]
    return dict(
        trace(
            "scatter",
            one.label_in(scenario),
            one.position,
            # Down to the axis at both ends, so that the outline is closed.
            x=[edges[0], *edges[:-1], edges[-1], edges[-1]],
            y=[0.0, *shares, shares[-1], 0.0],
            mode="lines",
            line={"shape": "hv", "width": 2, "dash": dash(one.position)},
            fill="tozeroy",
            hovertemplate="%{y:.1%} from %{x:.3g} ms<extra>%{fullData.name}</extra>",
        )
    )


def _bucket_table(measured: Sequence[Contender], scenario: str) -> Table:
    found = {one.position: _histogram(one, scenario) for one in measured}
    counts: dict[tuple[float, float], dict[int, int]] = {}
    for position, histogram in found.items():
        if histogram is not None:
            buckets = zip(pairwise(histogram.edges_ms), histogram.counts, strict=True)
            for bucket, count in buckets:
                counts.setdefault(bucket, {})[position] = count
    return Table(
        caption="Queries by end-to-end latency",
        columns=(
            Column("From, ms"),
            Column("To, ms"),
            *(one.column_in(scenario) for one in measured),
        ),
        rows=tuple(
            (
                Cell(f"{lower:.3g}"),
                Cell(f"{upper:.3g}"),
                *(Cell(f"{counts[lower, upper].get(one.position, 0):,}") for one in measured),
            )
            for lower, upper in sorted(counts)
        ),
    )
