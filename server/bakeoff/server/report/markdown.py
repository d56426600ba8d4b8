"""A report as Markdown, short enough for a comment on a pull request."""

import re
from collections.abc import Iterator

from bakeoff.server.report.page import answer, roster
from bakeoff.server.report.page.bounds import bounds
from bakeoff.server.report.page.comparisons import verdicts
from bakeoff.server.report.page.cost import cost
from bakeoff.server.report.page.document import Cell, Chart, Column, Section, Table
from bakeoff.server.report.page.lengths import lengths
from bakeoff.server.report.page.load_curve import load_curve
from bakeoff.server.report.page.memory_fit import memory_fit
from bakeoff.server.report.page.peak_load import peak_load
from bakeoff.server.report.page.soak import soak
from bakeoff.server.report.page.under_load import under_load
from bakeoff.v1 import Report

_MARKS = {"Recommended": "✅", "Undecided": "🟡", "None qualifies": "❌"}
_MOST_METRICS = 1
# What only some evaluations are asked for; latency and throughput are told at a glance.
_SECTIONS = (bounds, under_load, peak_load, load_curve, lengths, cost, memory_fit, soak)
# What Markdown or HTML would take for more than text; `@` would call a person.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@&])")


def render_markdown(report: Report) -> str:
    """The answer, all candidates at a glance, why not the others, verdicts, load, and warnings.

    GitHub's dialect. Texts are escaped: they are other people's. Ends with a line feed.
    """
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    found = roster(report)
    shown = answer(found)
    mark = _MARKS.get(shown.state, "")
    yield f"## {mark} {shown.state}: {_escaped(shown.headline)}".replace("  ", " ")
    yield ""
    yield _escaped(shown.summary)
    yield ""
    yield from _table(shown.glance)
    if shown.reasons:
        yield "### Why not the others" if shown.leader else "### Why not one of them"
        yield ""
        for reason in shown.reasons:
            yield f"- **{_escaped(reason.candidate.text)}**: {_escaped(reason.text)}"
        yield ""
    if shown.constraints is not None:
        yield "### Constraints"
        yield ""
        yield from _table(shown.constraints)
    compared = verdicts(found, _MOST_METRICS)
    if compared is not None:
        yield f"### Compared with {_escaped(found.label(found.baseline))}"
        yield ""
        yield from _table(compared)
    for section in _SECTIONS:
        yield from _section(section(found))
    if report.warnings:
        yield "### Before you trust the figures"
        yield ""
        yield from (f"- {_escaped(warning)}" for warning in report.warnings)
        yield ""
    yield (
        f"<sub>{_escaped(report.evaluation)} on {_escaped(report.evaluation_set.name)}, "
        f"{report.evaluation_set.example_count:,} examples, {_escaped(report.target.device)} "
        f"({_escaped(report.environment.fingerprint.cpu_model)}). "
        f"Bakeoff {_escaped(report.bakeoff_version)}.</sub>"
    )


def _section(section: Section | None) -> Iterator[str]:
    """A section by the tables that come before all that is drawn or folded away."""
    tables = [] if section is None else list(_open_tables(section))
    if section is None or not tables:
        return
    yield f"### {_escaped(section.title)}"
    yield ""
    for table in tables:
        if not table.quiet:
            yield f"**{_escaped(table.caption)}**"
            yield ""
        yield from _table(table)


def _open_tables(section: Section) -> Iterator[Table]:
    for part in section.parts:
        if isinstance(part, Table):
            yield part
        elif isinstance(part, Chart) and part.table_open:
            yield part.table
        else:
            return


def _table(table: Table) -> Iterator[str]:
    yield _row([_head(column) for column in table.columns])
    yield _row(["---:" if column.numeric else ":---" for column in table.columns])
    for cells in table.rows:
        yield _row([_cell(cell) for cell in cells])
    yield ""
    if table.note:
        yield f"<sub>{_escaped(table.note)}</sub>"
        yield ""


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _head(column: Column) -> str:
    return _escaped(f"{column.title} ({column.detail})" if column.detail else column.title)


def _cell(cell: Cell) -> str:
    text = _escaped(cell.text)
    if cell.badge:
        text = f"**{text}**"
    return f"{text}<br><sub>{_escaped(cell.detail)}</sub>" if cell.detail else text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
