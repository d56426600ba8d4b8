"""Several reports side by side, as Markdown."""

from collections.abc import Iterator, Sequence

from bakeoff.server.report.markdown_text import escaped, table_lines
from bakeoff.server.report.page.comparison_page import comparison_chapters, headline
from bakeoff.server.report.page.document import Chart, Facts, Note, Part, Table
from bakeoff.server.report.page.run import runs
from bakeoff.v1 import Report


def render_comparison_markdown(reports: Sequence[Report]) -> str:
    """Answers, first figures and hardware of two reports or more, in their order.

    GitHub's dialect. Texts are escaped: they are other people's. Ends with a line feed.
    """
    return "\n".join(_lines(reports)) + "\n"


def _lines(reports: Sequence[Report]) -> Iterator[str]:
    found = runs(reports)
    yield f"## {len(found)} evaluations side by side"
    yield ""
    yield escaped(headline(found))
    yield ""
    for chapter in comparison_chapters(found):
        for section in chapter.sections:
            yield f"### {escaped(section.title)}"
            yield ""
            for part in section.parts:
                yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    """A table, a chart as its table, or a note; what is folded away is left out."""
    if isinstance(part, Note):
        yield escaped(part.text)
        yield ""
    elif isinstance(part, Chart):
        yield f"**{escaped(part.title)}**"
        yield ""
        yield from table_lines(part.table)
    elif isinstance(part, Table):
        yield from table_lines(part)
    elif isinstance(part, Facts):
        yield from (f"- **{escaped(name)}**: {escaped(value)}" for name, value in part.items)
        yield ""
