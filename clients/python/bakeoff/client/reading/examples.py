"""From rows to examples, each checked as it passes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import NoReturn

from bakeoff import v1
from bakeoff.client.reading.columns import Columns
from bakeoff.client.reading.labels import LabelReader, LabelRefusal
from bakeoff.client.reading.table import Row, Table, kind_of, refuse, shown

LONGEST_TEXT_CHARACTERS = 1_000_000
LONGEST_ID_CHARACTERS = 256
DUPLICATES_SHOWN = 10


@dataclass
class ExampleReader:
    """Reads the examples of one table. Remembers the ids it has seen, and nothing else."""

    table: Table
    columns: Columns
    labels: LabelReader
    _ids: dict[str, int] = field(default_factory=dict)
    _duplicates: list[tuple[str, int, int]] = field(default_factory=list)

    def examples(self) -> Iterator[v1.Example]:
        """The examples, in the order of the rows.

        Raises EvaluationSetFileError at the first row that cannot be used, and at
        the end when ids came twice or there was no row.
        """
        row = None
        with closing(self.table.rows) as rows:
            for row in rows:
                yield self._example(row)
                if len(self._duplicates) == DUPLICATES_SHOWN:
                    break
        if self._duplicates:
            self._refuse_duplicates()
        if row is None:
            refuse(
                self.table.path,
                "the file holds no examples.",
                "Give it a row for each example.",
                reason="SET_EMPTY",
            )

    def _example(self, row: Row) -> v1.Example:
        cells = row.cells
        text = v1.TextInput(text=self._text(row, self.columns.text))
        if self.columns.text_pair is not None:
            text.text_pair = self._text(row, self.columns.text_pair)
        return v1.Example(
            id=self._id(row),
            text=text,
            label=self._label(row),
            attributes=self._attributes(cells, row),
        )

    def _text(self, row: Row, column: str) -> str:
        cell = self._cell(row, column)
        if not isinstance(cell, str):
            self._refuse(
                row,
                column,
                f"found {kind_of(cell)}, {shown(cell)}, for a text.",
                "Write texts as strings.",
                "TEXT_INVALID",
            )
        return self._checked(row, column, cell)

    def _label(self, row: Row) -> v1.Label:
        column = self.columns.label
        cell = self._cell(row, column)
        for part in cell if isinstance(cell, list) else (cell,):
            if isinstance(part, str):
                self._checked(row, column, part)
        try:
            return self.labels.read(cell)
        except LabelRefusal as refusal:
            self._refuse(row, column, f"found {refusal.found}", refusal.remedy, refusal.reason)

    def _id(self, row: Row) -> str:
        column = self.columns.id
        if column is None:
            return str(row.number)
        cell = self._cell(row, column)
        if isinstance(cell, int) and not isinstance(cell, bool):
            cell = str(cell)
        if not isinstance(cell, str) or not 0 < len(cell) <= LONGEST_ID_CHARACTERS:
            self._refuse(
                row,
                column,
                f"found {shown(cell)} for an id.",
                f"Write ids as texts of 1 to {LONGEST_ID_CHARACTERS} characters, or count rows "
                "with row_number_ids (--row-ids).",
                "ID_INVALID",
            )
        first = self._ids.setdefault(self._checked(row, column, cell), row.number)
        if first != row.number:
            self._duplicates.append((cell, first, row.number))
        return cell

    def _attributes(self, cells: Mapping[str, object], row: Row) -> dict[str, str]:
        found = {}
        for name in self.columns.attributes:
            value = cells.get(name)
            if value is not None and value == value:  # noqa: PLR0124 (NaN is not there either)
                found[name] = self._checked(row, name, self._attribute(row, name, value))
        return found

    def _attribute(self, row: Row, column: str, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bytes):
            self._refuse(
                row,
                column,
                "found bytes, which no attribute can be.",
                "Choose the attributes to keep with attribute_columns (--attribute-column).",
                "ATTRIBUTE_INVALID",
            )
        if isinstance(value, (bool, list, dict)):
            return json.dumps(value, ensure_ascii=False, default=str)
        return str(value)

    def _cell(self, row: Row, column: str) -> object:
        if column not in row.cells:
            self._refuse(
                row,
                column,
                "the row does not have it.",
                f"Rows before it do; this one has: {', '.join(map(repr, row.cells))}.",
                "COLUMN_MISSING",
            )
        return row.cells[column]

    def _checked(self, row: Row, column: str, text: str) -> str:
        """The text itself, when it can be sent."""
        if len(text) > LONGEST_TEXT_CHARACTERS:
            self._refuse(
                row,
                column,
                f"found a text of {len(text):,} characters.",
                f"A text may have {LONGEST_TEXT_CHARACTERS:,}: cut it, or leave the row out.",
                "TEXT_TOO_LONG",
            )
        if "\0" in text:
            self._refuse(
                row,
                column,
                f"found a NUL character, at position {text.index(chr(0)) + 1}.",
                "Remove it.",
                "NUL_CHARACTER",
            )
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as failure:
                self._refuse(
                    row,
                    column,
                    f"found half of a surrogate pair, U+{ord(text[failure.start]):04X}, at "
                    f"position {failure.start + 1}, which is no character.",
                    "Write the character whole.",
                    "LONE_SURROGATE",
                )
        return text

    def _refuse(self, row: Row, column: str, found: str, remedy: str, reason: str) -> NoReturn:
        refuse(
            self.table.path,
            found,
            remedy,
            reason=reason,
            row=row.number,
            line=row.line,
            column=column,
        )

    def _refuse_duplicates(self) -> NoReturn:
        found = "; ".join(
            f"{shown(identity)} in rows {first} and {second}"
            for identity, first, second in self._duplicates
        )
        at_least = "at least " if len(self._duplicates) == DUPLICATES_SHOWN else ""
        refuse(
            self.table.path,
            f"{at_least}{len(self._duplicates)} rows repeat an id: {found}.",
            "Give each example an id of its own, or count rows with row_number_ids (--row-ids).",
            reason="DUPLICATE_ID",
            row=self._duplicates[0][2],
            column=self.columns.id,
        )
