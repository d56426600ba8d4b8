"""A report as Markdown, short enough for a comment on a pull request."""

from collections.abc import Iterator

from bakeoff.server.report.markdown_slices import slice_lines
from bakeoff.server.report.markdown_text import escaped, table_lines
from bakeoff.server.report.page import answer, roster
from bakeoff.server.report.page.bounds import bounds
from bakeoff.server.report.page.cells import figure_cell
from bakeoff.server.report.page.comparisons import verdicts
from bakeoff.server.report.page.constraints import constraints
from bakeoff.server.report.page.cost import cost
from bakeoff.server.report.page.document import Chart, Section, Table
from bakeoff.server.report.page.lengths import lengths
from bakeoff.server.report.page.load_curve import load_curve
from bakeoff.server.report.page.memory_fit import memory_fit
from bakeoff.server.report.page.peak_load import peak_load
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.report.page.soak import soak
from bakeoff.server.report.page.uncompared import uncompared
from bakeoff.server.report.page.under_load import under_load
from bakeoff.server.report.summary_markdown import flip_words, flips_of_variants
from bakeoff.server.selection.wording import joined
from bakeoff.v1 import Report

_MARKS = {"Recommended": "✅", "Undecided": "🟡", "None qualifies": "❌"}
_MOST_METRICS = 1
_MOST_CANDIDATES = 6
_CALIBRATION = "ece"
# What only some evaluations are asked for; latency and throughput are told at a glance.
_SECTIONS = (bounds, under_load, peak_load, load_curve, lengths, cost, memory_fit, soak)


def render_markdown(report: Report) -> str:
    """The answer, candidates at a glance, why not the others, verdicts, slices, load, warnings.

    GitHub's dialect. Texts are escaped: they are other people's. Ends with a line feed.
    """
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    found = roster(report)
    shown = answer(found)
    mark = _MARKS.get(shown.state, "")
    yield f"## {mark} {shown.state}: {escaped(shown.headline)}".replace("  ", " ")
    yield ""
    yield escaped(shown.summary)
    yield ""
    yield from table_lines(shown.glance)
    if shown.reasons:
        yield "### Why not the others" if shown.leader else "### Why not one of them"
        yield ""
        for reason in shown.reasons:
            yield f"- **{escaped(reason.candidate.text)}**: {escaped(reason.text)}"
        yield ""
        if shown.reasons_note:
            yield f"<sub>{escaped(shown.reasons_note)}</sub>"
            yield ""
    yield from _section(constraints(found))
    yield from _compared(found)
    yield from slice_lines(found)
    yield from _answers(found)
    for section in _SECTIONS:
        yield from _section(section(found))
    if report.warnings:
        yield "### Before you trust the figures"
        yield ""
        yield from (f"- {escaped(warning)}" for warning in report.warnings)
        yield ""
    yield (
        f"<sub>{escaped(report.evaluation)} on {escaped(report.evaluation_set.name)}, "
        f"{report.evaluation_set.example_count:,} examples, {escaped(report.target.device)} "
        f"({escaped(report.environment.fingerprint.cpu_model)}). "
        f"Bakeoff {escaped(report.bakeoff_version)}.</sub>"
    )


def _compared(found: Roster) -> Iterator[str]:
    """Verdicts against the baseline, and who is not compared with it."""
    table, missing = verdicts(found, _MOST_METRICS), uncompared(found)
    if table is None and not missing:
        return
    yield f"### Compared with {escaped(found.label(found.baseline))}"
    yield ""
    if table is not None:
        yield from table_lines(table)
    if missing:
        yield from (f"- {escaped(sentence)}" for sentence in missing)
        yield ""


def _answers(found: Roster) -> Iterator[str]:
    """What variants answer otherwise, and how far confidence is from the truth."""
    remarks = [*(flip_words(found, flips) for flips in flips_of_variants(found)), *_trust(found)]
    if remarks:
        yield "### Answers and confidence"
        yield ""
        yield from (f"- {escaped(remark)}" for remark in remarks)
        yield ""


def _trust(found: Roster) -> Iterator[str]:
    known = [
        (one.label, figure_cell(figure))
        for one in found.ranked
        if (figure := one.figures.get(_CALIBRATION)) is not None and figure.value is not None
    ]
    told = [
        f"{label} {cell.text} ({cell.detail})" if cell.detail else f"{label} {cell.text}"
        for label, cell in known[:_MOST_CANDIDATES]
    ]
    if told:
        yield f"Mean distance of confidence from the share of right answers: {joined(told)}."


def _section(section: Section | None) -> Iterator[str]:
    """A section by the tables that come before all that is drawn or folded away."""
    tables = [] if section is None else list(_open_tables(section))
    if section is None or not tables:
        return
    yield f"### {escaped(section.title)}"
    yield ""
    for table in tables:
        if not table.quiet:
            yield f"**{escaped(table.caption)}**"
            yield ""
        yield from table_lines(table)


def _open_tables(section: Section) -> Iterator[Table]:
    for part in section.parts:
        if isinstance(part, Table):
            yield part
        elif isinstance(part, Chart) and part.table_open:
            yield part.table
        else:
            return
