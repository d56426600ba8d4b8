"""Quality of each candidate over the whole set and by class."""

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.answer import direction_words
from bakeoff.server.report.page.cells import count_cell, figure_cell
from bakeoff.server.report.page.document import Cell, Column, Fold, Part, Section, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import title


def quality(roster: Roster) -> Section | None:
    """All metrics of all candidates, what became of the examples, and classes folded away."""
    scored = [one for one in roster.contenders if one.result.quality]
    if not scored:
        return None
    folds = [_classes(roster, one) for one in scored if one.result.classes]
    parts: tuple[Part, ...] = (_metrics(roster), _counts(roster), *folds)
    return Section(
        id="quality",
        title="Metrics",
        lead="Every metric over all scored examples, with its interval.",
        parts=parts,
    )


def metric_ids(roster: Roster) -> tuple[str, ...]:
    """Metrics that any candidate has, in the order of the report."""
    ids = (figure.id for one in roster.contenders for figure in one.result.quality)
    return tuple(dict.fromkeys(ids))


def _metrics(roster: Roster) -> Table:
    return Table(
        caption="Quality over the whole set",
        columns=(
            Column("Metric", numeric=False),
            *(Column(one.label, series=one.position) for one in roster.contenders),
        ),
        rows=tuple(
            (
                Cell(title(metric_id), detail=direction_words(METRICS[metric_id].direction)),
                *(figure_cell(one.figures.get(metric_id)) for one in roster.contenders),
            )
            for metric_id in metric_ids(roster)
        ),
        quiet=True,
    )


def _counts(roster: Roster) -> Table:
    return Table(
        caption="What became of the examples",
        columns=(
            Column("Candidate", numeric=False),
            Column("In the set"),
            Column("Scored"),
            Column("Without label"),
            Column("Failed"),
            Column("NaN or infinite", detail="among the failed"),
            Column("Cut", detail="among the scored"),
        ),
        rows=tuple(
            (
                one.cell,
                count_cell(one.result.example_counts.total),
                count_cell(one.result.example_counts.scored),
                count_cell(one.result.example_counts.unlabelled),
                count_cell(one.result.example_counts.failed),
                count_cell(one.result.example_counts.non_finite),
                count_cell(one.result.example_counts.truncated),
            )
            for one in roster.contenders
            if one.result.HasField("example_counts")
        ),
    )


def _classes(roster: Roster, one: Contender) -> Fold:
    ids = tuple(dict.fromkeys(f.id for found in one.result.classes for f in found.figures))
    rows = []
    for found in one.result.classes:
        figures = {message.id: figure_value(message) for message in found.figures}
        cells = (figure_cell(figures.get(figure_id)) for figure_id in ids)
        rows.append((Cell(roster.class_name(found.label)), count_cell(found.support), *cells))
    return Fold(
        title=f"Classes of {one.label}",
        series=one.position,
        parts=(
            Table(
                caption=f"Quality of {one.label} by class",
                columns=(
                    Column("Class", numeric=False),
                    Column("Examples"),
                    *(Column(title(figure_id)) for figure_id in ids),
                ),
                rows=tuple(rows),
                quiet=True,
            ),
        ),
    )
