"""Throughput against latency over batch sizes and threads."""

from bakeoff.server.report.page.cells import NOTHING
from bakeoff.server.report.page.charts import DASHES, axis, log_axis, symbol, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, quantity
from bakeoff.v1 import LoadCurvePoint


def load_curve(roster: Roster) -> Section | None:
    """The curve of each candidate with its knee; None when too few points were measured."""
    shown = [one for one in roster.contenders if one.result.HasField("load_curve")]
    if not shown:
        return None
    return Section(
        id="load-curve",
        title="Throughput against latency",
        lead=(
            "Each point is a number of examples in a query; each line a number of threads. Past "
            "the knee more load costs more latency than it brings throughput."
        ),
        parts=(_chart(shown),),
    )


def _points(one: Contender) -> list[LoadCurvePoint]:
    return list(one.result.load_curve.points)


def _chart(shown: list[Contender]) -> Chart:
    latencies = [point.latency_p50_ms for one in shown for point in _points(one)]
    knees = [
        f"{one.label} at {_words(point)}" for one in shown for point in _points(one) if point.knee
    ]
    told = f"Knees: {', '.join(knees)}." if knees else "No curve has a knee."
    return Chart(
        id="load-curve",
        title="Throughput against median latency",
        description=(
            "Samples per second against median latency by batch size and threads; the knee is the "
            f"large mark. {told}"
        ),
        traces=[line for one in shown for line in _lines(one)],
        layout={
            "xaxis": axis("samples per second", rangemode="tozero"),
            "yaxis": log_axis("median latency of a query, ms", latencies),
            "hovermode": "closest",
        },
        table=_table(shown),
        height_px=440,
        quiet=True,
    )


def _words(point: LoadCurvePoint) -> str:
    examples = counted(point.batch_size, "example")
    return f"{examples} with {counted(point.intra_op_thread_count, 'thread')}"


def _lines(one: Contender) -> list[dict[str, Json]]:
    threads = sorted({point.intra_op_thread_count for point in _points(one)})
    return [_line(one, count, place) for place, count in enumerate(threads)]


def _line(one: Contender, thread_count: int, place: int) -> dict[str, Json]:
    points = [point for point in _points(one) if point.intra_op_thread_count == thread_count]
    return dict(
        trace(
            "scatter",
            f"{one.label}, {counted(thread_count, 'thread')}",
            one.position,
            x=[point.throughput_per_s for point in points],
            y=[point.latency_p50_ms for point in points],
            text=[_words(point) for point in points],
            mode="lines+markers",
            line={"width": 2, "dash": DASHES[place % len(DASHES)]},
            marker={
                "symbol": symbol(one.position),
                "size": [16 if point.knee else 8 for point in points],
            },
            hovertemplate="%{text}: %{x:,.4g}/s at %{y:.3g} ms<extra>%{fullData.name}</extra>",
        )
    )


def _table(shown: list[Contender]) -> Table:
    return Table(
        caption="Throughput and latency by batch size and threads",
        columns=(
            Column("Candidate", numeric=False),
            Column("Scenario", numeric=False),
            Column("Examples a query"),
            Column("Threads a run"),
            Column("Throughput"),
            Column("p50"),
            Column("p99"),
            Column("Knee", numeric=False),
        ),
        rows=tuple(
            (
                one.cell,
                Cell(point.scenario),
                Cell(str(point.batch_size)),
                Cell(str(point.intra_op_thread_count)),
                Cell(quantity(point.throughput_per_s, "", "1/s")),
                Cell(quantity(point.latency_p50_ms, "", "ms")),
                Cell(quantity(point.latency_p99_ms, "", "ms"))
                if point.HasField("latency_p99_ms")
                else NOTHING,
                Cell("knee", tone=Tone.GOOD, badge=True) if point.knee else NOTHING,
            )
            for one in shown
            for point in _points(one)
        ),
    )
