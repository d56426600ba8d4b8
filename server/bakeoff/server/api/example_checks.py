"""What each example of an evaluation set must be, and what the set is when all of them are."""

import math
from collections.abc import Sequence

from bakeoff.server.errors import (
    DuplicateExampleIdError,
    EmptySetError,
    InvalidExampleError,
    TextTooLongError,
    TooLargeError,
)
from bakeoff.v1 import EvaluationSet, Example, Label, LabelCount, LabelKind, TextInput

MAX_TEXT_CHARACTERS = 1_000_000

_MAX_ID_CHARACTERS = 256
_MAX_CLASS_NAME_CHARACTERS = 512
_MAX_CLASS_COUNT = 10_000
_MAX_ATTRIBUTE_COUNT = 100
_MAX_ATTRIBUTE_NAME_CHARACTERS = 128
_NAMED_DUPLICATES = 10
_KINDS = {
    "class_name": LabelKind.LABEL_KIND_CLASS,
    "class_names": LabelKind.LABEL_KIND_CLASSES,
    "value": LabelKind.LABEL_KIND_VALUE,
}


class ExampleChecks:
    """Looks at examples one by one, and sums them up. Rows are counted from 1."""

    def __init__(self, max_example_count: int) -> None:
        self._max_example_count = max_example_count
        self._rows: dict[str, int] = {}
        self._duplicates: list[str] = []
        self._count = 0
        self._label_kind: str | None = None
        self._label_row = 0
        self._labels: dict[str, LabelCount] = {}
        self._attributes: set[str] = set()
        self._pairs: bool | None = None
        self._longest_characters = 0

    @property
    def next_row(self) -> int:
        """Row of the example that comes next."""
        return self._count + 1

    def take(self, example: Example) -> None:
        """Checks the next example.

        Raises InvalidExampleError or TextTooLongError naming the row, and TooLargeError when
        there are too many. An id that comes again is told at the end, with the others.
        """
        row = self.next_row
        if row > self._max_example_count:
            msg = f"an evaluation set may hold {self._max_example_count} examples, more came"
            raise TooLargeError(msg, limit=str(self._max_example_count))
        self._count = row
        self._take_id(example.id, row)
        if example.WhichOneof("input") != "text":
            raise _invalid(row, "it must have a text, and has none")
        self._take_text(example.text, row)
        if example.HasField("label"):
            self._take_label(example.label, row)
        for name in example.attributes:
            self._take_attribute(name, row)

    def describe(self, evaluation_set: EvaluationSet) -> None:
        """Writes into the set what all of its examples are.

        Raises EmptySetError when there are none, DuplicateExampleIdError naming the first ids
        that came more than once, with their rows.
        """
        if not self._count:
            msg = "the evaluation set holds no example: is the file empty?"
            raise EmptySetError(msg)
        if self._duplicates:
            shown = "; ".join(self._duplicates[:_NAMED_DUPLICATES])
            more = len(self._duplicates) - _NAMED_DUPLICATES
            rest = f"; and {more} more" if more > 0 else ""
            msg = f"every id must be unique within its set, got {shown}{rest}"
            raise DuplicateExampleIdError(msg, duplicate_count=str(len(self._duplicates)))
        evaluation_set.example_count = self._count
        evaluation_set.label_kind = (
            LabelKind.LABEL_KIND_UNSPECIFIED
            if self._label_kind is None
            else _KINDS[self._label_kind]
        )
        evaluation_set.label_counts.extend(self._labels.values())
        evaluation_set.attribute_names.extend(sorted(self._attributes))
        evaluation_set.text_pairs = bool(self._pairs)
        evaluation_set.max_text_characters = self._longest_characters

    def _take_id(self, example_id: str, row: int) -> None:
        if not 1 <= len(example_id) <= _MAX_ID_CHARACTERS:
            got = f"{len(example_id)} characters"
            raise _invalid(row, f"id must have 1 to {_MAX_ID_CHARACTERS} characters, got {got}")
        first = self._rows.setdefault(example_id, row)
        if first != row:
            self._duplicates.append(f"{example_id[:40]!r} in rows {first} and {row}")

    def _take_text(self, text: TextInput, row: int) -> None:
        is_pair = text.HasField("text_pair")
        if self._pairs is None:
            self._pairs = is_pair
        elif self._pairs != is_pair:
            wanted, got = ("a pair", "one text") if self._pairs else ("one text", "a pair")
            raise _invalid(row, f"it must be {wanted} like the rows before it, got {got}")
        for content in (text.text, text.text_pair):
            if len(content) > MAX_TEXT_CHARACTERS:
                msg = (
                    f"row {row}: a text may have {MAX_TEXT_CHARACTERS} characters, this one has "
                    f"{len(content)}"
                )
                raise TextTooLongError(msg, row=str(row))
            self._longest_characters = max(self._longest_characters, len(content))

    def _take_label(self, label: Label, row: int) -> None:
        kind = label.WhichOneof("kind")
        if kind is None:
            raise _invalid(row, "its label must be class_name, class_names or value, got none")
        if self._label_kind is None:
            self._label_kind, self._label_row = kind, row
        elif kind != self._label_kind:
            why = f"its label must be {self._label_kind} as in row {self._label_row}, got {kind}"
            raise _invalid(row, why)
        if kind == "value":
            if not math.isfinite(label.value):
                raise _invalid(row, f"its label must be a finite number, got {label.value}")
        elif kind == "class_name":
            self._take_classes([label.class_name], row)
        else:
            self._take_classes(label.class_names.names, row)

    def _take_classes(self, names: Sequence[str], row: int) -> None:
        if len(set(names)) != len(names):
            raise _invalid(row, "the class names of its label must be distinct")
        for name in names:
            if not 1 <= len(name) <= _MAX_CLASS_NAME_CHARACTERS:
                got = f"{len(name)} characters"
                allowed = f"1 to {_MAX_CLASS_NAME_CHARACTERS} characters"
                raise _invalid(row, f"a class name must have {allowed}, got {got}")
            known = self._labels.setdefault(name, LabelCount(label=name, first_index=row - 1))
            known.count += 1
        if len(self._labels) > _MAX_CLASS_COUNT:
            why = f"a set may have {_MAX_CLASS_COUNT} classes, this label is one more"
            raise _invalid(row, f"{why}; is it a column of classes?")

    def _take_attribute(self, name: str, row: int) -> None:
        if not 1 <= len(name) <= _MAX_ATTRIBUTE_NAME_CHARACTERS:
            allowed = f"1 to {_MAX_ATTRIBUTE_NAME_CHARACTERS} characters"
            raise _invalid(row, f"an attribute name must have {allowed}, got {len(name)}")
        self._attributes.add(name)
        if len(self._attributes) > _MAX_ATTRIBUTE_COUNT:
            raise _invalid(row, f"a set may have {_MAX_ATTRIBUTE_COUNT} attributes, got one more")


def _invalid(row: int, why: str) -> InvalidExampleError:
    return InvalidExampleError(f"row {row}: {why}", row=str(row))
