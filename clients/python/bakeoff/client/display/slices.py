"""Parts of the set by themselves, in tables."""

from rich.console import Group, RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import (
    ABSENT,
    difference_text,
    figure_text,
    interval_text,
    p_text,
)
from bakeoff.client.names import id_of

OUTCOMES = {
    v1.SliceDelta.OUTCOME_BROKEN: ("broken", "red"),
    v1.SliceDelta.OUTCOME_IMPROVED: ("improved", "green"),
}
# A screen has room for the worst; the report has them all.
MOST_ROWS = 10


def slices(report: v1.Report, *, details: bool) -> RenderableType | None:
    """Slices that a candidate breaks or improves; with `details` all of them, and each slice."""
    parts = [part for part in (_changed(report, details=details), _counted(report)) if part]
    if details:
        parts += [
            _values(report, metric_id)
            for metric_id in dict.fromkeys(
                figure.id
                for result in report.candidates
                for found in result.slices
                for figure in found.figures
            )
        ]
    return Group(*parts) if parts else None


def _changed(report: v1.Report, *, details: bool) -> RenderableType | None:
    named = [delta for delta in report.slice_deltas if delta.outcome in OUTCOMES]
    named.sort(key=lambda d: (d.outcome != v1.SliceDelta.OUTCOME_BROKEN, d.adjusted_p_value))
    titles = {found.id: found.title for found in report.slices}
    made = table(
        *("slice", "candidate", "outcome", "figure", "difference", "interval", "p (BH)"),
        *("against", "examples"),
        title="Slices that are broken or improved",
        numbers=("difference", "interval", "p (BH)", "examples"),
    )
    for delta in named if details else named[:MOST_ROWS]:
        made.add_row(
            titles.get(delta.slice, delta.slice),
            id_of(delta.candidate),
            Text(*OUTCOMES[delta.outcome]),
            delta.figure_id,
            difference_text(delta.difference, "1"),
            interval_text(delta.interval, "1"),
            p_text(delta.adjusted_p_value),
            id_of(delta.reference),
            f"{delta.example_count:,}",
        )
    return made if made.row_count else None


def _counted(report: v1.Report) -> RenderableType | None:
    """How many slices were compared, and how many of them changed."""
    if not report.slice_deltas:
        return None
    broken, improved = (
        sum(delta.outcome == outcome for delta in report.slice_deltas) for outcome in OUTCOMES
    )
    text = f"{len(report.slices):,} slices: {broken} broken, {improved} improved"
    return Text(f"{text}, of {len(report.slice_deltas):,} comparisons", style="dim")


def _values(report: v1.Report, metric_id: str) -> RenderableType:
    columns = [id_of(result.candidate.name) for result in report.candidates]
    made = table(
        *("slice", "examples", *columns),
        title=f"{metric_id} by slice",
        numbers=("examples", *columns),
    )
    found = [
        {
            (part.slice, figure.id): figure_text(figure)
            for part in result.slices
            for figure in part.figures
        }
        for result in report.candidates
    ]
    for one in report.slices:
        cells = [texts.get((one.id, metric_id), ABSENT) for texts in found]
        made.add_row(one.title, f"{one.example_count:,}", *cells)
    return made
