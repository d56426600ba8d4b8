"""The slices of a report as Markdown: what variants broke first, then where each is weakest."""

from collections.abc import Iterator

from bakeoff.server.report.markdown_text import escaped, table_lines
from bakeoff.server.report.page.changed_slices import (
    NOTHING_BROKEN,
    ChangedSlices,
    changed_by_others,
    changed_by_variants,
    changed_table,
)
from bakeoff.server.report.page.document import Table
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.report.page.slices import slices_lead
from bakeoff.server.report.page.weakest_slices import weakest_slices
from bakeoff.server.selection.wording import counted

_MOST_BROKEN = 10
_MOST_WEAK = 2
_MOST_CANDIDATES = 6


def slice_lines(roster: Roster) -> Iterator[str]:
    """A heading with what stands below it, and an empty line; nothing without slices."""
    if not roster.report.slices:
        return
    yield "### Slices"
    yield ""
    yield escaped(slices_lead(roster))
    yield ""
    variants, others = changed_by_variants(roster), changed_by_others(roster)
    if variants.broken:
        caption = f"{counted(len(variants.broken), 'slice')} broken by a variant"
        yield from _captioned(changed_table(roster, variants.broken, caption, _MOST_BROKEN))
    remarks = [*_of_variants(variants), *_of_others(others)]
    if remarks:
        yield from (f"- {escaped(remark)}" for remark in remarks)
        yield ""
    weakest = weakest_slices(roster, _MOST_WEAK, _MOST_CANDIDATES)
    if weakest is not None:
        yield from _captioned(weakest)


def _of_variants(changed: ChangedSlices) -> Iterator[str]:
    if changed.compared and not changed.broken:
        yield NOTHING_BROKEN
    if changed.improved_count:
        yield f"Variants are better in {counted(changed.improved_count, 'slice')}."


def _of_others(changed: ChangedSlices) -> Iterator[str]:
    if changed.compared:
        yield (
            "Other models against the baseline: worse in "
            f"{counted(len(changed.broken), 'slice')}, better in {changed.improved_count:,}."
        )


def _captioned(table: Table) -> Iterator[str]:
    yield f"**{escaped(table.caption)}**"
    yield ""
    yield from table_lines(table)
