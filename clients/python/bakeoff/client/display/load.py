"""Load in tables: throughput against latency, and the search for the highest rate."""

from rich.console import RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import ABSENT, number_text
from bakeoff.client.display.latency import bound_text, outcome_text, scenarios
from bakeoff.client.names import id_of


def load_curves(report: v1.Report) -> RenderableType | None:
    """Throughput against latency over batch sizes and threads, one point a row."""
    made = table(
        *("candidate", "threads", "batch", "samples/s", "p50 ms", "p99 ms", ""),
        title="Throughput against latency",
        numbers=("threads", "batch", "samples/s", "p50 ms", "p99 ms"),
    )
    for result in report.candidates:
        for point in result.load_curve.points:
            made.add_row(
                id_of(result.candidate.name),
                str(point.intra_op_thread_count),
                str(point.batch_size),
                number_text(point.throughput_per_s, "1/s"),
                number_text(point.latency_p50_ms, "ms"),
                number_text(point.latency_p99_ms, "ms")
                if point.HasField("latency_p99_ms")
                else ABSENT,
                Text("knee" if point.knee else "", "bold"),
            )
    return made if made.row_count else None


def peak_load_searches(report: v1.Report) -> RenderableType | None:
    """Every rate that was tried, in its order."""
    made = table(
        *("candidate", "bound", "queries/s", "outcome", "over bound", "allowed", "queries", ""),
        title="Search for the highest load",
        numbers=("queries/s", "over bound", "allowed", "queries"),
    )
    for name, found in scenarios(report):
        for probe in found.peak_load_search.probes:
            verdict = probe.verdict
            made.add_row(
                name,
                bound_text(verdict.bound),
                number_text(probe.qps, "1/s"),
                outcome_text(found, verdict),
                f"{verdict.over_bound_count:,}",
                f"{verdict.allowed_over_bound_count:,}",
                f"{verdict.query_count:,}",
                "check of the winner" if probe.verification else "",
            )
    return made if made.row_count else None
