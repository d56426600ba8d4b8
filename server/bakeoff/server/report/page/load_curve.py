"""Throughput against latency over batch sizes and threads."""

from bakeoff.server.report.page.cells import NOTHING
from bakeoff.server.report.page.charts import DASHES, axis, log_axis, symbol, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, quantity
from bakeoff.v1 import LoadCurvePoint

_LOG_FROM_RATIO = 8.0
_COLUMNS = (
    Column("Candidate", numeric=False),
    Column("Scenario", numeric=False),
    Column("Examples a query"),
    Column("Threads a run"),
    Column("Throughput"),
    Column("p50"),
    Column("p99"),
)


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
        parts=(*_knees(shown), _chart(shown)),
    )


def _points(one: Contender) -> list[LoadCurvePoint]:
    return list(one.result.load_curve.points)


def _chart(shown: list[Contender]) -> Chart:
    rates = [point.throughput_per_s for one in shown for point in _points(one)]
    latencies = [point.latency_p50_ms for one in shown for point in _points(one)]
    return Chart(
        id="load-curve",
        title="Throughput against median latency",
        description=(
            "Samples per second against median latency by batch size and threads; the knee of each "
            "candidate is its large mark."
        ),
        traces=[line for one in shown for line in _lines(one)],
        layout={
            "xaxis": _rate_axis(rates),
            "yaxis": log_axis("median latency of a query, ms", latencies),
            "hovermode": "closest",
        },
        table=_table(shown),
        height_px=440,
        quiet=True,
    )


def _rate_axis(rates: list[float]) -> dict[str, Json]:
    """Logarithmic where candidates are far apart, so that each curve can be read."""
    name = "samples per second"
    is_log = min(rates) > 0 and max(rates) / min(rates) > _LOG_FROM_RATIO
    return log_axis(name, rates) if is_log else axis(name, rangemode="tozero")


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


def _knees(shown: list[Contender]) -> list[Table]:
    """One table of the knees, or none where no curve has one."""
    rows = tuple(
        (one.cell, *_cells(point)) for one in shown for point in _points(one) if point.knee
    )
    return [Table(caption="Knee of each candidate", columns=_COLUMNS, rows=rows)] if rows else []


def _table(shown: list[Contender]) -> Table:
    return Table(
        caption="Throughput and latency by batch size and threads",
        columns=(*_COLUMNS, Column("Knee", numeric=False)),
        rows=tuple(
            (
                one.cell,
                *_cells(point),
                Cell("knee", tone=Tone.GOOD, badge=True) if point.knee else NOTHING,
            )
            for one in shown
            for point in _points(one)
        ),
    )


def _cells(point: LoadCurvePoint) -> tuple[Cell, ...]:
    tail = NOTHING
    if point.HasField("latency_p99_ms"):
        tail = Cell(quantity(point.latency_p99_ms, "", "ms"))
    return (
        Cell(point.scenario),
        Cell(str(point.batch_size)),
        Cell(str(point.intra_op_thread_count)),
        Cell(quantity(point.throughput_per_s, "", "1/s")),
        Cell(quantity(point.latency_p50_ms, "", "ms")),
        tail,
    )
