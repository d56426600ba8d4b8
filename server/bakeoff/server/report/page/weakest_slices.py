"""The slices in which each candidate does worst."""

from collections.abc import Iterator, Sequence

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import count_cell, figure_cell
from bakeoff.server.report.page.document import Cell, Column, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import capitalised, counted, title
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import Slice

# Slices that answers have a part in drawing: being wrong is what puts an example into them.
_DRAWN_BY_ANSWERS = (Slice.KIND_CONFIDENCE, Slice.KIND_DIFFICULTY)


def weakest_slices(roster: Roster, most_of_each: int, most_candidates: int) -> Table | None:
    """Worst slices of each candidate in the first metric of the slices, the best candidate first.

    None where no slice has a figure that can be put in an order. Slices that the answers
    themselves draw are left out.
    """
    metric_id = _metric_id(roster)
    if not metric_id:
        return None
    shown = [one for one in roster.ranked if one.result.slices]
    rows = tuple(
        row
        for one in shown[:most_candidates]
        for row in _rows(roster, one, metric_id)[:most_of_each]
    )
    if not rows:
        return None
    more = len(shown) - most_candidates
    left_out = f" {counted(more, 'more candidate')} in the report." if more > 0 else ""
    return Table(
        caption="Where each candidate is weakest",
        columns=(
            Column("Candidate", numeric=False),
            Column("Slice", numeric=False),
            Column(capitalised(title(metric_id)), detail="there"),
            Column(capitalised(title(metric_id)), detail="over the whole set"),
            Column("Examples"),
        ),
        rows=rows,
        note=(
            f"The worst of {counted(len(_parts(roster)), 'slice')}: intervals are those of a "
            "single slice, and the worst of many looks worse than it is."
            f"{left_out}"
        ),
    )


def _metric_id(roster: Roster) -> str:
    """The first metric of the slices, where it says which way is better; else nothing."""
    ids = (
        figure.id
        for one in roster.contenders
        for found in one.result.slices
        for figure in found.figures
    )
    first = next(ids, "")
    return first if first and METRICS[first].direction is not None else ""


def _parts(roster: Roster) -> dict[str, Slice]:
    return {one.id: one for one in roster.report.slices if one.kind not in _DRAWN_BY_ANSWERS}


def _rows(roster: Roster, one: Contender, metric_id: str) -> Sequence[tuple[Cell, ...]]:
    falling = METRICS[metric_id].direction is Direction.LOWER_IS_BETTER
    known = sorted(_known(roster, one, metric_id), key=lambda found: found[0], reverse=falling)
    return [
        (
            one.cell,
            Cell(part.title),
            figure_cell(figure),
            figure_cell(one.figures.get(metric_id)),
            count_cell(count),
        )
        for _, part, figure, count in known
    ]


def _known(
    roster: Roster, one: Contender, metric_id: str
) -> Iterator[tuple[float, Slice, Figure, int]]:
    parts = _parts(roster)
    for found in one.result.slices:
        for message in found.figures:
            if found.slice in parts and message.id == metric_id and message.HasField("value"):
                yield message.value, parts[found.slice], figure_value(message), found.example_count
