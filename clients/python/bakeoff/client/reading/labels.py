"""From a cell to a label.

A reader settles on one kind of label with the first row, where none was asked
for, and holds every later row to it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from bakeoff import v1
from bakeoff.client.reading.options import LABEL_KINDS, LabelKindName, ReadingOptions
from bakeoff.client.reading.table import kind_of, shown

LABEL_COLUMN_HINT = "Give every row a label, or leave the row out."


class LabelRefusal(Exception):  # noqa: N818 (raised and caught between two files of this folder)
    """A cell is not a label. Says what was found and what to do."""

    def __init__(self, found: str, remedy: str, reason: str) -> None:
        super().__init__(found)
        self.found = found
        self.remedy = remedy
        self.reason = reason


def _refuse(found: str, remedy: str, reason: str = "LABEL_INVALID") -> NoReturn:
    raise LabelRefusal(found, remedy, reason)


@dataclass
class LabelReader:
    """Reads labels of one kind; `kind` is None until the first row has told it."""

    kind: LabelKindName | None
    separator: str | None
    class_names: tuple[str, ...]

    def read(self, cell: object) -> v1.Label:
        """The label of a cell. Raises LabelRefusal."""
        if self.kind is None:
            self.kind = _kind_by_type(cell)
        return _READERS[self.kind](self, cell)

    @property
    def label_kind(self) -> v1.LabelKind.ValueType:
        """The kind of the labels read so far."""
        return LABEL_KINDS[self.kind or "class"]

    def class_name(self, cell: object) -> str:
        """The class that a cell names. Raises LabelRefusal."""
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            _refuse(f"an empty label ({shown(cell)}).", LABEL_COLUMN_HINT, reason="LABEL_EMPTY")
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "true" if cell else "false"
        if isinstance(cell, float):
            cell = self._whole(cell)
        if not isinstance(cell, int):
            remedy = (
                "Name one class a row, or ask for label_kind='classes' (--label-kind classes)."
                if isinstance(cell, list)
                else "Name classes by texts or whole numbers."
            )
            _refuse(f"{kind_of(cell)}, {shown(cell)}, for a class.", remedy)
        if not self.class_names:
            return str(cell)
        if not 0 <= cell < len(self.class_names):
            message = f"{cell}, and the file names {len(self.class_names)} classes, from 0."
            _refuse(message, LABEL_COLUMN_HINT)
        return self.class_names[cell]

    def _whole(self, number: float) -> int:
        if math.isnan(number):
            _refuse("NaN for a label.", LABEL_COLUMN_HINT, reason="LABEL_EMPTY")
        if not number.is_integer():
            _refuse(
                f"{number}, where a class is expected.",
                "Numbers to be predicted are label_kind='value' (--label-kind value).",
            )
        return int(number)


def reader_for(options: ReadingOptions, class_names: tuple[str, ...]) -> LabelReader:
    """The reader that the options ask for."""
    kind = options.label_kind
    if kind is None and options.label_separator is not None:
        kind = "classes"
    return LabelReader(kind, options.label_separator, class_names)


def _kind_by_type(cell: object) -> LabelKindName:
    if isinstance(cell, list):
        return "classes"
    return "value" if isinstance(cell, (float, Decimal)) else "class"


def _class_label(reader: LabelReader, cell: object) -> v1.Label:
    return v1.Label(class_name=reader.class_name(cell))


def _classes_label(reader: LabelReader, cell: object) -> v1.Label:
    if isinstance(cell, str):
        if reader.separator is None:
            _refuse(
                f"a text, {shown(cell)}, for a list of classes.",
                "Say what parts the classes with label_separator (--label-separator '|').",
            )
        parts: list[object] = [part.strip() for part in cell.split(reader.separator)]
        cell = parts if cell.strip() else []
    if not isinstance(cell, list):
        if cell is None:
            _refuse(
                "null for a list of classes.",
                "Write an empty list where no class applies.",
                reason="LABEL_EMPTY",
            )
        _refuse(
            f"{kind_of(cell)}, {shown(cell)}, for a list of classes.", "Write a list in every row."
        )
    names = [reader.class_name(name) for name in cell]
    if len(set(names)) < len(names):
        message = f"the same class twice, {shown(names)}."
        _refuse(message, "Name each class once.")
    return v1.Label(class_names=v1.ClassNames(names=names))


def _value_label(_reader: LabelReader, cell: object) -> v1.Label:
    if cell is None or cell == "":
        _refuse(f"an empty label ({shown(cell)}).", LABEL_COLUMN_HINT, reason="LABEL_EMPTY")
    value = _number(cell)
    if value is None:
        _refuse(
            f"{shown(cell)}, where a number is expected.",
            "Write numbers as 3.75; names of classes are label_kind='class' (--label-kind class).",
        )
    if not math.isfinite(value):
        _refuse(f"{shown(cell)}, which is not finite.", LABEL_COLUMN_HINT)
    return v1.Label(value=value)


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, Decimal, str)):
        return None
    if isinstance(cell, str) and "_" in cell:  # which Python reads as a digit group
        return None
    try:
        return float(cell)
    except (ValueError, OverflowError):
        return None


_READERS: dict[LabelKindName, Callable[[LabelReader, object], v1.Label]] = {
    "class": _class_label,
    "classes": _classes_label,
    "value": _value_label,
}
