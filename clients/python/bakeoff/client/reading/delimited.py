"""CSV and TSV: a header, then a row for each example.

Quoting is that of RFC 4180. Blank lines are passed over. A column without a name,
as pandas writes for its index, is left out.
"""

import csv
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal, NoReturn

from bakeoff.client.reading.lines import Lines
from bakeoff.client.reading.options import ReadingOptions
from bakeoff.client.reading.table import Row, Table, refuse

# A text of the largest size passes, and a longer one is refused by its length.
LONGEST_FIELD_CHARACTERS = 1_000_001

DELIMITERS = {"csv": ",", "tsv": "\t"}


def read_csv(path: Path, options: ReadingOptions) -> Table:
    """The table of a CSV file."""
    return _read(path, options.delimiter or DELIMITERS["csv"], options.quote)


def read_tsv(path: Path, options: ReadingOptions) -> Table:
    """The table of a TSV file."""
    return _read(path, options.delimiter or DELIMITERS["tsv"], options.quote)


def _read(path: Path, delimiter: str, quote: str | None) -> Table:
    records = _records(path, delimiter, quote)
    header = next(records, None)
    if header is None:
        refuse(
            path,
            "the file is empty.",
            "Give it a header and a row for each example.",
            reason="SET_EMPTY",
        )
    names = header[1]
    repeated = [name for name in names if name and names.count(name) > 1]
    if repeated:
        refuse(
            path,
            f"the header names the column {repeated[0]!r} {names.count(repeated[0])} times.",
            "Give each column a name of its own.",
            reason="COLUMN_REPEATED",
            line=header[0],
            column=repeated[0],
        )
    return Table(path, tuple(name for name in names if name), _rows(path, names, records))


def _rows(path: Path, names: list[str], records: Iterator[tuple[int, list[str]]]) -> Generator[Row]:
    for number, (line, cells) in enumerate(records, start=1):
        if len(cells) != len(names):
            refuse(
                path,
                f"{len(cells)} fields, where the header has {len(names)}.",
                "Quote fields that hold the delimiter, or name another delimiter.",
                reason="RAGGED_ROW",
                row=number,
                line=line,
            )
        named = {name: cell for name, cell in zip(names, cells, strict=True) if name}
        yield Row(number, line, named)


def _records(path: Path, delimiter: str, quote: str | None) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on, the header among them."""
    # The limit belongs to the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD_CHARACTERS))
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    with path.open("rb") as source:
        lines = Lines(path, source)
        reader = csv.reader(
            lines, delimiter=delimiter, quotechar=quote, quoting=quoting, strict=True
        )
        count = 0  # the header is none of the rows
        while True:
            line = lines.number + 1
            lines.row = count or None
            try:
                record = next(reader, None)
            except csv.Error as failure:
                _refuse_malformed(path, failure, row=count or None, line=line)
            if record is None:
                return
            if record:
                yield line, record
                count += 1


def _refuse_malformed(path: Path, failure: csv.Error, row: int | None, line: int) -> NoReturn:
    if "field larger than field limit" in str(failure):
        found = (
            f"a field is longer than {csv.field_size_limit() - 1:,} characters, or a quotation "
            "mark that opens is never closed."
        )
        remedy = "Cut the text, or close the quotation mark; quote=None reads marks as text."
        reason = "TEXT_TOO_LONG"
    elif "new-line character seen in unquoted field" in str(failure):
        found = "the row holds a carriage return that is not within quotes."
        remedy = "End lines with a line feed, and quote fields that hold line breaks."
        reason = "MALFORMED_ROW"
    else:
        found = f"the row is malformed: {failure}."
        remedy = "Double each quotation mark within quotes; quote=None reads marks as text."
        reason = "MALFORMED_ROW"
    refuse(path, found, remedy, reason=reason, row=row, line=line)
