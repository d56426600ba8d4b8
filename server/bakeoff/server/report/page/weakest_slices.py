"""The slices in which each candidate does worst."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.page.cells import NOTHING, figure_cell
from bakeoff.server.report.page.document import Cell, Column, Table
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import capitalised, counted, title
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import Slice

# Slices that answers have a part in drawing: being wrong is what puts an example into them.
_DRAWN_BY_ANSWERS = (Slice.KIND_CONFIDENCE, Slice.KIND_DIFFICULTY)
_HEADS = ("Weakest", "Next", "Third")


def weakest_slices(roster: Roster, most_of_each: int, most_candidates: int) -> Table | None:
    """The worst slices of each candidate in the first metric of the slices, a row a candidate.

    At most three of each; the best candidate first. None where no slice has a figure that can be
    put in an order. Slices that the answers themselves draw are left out.
    """
    metric_id = _metric_id(roster)
    if not metric_id:
        return None
    known = {one.name: _known(roster, one, metric_id)[:most_of_each] for one in roster.ranked}
    shown = [one for one in roster.ranked if known[one.name]]
    if not shown:
        return None
    count = max(len(found) for found in known.values())
    more = len(shown) - most_candidates
    left_out = f" {counted(more, 'more candidate')} in the report." if more > 0 else ""
    return Table(
        caption="Where each candidate is weakest",
        columns=(
            Column("Candidate", numeric=False),
            Column(capitalised(title(metric_id)), detail="over the whole set"),
            *(Column(head, numeric=False) for head in _HEADS[:count]),
        ),
        rows=tuple(
            (
                one.cell,
                figure_cell(one.figures.get(metric_id)),
                *_cells(known[one.name], count),
            )
            for one in shown[:most_candidates]
        ),
        note=(
            f"The worst of {counted(len(_parts(roster)), 'slice')}: intervals are those of a "
            f"single slice, and the worst of many looks worse than it is.{left_out}"
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure of a slice."""

    part: Slice
    figure: Figure
    example_count: int


def _known(roster: Roster, one: Contender, metric_id: str) -> Sequence[_Found]:
    """Figures of the slices of a candidate, the worst first; those alike as in the report."""
    parts = _parts(roster)
    known = [
        (message.value, _Found(parts[found.slice], figure_value(message), found.example_count))
        for found in one.result.slices
        for message in found.figures
        if found.slice in parts and message.id == metric_id and message.HasField("value")
    ]
    falling = METRICS[metric_id].direction is Direction.LOWER_IS_BETTER
    known.sort(key=lambda pair: -pair[0] if falling else pair[0])
    return [found for _, found in known]


def _cells(known: Sequence[_Found], count: int) -> Iterator[Cell]:
    for found in known:
        cell = figure_cell(found.figure)
        value = f"{cell.text} ({cell.detail})" if cell.detail else cell.text
        examples = counted(found.example_count, "example")
        yield Cell(found.part.title, detail=f"{value}, {examples}")
    yield from [NOTHING] * (count - len(known))
