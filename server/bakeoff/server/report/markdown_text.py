"""Texts and tables in GitHub's dialect of Markdown."""

import re
from collections.abc import Iterator

from bakeoff.server.report.page.document import Cell, Column, Table

# What Markdown or HTML would take for more than text; `@` would call a person.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@&])")


def escaped(text: str) -> str:
    """A text of other people, on one line, with nothing in it that is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def capitalised(words: str) -> str:
    """Words with a capital at the front, and all other letters as they are."""
    return f"{words[:1].upper()}{words[1:]}"


def table_lines(table: Table) -> Iterator[str]:
    """The lines of a table, an empty one, and its note if it has one. Texts are escaped."""
    yield _row([_head(column) for column in table.columns])
    yield _row(["---:" if column.numeric else ":---" for column in table.columns])
    for cells in table.rows:
        yield _row([_cell(cell) for cell in cells])
    yield ""
    if table.note:
        yield f"<sub>{escaped(table.note)}</sub>"
        yield ""


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _head(column: Column) -> str:
    return escaped(f"{column.title} ({column.detail})" if column.detail else column.title)


def _cell(cell: Cell) -> str:
    text = escaped(cell.text)
    if cell.badge:
        text = f"**{text}**"
    return f"{text}<br><sub>{escaped(cell.detail)}</sub>" if cell.detail else text
