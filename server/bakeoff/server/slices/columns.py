"""Slices by attribute column: one for each value."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bakeoff.server.slices.examples import Examples
from bakeoff.server.slices.slice import Kind, Slice

MOST_VALUES = 50

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def column_slices(examples: Examples, name: str) -> list[Slice]:
    """One slice for each value of a column, the most frequent first, at most 50.

    Examples without a value belong to none of them. Nothing for a column that does not occur.
    """
    values = examples.columns.get(name, ())
    frequent = Counter(value for value in values if value is not None)
    ordered = sorted(frequent, key=lambda value: (-frequent[value], value))[:MOST_VALUES]
    return [_slice(name, value, values) for value in ordered]


def written(name: str) -> str:
    """The name of a column as a condition writes it: between backquotes unless it is a word."""
    return name if _WORD.fullmatch(name) else f"`{name}`"


def _slice(name: str, value: str, values: Sequence[str | None]) -> Slice:
    return Slice(
        id=f"{written(name)}={value}",
        kind=Kind.COLUMN,
        title=f"{name}: {value}",
        members=np.fromiter((one == value for one in values), dtype=np.bool_, count=len(values)),
    )
