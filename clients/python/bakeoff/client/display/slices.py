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

# A variant is made from its reference and breaks what that can do; another model is just worse.
OF_VARIANTS = {
    v1.SliceDelta.OUTCOME_BROKEN: ("broken", "red"),
    v1.SliceDelta.OUTCOME_IMPROVED: ("improved", "green"),
}
OF_OTHERS = {
    v1.SliceDelta.OUTCOME_BROKEN: ("worse", "red"),
    v1.SliceDelta.OUTCOME_IMPROVED: ("better", "green"),
}
# A screen has room for the worst; the report has them all.
MOST_ROWS = 10


def slices(report: v1.Report, *, details: bool) -> RenderableType | None:
    """Slices that variants change; with `details` those of other models, and every slice."""
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
    """Slices that changed, what got worse first: of variants, and with `details` of all."""
    titles = {found.id: found.title for found in report.slices}
    variants, others = _named(report)
    made = table(
        *("slice", "candidate", "outcome", "figure", "difference", "interval", "p (BH)"),
        *("against", "examples"),
        title="Slices that are better or worse" if details else "Slices that variants change",
        numbers=("difference", "interval", "p (BH)", "examples"),
    )
    shown = [(delta, OF_VARIANTS) for delta in variants]
    if details:
        shown += [(delta, OF_OTHERS) for delta in others]
    for delta, words in shown if details else shown[:MOST_ROWS]:
        made.add_row(
            titles.get(delta.slice, delta.slice),
            id_of(delta.candidate),
            Text(*words[delta.outcome]),
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
    variants, others = _named(report)
    broken, worse = (
        sum(delta.outcome == v1.SliceDelta.OUTCOME_BROKEN for delta in named)
        for named in (variants, others)
    )
    return Text(
        f"{len(report.slices):,} slices, {len(report.slice_deltas):,} comparisons: variants break "
        f"{broken} and improve {len(variants) - broken}; other models are worse in {worse} and "
        f"better in {len(others) - worse}",
        style="dim",
    )


def _named(report: v1.Report) -> tuple[list[v1.SliceDelta], list[v1.SliceDelta]]:
    """Slices that changed: those of variants of what they are compared with, and all others."""
    sources = {
        result.candidate.name: result.candidate.manifest.source_model.sha256
        for result in report.candidates
    }
    variants: list[v1.SliceDelta] = []
    others: list[v1.SliceDelta] = []
    for delta in report.slice_deltas:
        if delta.outcome in OF_VARIANTS:
            source = sources.get(delta.candidate, "")
            is_variant = bool(source) and source == sources.get(delta.reference)
            (variants if is_variant else others).append(delta)
    for named in (variants, others):
        named.sort(key=lambda d: (d.outcome != v1.SliceDelta.OUTCOME_BROKEN, d.adjusted_p_value))
    return variants, others


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
