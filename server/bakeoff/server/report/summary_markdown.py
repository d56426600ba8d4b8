"""A report in a few lines of Markdown, for a pull request."""

from collections.abc import Iterator

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.markdown_text import escaped, table_lines
from bakeoff.server.report.page.answer import answer, glance_keys, key_column
from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.document import Column, Table
from bakeoff.server.report.page.roster import Contender, Roster, roster
from bakeoff.server.report.page.standing import standing
from bakeoff.server.report.page.uncompared import uncompared
from bakeoff.server.selection.wording import counted, joined, percent, quantity, title
from bakeoff.v1 import Flips, Report, Selection, SliceDelta

_MARKS = {
    Selection.STATE_RECOMMENDED: "✅",
    Selection.STATE_UNDECIDED: "🟡",
    Selection.STATE_NONE_QUALIFIES: "❌",
}
_MOST_CANDIDATES = 6
_MOST_SLICES = 3
_MOST_WARNINGS = 2


def render_summary(report: Report) -> str:
    """The answer, the first figures of each candidate, what variants break, and warnings.

    GitHub's dialect. Texts are escaped: they are other people's. Ends with a line feed.
    """
    return "\n".join(_lines(report)) + "\n"


def broken_slices(report: Report, name: str) -> list[SliceDelta]:
    """Slices in which a candidate is worse than what it is compared with, the worst first."""
    broken = [
        delta
        for delta in report.slice_deltas
        if delta.candidate == name and delta.outcome == SliceDelta.OUTCOME_BROKEN
    ]
    return sorted(broken, key=lambda delta: (-abs(delta.difference), delta.slice))


def delta_words(report: Report, delta: SliceDelta) -> str:
    """A slice with both values, such as `65 to 128 characters (accuracy 71.0 % against 80.0 %)`."""
    titles = {one.id: one.title for one in report.slices}
    unit = METRICS[delta.figure_id].unit
    values = " against ".join(
        quantity(value, delta.figure_id, unit)
        for value in (delta.candidate_value, delta.reference_value)
    )
    return f"{titles.get(delta.slice) or delta.slice} ({title(delta.figure_id)} {values})"


def _lines(report: Report) -> Iterator[str]:
    found = roster(report)
    shown = answer(found)
    mark = _MARKS.get(report.selection.state, "")
    yield f"### {mark} {shown.state}: {escaped(shown.headline)}".replace("  ", " ")
    yield ""
    yield escaped(report.selection.summary)
    yield ""
    yield from table_lines(_glance(found))
    remarks = [
        *_broken(found),
        *_flips(found),
        *_failed(found),
        *_stopped(found),
        *_uncompared(found),
        *_warnings(found),
    ]
    if remarks:
        yield from (f"- {escaped(remark)}" for remark in remarks)
        yield ""
    examples = counted(report.evaluation_set.example_count, "example")
    yield (
        f"<sub>{escaped(report.evaluation)}: {examples} of {escaped(report.evaluation_set.name)}, "
        f"{escaped(report.target.device)} "
        f"({escaped(report.environment.fingerprint.cpu_model)}). "
        f"Bakeoff {escaped(report.bakeoff_version)}.</sub>"
    )


def _glance(found: Roster) -> Table:
    keys = glance_keys(found)
    level = found.report.spec.statistics.confidence_level
    left_out = len(found.contenders) - _MOST_CANDIDATES
    note = f"Small numbers are {100 * level:g} % intervals." if level else ""
    if left_out > 0:
        note = f"{note} {counted(left_out, 'more candidate')} in the report.".strip()
    return Table(
        caption="Candidates",
        columns=(
            Column("Candidate", numeric=False),
            Column("Outcome", numeric=False),
            *(key_column(found, key) for key in keys),
        ),
        rows=tuple(
            (one.cell, standing(found, one), *(figure_cell(one.figures.get(key)) for key in keys))
            for one in found.ranked[:_MOST_CANDIDATES]
        ),
        note=note,
    )


def _broken(found: Roster) -> Iterator[str]:
    for one in found.contenders:
        broken = broken_slices(found.report, one.name)
        if broken:
            words = [delta_words(found.report, delta) for delta in broken[:_MOST_SLICES]]
            more = len(broken) - len(words)
            words += [f"{more} more"] if more else []
            reference = found.label(broken[0].reference)
            count = counted(len({delta.slice for delta in broken}), "slice")
            yield f"{one.label} is worse than {reference} in {count}: {joined(words)}."


def flips_of_variants(found: Roster) -> list[Flips]:
    """Where a variant answers otherwise than another one of the same source model."""
    sources = {
        one.name: one.result.candidate.manifest.source_model.sha256 for one in found.contenders
    }
    return [
        flips
        for flips in found.report.flips
        if flips.example_count
        and sources.get(flips.candidate)
        and sources.get(flips.candidate) == sources.get(flips.reference)
    ]


def _flips(found: Roster) -> Iterator[str]:
    for flips in flips_of_variants(found):
        if flips.candidate == found.report.selection.recommended:
            yield flip_words(found, flips)


def flip_words(found: Roster, flips: Flips) -> str:
    """How many answers differ from those of the reference, and which way, in a sentence."""
    return (
        f"{found.label(flips.candidate)} answers {flips.flip_count:,} of "
        f"{counted(flips.example_count, 'example')} "
        f"({percent(flips.flip_count / flips.example_count, 1)}) otherwise than "
        f"{found.label(flips.reference)}: {flips.broken_count:,} went from right to wrong and "
        f"{flips.mended_count:,} from wrong to right."
    )


def _failed(found: Roster) -> Iterator[str]:
    return (f"{_failure(one)}: {one.failure}" for one in found.contenders if one.failure)


def _failure(one: Contender) -> str:
    return f"{one.label} failed"


def _stopped(found: Roster) -> Iterator[str]:
    for one in found.contenders:
        if one.result.HasField("early_stop"):
            yield f"{one.label} was measured no further: {one.result.early_stop.reason}"


def _uncompared(found: Roster) -> Iterator[str]:
    """Why nothing at all is compared; a single candidate that is not is told of already."""
    if not found.report.comparisons:
        yield from uncompared(found)


def _first_sentence(text: str) -> str:
    sentence, stop, _ = text.partition(". ")
    return f"{sentence}." if stop else text


def _warnings(found: Roster) -> Iterator[str]:
    told = tuple(_failure(one) for one in found.contenders if one.failure)
    warnings = [text for text in found.report.warnings if not text.startswith(told)]
    yield from map(_first_sentence, warnings[:_MOST_WARNINGS])
    left_out = len(warnings) - _MOST_WARNINGS
    if left_out > 0:
        yield f"{counted(left_out, 'more warning')} in the report."
