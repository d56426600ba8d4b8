"""What withholding unsure answers would bring, in tables."""

from rich.console import RenderableType

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import figure_text, number_text
from bakeoff.client.names import id_of


def threshold_costs(report: v1.Report) -> RenderableType | None:
    """Share of answers given, and of right ones among them, from each confidence on."""
    made = table(
        *("candidate", "confidence", "answered", "right among them"),
        title="What a threshold on confidence costs",
        numbers=("confidence", "answered", "right among them"),
    )
    for result in report.candidates:
        for cost in result.abstention.thresholds:
            made.add_row(
                id_of(result.candidate.name),
                number_text(cost.threshold, ""),
                figure_text(cost.coverage),
                figure_text(cost.accuracy),
            )
    return made if made.row_count else None
