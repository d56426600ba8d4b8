"""Latency of queries, one at a time: distribution, quantiles, and where the time goes."""

from itertools import pairwise

from bakeoff.server.report.observations import END_TO_END, MODEL_ONLY
from bakeoff.server.report.page.cells import NOTHING, figure_cell
from bakeoff.server.report.page.charts import axis, dash, log_axis, step_trace, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Part, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.scenarios import SINGLE_STREAM
from bakeoff.server.selection.catalogue import LATENCY_FIGURES
from bakeoff.server.selection.wording import figure_quantity, quantity, title
from bakeoff.v1 import Histogram

_BOUNDARY_WORDS = {END_TO_END: "end to end", MODEL_ONLY: "in the model alone"}


def latency(roster: Roster) -> Section | None:
    """Latency in the scenario single-stream; None when nobody was measured in it."""
    measured = [one for one in roster.contenders if one.scenario(SINGLE_STREAM) is not None]
    if not measured:
        return None
    parts: list[Part] = [_distribution(measured)]
    parts += [_quantiles(roster, boundary) for boundary in (END_TO_END, MODEL_ONLY)]
    stages = _stages(measured)
    if stages is not None:
        parts.append(stages)
    return Section(
        id="latency",
        title="Latency",
        lead=(
            "One query at a time, the next when the last one ends. End to end is from the text to "
            "the answer, in the worker process; the network is not in it."
        ),
        parts=tuple(parts),
    )


def _histogram(one: Contender, boundary: str) -> Histogram | None:
    scenario = one.scenario(SINGLE_STREAM)
    found = () if scenario is None else scenario.histograms
    return next((histogram for histogram in found if histogram.boundary == boundary), None)


def _distribution(measured: list[Contender]) -> Chart:
    key = f"latency_p50_ms@{SINGLE_STREAM}"
    medians = [
        f"{one.label} {figure_quantity(one.figures[key])}" for one in measured if key in one.figures
    ]
    return Chart(
        id="latency-distribution",
        title="Latency distribution, end to end",
        description=(
            "Share of queries by latency, one line a candidate, on a logarithmic axis. "
            f"Medians: {', '.join(medians)}."
        ),
        traces=[_outline(one) for one in measured if _histogram(one, END_TO_END) is not None],
        layout={
            "xaxis": log_axis("end-to-end latency, ms", _edges(measured)),
            "yaxis": axis("share of queries", tickformat=".0%", rangemode="tozero"),
            "hovermode": "x",
        },
        table=_bucket_table(measured),
    )


def _edges(measured: list[Contender]) -> list[float]:
    found = (_histogram(one, END_TO_END) for one in measured)
    return [edge for histogram in found if histogram is not None for edge in histogram.edges_ms]


def _outline(one: Contender) -> dict[str, Json]:
    histogram = _histogram(one, END_TO_END) or Histogram()
    total = sum(histogram.counts) or 1
    edges = list(histogram.edges_ms)
    shares = [count / total for count in histogram.counts]
    return dict(
        trace(
            "scatter",
            one.label,
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


def _bucket_table(measured: list[Contender]) -> Table:
    found = {one.position: _histogram(one, END_TO_END) for one in measured}
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
            *(Column(one.label, series=one.position) for one in measured),
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


def _quantiles(roster: Roster, boundary: str) -> Table:
    stem = "latency" if boundary == END_TO_END else "model_latency"
    known = [figure for figure in LATENCY_FIGURES if figure.id.startswith(f"{stem}_")]
    return Table(
        caption=f"Latency {_BOUNDARY_WORDS[boundary]}",
        columns=(
            Column("Candidate", numeric=False),
            *(Column(title(figure.id).partition(" ")[0]) for figure in known),
        ),
        rows=tuple(
            (
                one.cell,
                *(figure_cell(one.figures.get(f"{figure.id}@{SINGLE_STREAM}")) for figure in known),
            )
            for one in roster.contenders
        ),
        note=(
            "A quantile is a latency that was observed, with its order-statistic interval; a tail "
            "that the number of queries does not carry is left out, with how many are missing."
        ),
    )


def _stages(measured: list[Contender]) -> Chart | None:
    times = {
        one.position: {stage.stage: stage.mean_ms for stage in scenario.stages}
        for one in measured
        if (scenario := one.scenario(SINGLE_STREAM)) is not None
    }
    stages = list(dict.fromkeys(stage for found in times.values() for stage in found))
    if not stages:
        return None
    labels: list[Json] = [one.label for one in measured]
    return Chart(
        id="stages",
        title="Where the time of a query goes",
        description=f"Mean time of each stage of a query: {', '.join(stages)}.",
        traces=[
            step_trace(
                stage,
                index,
                y=labels,
                x=[times[one.position].get(stage, 0.0) for one in measured],
                hovertemplate="%{x:.3g} ms<extra>%{fullData.name}</extra>",
            )
            for index, stage in enumerate(stages)
        ],
        layout={
            "barmode": "stack",
            "legend": {"traceorder": "normal"},
            "xaxis": axis("mean time of a query, ms"),
            "yaxis": axis("", type="category", autorange="reversed"),
        },
        table=Table(
            caption="Mean time of each stage of a query",
            columns=(Column("Candidate", numeric=False), *(Column(stage) for stage in stages)),
            rows=tuple(
                (
                    one.cell,
                    *(
                        Cell(quantity(times[one.position][stage], "", "ms"))
                        if stage in times[one.position]
                        else NOTHING
                        for stage in stages
                    ),
                )
                for one in measured
            ),
        ),
        height_px=140 + 44 * len(measured),
    )
