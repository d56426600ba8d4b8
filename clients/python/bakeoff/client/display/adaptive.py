"""Candidates that were stopped early."""

from rich.console import RenderableType

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.names import id_of


def early_stops(report: v1.Report) -> RenderableType | None:
    """When and why each candidate was stopped, under what was measured of all of them."""
    if not report.HasField("adaptive"):
        return None
    spent = report.adaptive
    told = [f"{spent.predicted_example_count:,} of {spent.full_example_count:,} examples"]
    if spent.full_block_count:
        told.append(f"{spent.measured_block_count:,} of {spent.full_block_count:,} blocks of load")
    title = f"Stopped early, which left {' and '.join(told)} to measure"
    made = table(
        *("candidate", "examples", "blocks", "why"), title=title, numbers=("examples", "blocks")
    )
    for result in report.candidates:
        if result.HasField("early_stop"):
            stop = result.early_stop
            made.add_row(
                id_of(result.candidate.name),
                f"{stop.example_count:,}",
                f"{stop.round_count:,}",
                stop.reason,
            )
    return made
