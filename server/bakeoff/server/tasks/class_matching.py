"""Which class of a model a class name of a set stands for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_SHOWN_NAMES = 8
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A class name of a set that stands for no class of a model, and why."""

    name: str
    why: str


class ClassMatching:
    """Leads from class names of a set to the classes of one model.

    A name is looked up, in this order,

    1. through the mapping, when the model knows the class that the mapping names;
    2. as it is;
    3. as an index, when it is written as a whole number from 0 to k - 1 and no class of the
       model has a whole number as its name, so that "1" cannot mean two things.

    A set goes by name or by index, not by both.
    """

    def __init__(self, labels: Sequence[str], mapping: Mapping[str, str]) -> None:
        self._labels = tuple(labels)
        self._mapping = mapping
        self._by_name = {label: index for index, label in enumerate(self._labels)}
        self._indices_allowed = not any(_is_whole_number(label) for label in self._labels)

    def index(self, name: str) -> int | None:
        """Return the index of the class that the name stands for, or None."""
        mapped = self._by_name.get(self._mapping.get(name, name))
        if mapped is not None:
            return mapped
        by_name = self._by_name.get(name)
        return self._by_position(name) if by_name is None else by_name

    def first_unmatched(self, names: Iterable[str]) -> Unmatched | None:
        """Return the first of a set's class names that has no match, or None when all have."""
        named = False
        positioned: str | None = None
        for name in names:
            if self.index(name) is None:
                return Unmatched(name, f"it knows {listed(self._labels)}")
            if self._is_named(name):
                named = True
            elif positioned is None:
                positioned = name
            if named and positioned is not None:
                why = "a set gives classes by name or by index, and other labels are names"
                return Unmatched(positioned, why)
        return None

    def _is_named(self, name: str) -> bool:
        return name in self._by_name or self._mapping.get(name) in self._by_name

    def _by_position(self, name: str) -> int | None:
        if not (self._indices_allowed and _is_whole_number(name)):
            return None
        position = int(name)
        return position if position < len(self._labels) else None


def listed(names: Sequence[str]) -> str:
    """Return the first few names, quoted, and how many more there are."""
    shown = ", ".join(repr(name) for name in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _is_whole_number(text: str) -> bool:
    """Tell whether the text is a whole number as a computer writes it: no sign, no leading 0."""
    written = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return written and (text == "0" or text[0] != "0")
