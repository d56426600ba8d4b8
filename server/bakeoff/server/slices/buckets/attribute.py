"""Slices by attribute columns of few values."""

from collections.abc import Sequence

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.columns import column_slices
from bakeoff.server.slices.slice import Slice, Sliceable

_MOST_COLUMNS = 16
_FEWEST_VALUES = 2
_MOST_VALUES = 20
_MOST_CHARACTERS = 100


def draw(source: Sliceable) -> list[Slice]:
    """Return a slice for each value of the columns that have 2 to 20, 16 columns at most.

    A column of more values, or of one longer than 100 characters, is one of ids, dates or free text
    rather than of kinds.
    """
    few = [name for name, values in sorted(source.examples.columns.items()) if _is_of_kinds(values)]
    return [found for name in few[:_MOST_COLUMNS] for found in column_slices(source.examples, name)]


def _is_of_kinds(values: Sequence[str | None]) -> bool:
    distinct = {value for value in values if value is not None}
    return _FEWEST_VALUES <= len(distinct) <= _MOST_VALUES and all(
        len(value) <= _MOST_CHARACTERS for value in distinct
    )


BUCKET = Bucket(name="attribute", draw=draw)
