"""Slices by length of the input."""

from itertools import pairwise

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.ranges import cuts
from bakeoff.server.slices.slice import Kind, Slice, Sliceable

# Quarters, and the longest twentieth by itself: what is cut or rounded off shows there first.
_SHARES = (0.25, 0.5, 0.75, 0.95)


def draw(source: Sliceable) -> list[Slice]:
    """Return ranges of characters that hold about a quarter each, and the longest twentieth.

    None when all examples are of one length.
    """
    lengths = source.examples.lengths
    ends = [int(end) for end in cuts(lengths, _SHARES)]
    if len(ends) < 2:  # noqa: PLR2004 - one range is the whole set
        return []
    starts = [int(lengths.min()) - 1, *ends]
    return [
        Slice(
            id=f"length:{before + 1}-{end}",
            kind=Kind.LENGTH,
            title=_title(before + 1, end),
            members=(lengths > before) & (lengths <= end),
        )
        for before, end in pairwise(starts)
    ]


def _title(first: int, last: int) -> str:
    if first == last:
        return f"{first:,} {'character' if first == 1 else 'characters'}"
    return f"{first:,} to {last:,} characters"


BUCKET = Bucket(name="length", draw=draw)
