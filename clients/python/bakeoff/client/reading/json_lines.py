"""JSON Lines: an object for each example. Blank lines are passed over."""

import json
from collections.abc import Generator
from pathlib import Path

from bakeoff.client.reading.lines import Lines
from bakeoff.client.reading.options import ReadingOptions
from bakeoff.client.reading.table import Row, Table, kind_of, refuse


def read_json_lines(path: Path, options: ReadingOptions) -> Table:  # noqa: ARG001 (all formats are called alike)
    """The table of a JSON Lines file. Its columns are the keys of the first row."""
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        refuse(
            path,
            "the file is empty.",
            "Give it a JSON object for each example, one a line.",
            reason="SET_EMPTY",
        )
    for name in first.cells:
        _check_name(path, name, first)
    return Table(path, tuple(first.cells), _rejoined(first, rows))


def _check_name(path: Path, name: str, first: Row) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        refuse(
            path,
            f"the key {name!r} holds half of a surrogate pair, which is no character.",
            "Write the character whole.",
            reason="LONE_SURROGATE",
            row=first.number,
            line=first.line,
        )


def _rejoined(first: Row, rows: Generator[Row]) -> Generator[Row]:
    yield first
    yield from rows


def _rows(path: Path) -> Generator[Row]:
    with path.open("rb") as source:
        lines = Lines(path, source, row=1)
        number = 0
        for line in lines:
            if not line.strip():
                continue
            number += 1
            yield Row(number, lines.number, _parse(path, line, number, lines.number))
            lines.row = number + 1


def _parse(path: Path, line: str, number: int, line_number: int) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as failure:
        refuse(
            path,
            f"the line is not JSON: {failure}.",
            "Put one whole JSON object on each line.",
            reason="MALFORMED_ROW",
            row=number,
            line=line_number,
        )
    if not isinstance(value, dict):
        refuse(
            path,
            f"the line holds {kind_of(value)}, not an object.",
            'Write each example as {"text": ..., "label": ...}.',
            reason="MALFORMED_ROW",
            row=number,
            line=line_number,
        )
    return value
