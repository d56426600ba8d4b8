"""Slices in which a candidate is better or worse than what it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.messages import interval_value
from bakeoff.server.report.page.cells import count_cell, signed, signed_span
from bakeoff.server.report.page.document import Cell, Column, Table, Tone
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.selection.wording import counted, p_value, quantity, title
from bakeoff.v1 import SliceDelta

NOTHING_BROKEN = "No variant is shown to break a slice of what it was made from."

# A variant is made from its reference and breaks what that can do; another model is just worse.
_OF_VARIANTS = {
    SliceDelta.OUTCOME_BROKEN: ("broken", Tone.BAD),
    SliceDelta.OUTCOME_IMPROVED: ("improved", Tone.GOOD),
}
_OF_OTHERS = {
    SliceDelta.OUTCOME_BROKEN: ("worse", Tone.BAD),
    SliceDelta.OUTCOME_IMPROVED: ("better", Tone.GOOD),
}


@dataclass(frozen=True, slots=True)
class ChangedSlices:
    """Slices that candidates of one kind were compared in.

    `compared` counts the comparisons; `named` are those that the examples tell, what got worse
    first, and then the surest.
    """

    compared: int
    named: tuple[SliceDelta, ...]

    @property
    def broken(self) -> tuple[SliceDelta, ...]:
        """Those that got worse."""
        return tuple(one for one in self.named if one.outcome == SliceDelta.OUTCOME_BROKEN)

    @property
    def improved_count(self) -> int:
        """How many got better."""
        return len(self.named) - len(self.broken)


def changed_by_variants(roster: Roster) -> ChangedSlices:
    """Slices of candidates that are compared with another variant of their own model."""
    return _changed([one for one in roster.report.slice_deltas if _is_variant(roster, one)])


def changed_by_others(roster: Roster) -> ChangedSlices:
    """Slices of candidates that are compared with another model."""
    return _changed([one for one in roster.report.slice_deltas if not _is_variant(roster, one)])


def outcome_words(roster: Roster, delta: SliceDelta) -> tuple[str, Tone] | None:
    """What became of a slice, in a word; None where the examples do not tell."""
    words = _OF_VARIANTS if _is_variant(roster, delta) else _OF_OTHERS
    return words.get(delta.outcome)


def changed_table(
    roster: Roster, deltas: Sequence[SliceDelta], caption: str, most_rows: int
) -> Table:
    """A row a slice, with difference, interval and corrected p, as many as are wanted."""
    titles = {found.id: found.title for found in roster.report.slices}
    more = len(deltas) - most_rows
    return Table(
        caption=caption,
        columns=(
            Column("Slice", numeric=False),
            Column("Candidate", numeric=False),
            Column("Outcome", numeric=False),
            Column("Compared with", numeric=False),
            Column("Difference"),
            Column("p", detail="corrected"),
            Column("Examples"),
        ),
        rows=tuple(_row(roster, titles, delta) for delta in deltas[:most_rows]),
        note=(
            "Differences are candidate minus what it is compared with, on the same examples; p is "
            "corrected by the method of Benjamini and Hochberg."
            + (f" {counted(more, 'more slice')} in the data." if more > 0 else "")
        ),
    )


def _is_variant(roster: Roster, delta: SliceDelta) -> bool:
    """Whether candidate and reference are variants of one model."""
    digests = [
        one.result.candidate.manifest.source_model.sha256
        for one in (roster.contender(delta.candidate), roster.contender(delta.reference))
        if one is not None
    ]
    return bool(digests[0]) and digests[0] == digests[-1]


def _changed(deltas: Sequence[SliceDelta]) -> ChangedSlices:
    named = [delta for delta in deltas if delta.outcome in _OF_VARIANTS]
    named.sort(key=lambda d: (d.outcome != SliceDelta.OUTCOME_BROKEN, d.adjusted_p_value))
    return ChangedSlices(len(deltas), tuple(named))


def _row(roster: Roster, titles: Mapping[str, str], delta: SliceDelta) -> tuple[Cell, ...]:
    figure_id, unit = delta.figure_id, METRICS[delta.figure_id].unit
    word, tone = outcome_words(roster, delta) or ("", Tone.PLAIN)
    interval = interval_value(delta.interval) if delta.HasField("interval") else None
    one = roster.contender(delta.candidate)
    return (
        Cell(titles.get(delta.slice, delta.slice), detail=title(figure_id)),
        one.cell if one is not None else Cell(roster.label(delta.candidate)),
        Cell(word, tone=tone, badge=True),
        Cell(
            roster.label(delta.reference),
            detail=f"{quantity(delta.reference_value, figure_id, unit)} there",
        ),
        Cell(
            signed(delta.difference, figure_id, unit),
            detail=signed_span(interval, figure_id, unit),
        ),
        Cell(p_value(delta.adjusted_p_value).removeprefix("p = ").removeprefix("p ")),
        count_cell(delta.example_count),
    )
