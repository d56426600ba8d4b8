"""A file as rows of named cells: what every format is read into."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from bakeoff.client.errors import EvaluationSetFileError

TYPE_NAMES = {
    bool: "a boolean",
    bytes: "bytes",
    dict: "an object",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "a text",
    type(None): "null",
}


@dataclass(frozen=True)
class Row:
    """One row. `number` counts rows from 1, `line` lines of the file, where it has lines."""

    number: int
    line: int | None
    cells: Mapping[str, object]


@dataclass(frozen=True)
class Table:
    """A file's columns and rows.

    `rows` is read once; closing it closes the file. `class_names` are the names of
    classes that the file stores as numbers, by column.
    """

    path: Path
    columns: tuple[str, ...]
    rows: Generator[Row]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def refuse(
    path: Path,
    found: str,
    remedy: str,
    *,
    reason: str,
    row: int | None = None,
    line: int | None = None,
    column: str | None = None,
) -> NoReturn:
    """Raises the refusal of a file: where, what was found there, and what to do."""
    place = path.name
    if row is not None:
        place += f", row {row}"
        # A header, blank lines and line breaks within cells part the two.
        if line is not None and line != row:
            place += f" (line {line})"
    elif line is not None:
        place += f", line {line}"
    if column is not None:
        place += f", column {column!r}"
    message = f"{place}: {found} {remedy}"
    raise EvaluationSetFileError(
        message, reason=reason, path=path, row=row, line=line, column=column
    )


def shown(value: object, longest: int = 60) -> str:
    """A cell, short enough for a message."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def kind_of(value: object) -> str:
    """The type of a cell in a person's words."""
    return TYPE_NAMES.get(type(value), f"a {type(value).__name__}")
