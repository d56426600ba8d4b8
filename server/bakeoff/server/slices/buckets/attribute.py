"""Slices by attribute columns of few values."""

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.columns import column_slices
from bakeoff.server.slices.slice import Slice, Sliceable

_MOST_COLUMNS = 16
_FEWEST_VALUES = 2
_MOST_VALUES = 20


def draw(source: Sliceable) -> list[Slice]:
    """Return a slice for each value of the columns that have 2 to 20, 16 columns at most.

    A column of more values is one of ids, dates or free text rather than of kinds.
    """
    few = [
        name
        for name, values in sorted(source.examples.columns.items())
        if _FEWEST_VALUES <= len(set(values) - {None}) <= _MOST_VALUES
    ]
    return [found for name in few[:_MOST_COLUMNS] for found in column_slices(source.examples, name)]


BUCKET = Bucket(name="attribute", draw=draw)
