"""Ranges that part numbers into shares of a wanted size."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def cuts(values: npt.NDArray[np.generic], shares: Sequence[float]) -> list[float]:
    """Return where ranges of the values end, ascending: each range holds about its share.

    `shares` ascend, each the part of the values up to the end of a range; that of the last, 1, is
    left out. Equal values are never parted, so that a value which comes often may take up several
    ranges; they are then one. Each cut is a value that occurs, the largest of its range, and the
    largest of all is the last cut.
    """
    if not len(values):
        return []
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    places = [min(int(np.ceil(share * len(ordered))), len(ordered)) - 1 for share in shares]
    return sorted({float(ordered[max(place, 0)]) for place in places} | {float(ordered[-1])})
