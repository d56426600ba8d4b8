"""Conditions that an example fulfils or not, and what each asks of a set."""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from bakeoff.server.slices.examples import Examples

Value: TypeAlias = str | float
_Cell: TypeAlias = frozenset[str] | str | float | None


class Source(Enum):
    """Where the values of a field come from."""

    ID = "id"
    LENGTH = "length"
    LABEL = "label"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Field:
    """What a condition looks at. `name` is that of the attribute, or as it is written."""

    source: Source
    name: str


class Condition(Protocol):
    """Something that an example fulfils or not."""

    def holds(self, examples: Examples) -> npt.NDArray[np.bool_]:
        """Whether each example fulfils it, bool[n]."""

    def comparisons(self) -> "Iterator[Comparison]":
        """All comparisons that it is made of, in their order."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field set against values: against one of them with an operator, or `in` several.

    An example without the field fulfils none. A label of several classes equals a name when it is
    one of them. An attribute is read as a number where the value is one, and an example whose
    attribute is no number then fulfils none but `!=`.
    """

    field: Field
    operator: str
    values: tuple[Value, ...]

    def holds(self, examples: Examples) -> npt.NDArray[np.bool_]:
        """Whether each example fulfils it, bool[n]."""
        test = _TESTS[self.operator]
        cells = _cells(self.field, examples)
        known: dict[_Cell, bool] = {
            cell: cell is not None and test(cell, self.values) for cell in set(cells)
        }
        return np.fromiter((known[cell] for cell in cells), np.bool_, len(cells))

    def comparisons(self) -> "Iterator[Comparison]":
        """Itself."""
        yield self


@dataclass(frozen=True, slots=True)
class Not:
    """The other examples."""

    part: Condition

    def holds(self, examples: Examples) -> npt.NDArray[np.bool_]:
        """Whether each example fulfils it, bool[n]."""
        return ~self.part.holds(examples)

    def comparisons(self) -> Iterator[Comparison]:
        """Those of its part."""
        yield from self.part.comparisons()


@dataclass(frozen=True, slots=True)
class AllOf:
    """The examples that fulfil every part."""

    parts: tuple[Condition, ...]

    def holds(self, examples: Examples) -> npt.NDArray[np.bool_]:
        """Whether each example fulfils it, bool[n]."""
        return np.asarray(np.logical_and.reduce([part.holds(examples) for part in self.parts]))

    def comparisons(self) -> Iterator[Comparison]:
        """Those of its parts."""
        for part in self.parts:
            yield from part.comparisons()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The examples that fulfil any part."""

    parts: tuple[Condition, ...]

    def holds(self, examples: Examples) -> npt.NDArray[np.bool_]:
        """Whether each example fulfils it, bool[n]."""
        return np.asarray(np.logical_or.reduce([part.holds(examples) for part in self.parts]))

    def comparisons(self) -> Iterator[Comparison]:
        """Those of its parts."""
        for part in self.parts:
            yield from part.comparisons()


def _cells(field: Field, examples: Examples) -> Sequence[_Cell]:
    if field.source is Source.ID:
        return examples.ids
    if field.source is Source.LENGTH:
        return [float(length) for length in examples.lengths]
    if field.source is Source.LABEL:
        return examples.labels
    return examples.columns.get(field.name, (None,) * examples.count)


def _equal(cell: _Cell, value: Value) -> bool:
    if isinstance(cell, frozenset):
        return value in cell
    if isinstance(value, str):
        return cell == value
    return _number(cell) == value


def _number(cell: _Cell) -> float:
    """The number that a cell holds; NaN, which compares with nothing, where it holds none."""
    try:
        return math.nan if isinstance(cell, frozenset) or cell is None else float(cell)
    except ValueError:
        return math.nan


def _is_any(cell: _Cell, values: Sequence[Value]) -> bool:
    return any(_equal(cell, value) for value in values)


def _is_none(cell: _Cell, values: Sequence[Value]) -> bool:
    return not _is_any(cell, values)


def _ordered(
    compare: Callable[[float, float], bool],
) -> Callable[[_Cell, Sequence[Value]], bool]:
    def test(cell: _Cell, values: Sequence[Value]) -> bool:
        return compare(_number(cell), float(values[0]))

    return test


IN = "in"
NOT_IN = "not in"
_TESTS: Mapping[str, Callable[[_Cell, Sequence[Value]], bool]] = {
    "==": _is_any,
    "!=": _is_none,
    IN: _is_any,
    NOT_IN: _is_none,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
ORDERED = frozenset({"<", "<=", ">", ">="})
