"""Sums over examples for many resamples at once.

Sparse products run through the examples in order, so that a sum is the same whatever the number
of threads; that of a dense product need not be.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bakeoff.server.statistics.resampling import Statistic, Values, Weights

_BLOCK_VALUES = 1 << 15
"""Numbers in an array of a block, 256 KiB of them: larger arrays are handed back to the system when
they are let go, and fetching them again takes longer than what is done with them."""
_FEWEST_ROWS = 8

SparseRows: TypeAlias = "sparse.csr_array[np.float64, tuple[int, int]]"
"""What sums examples by row, [r, n]."""


def grouped(
    groups: npt.NDArray[np.int64], group_count: int, values: npt.NDArray[np.float64] | None = None
) -> SparseRows:
    """Return the matrix that sums by group, [group_count, n].

    `groups`, int64[n], gives the group of each example, -1 for none; `values`, float64[n], what
    each adds, 1 when not given.
    """
    members = np.flatnonzero(groups >= 0)
    data = np.ones(len(members)) if values is None else values[members]
    shape = (group_count, len(groups))
    return sparse.csr_array((data, (groups[members], members)), shape=shape)


def weighted_sums(matrix: SparseRows, weights: Weights) -> npt.NDArray[np.float64]:
    """Return the sum of each row of the matrix, [r, n], under each row of weights: [r, b]."""
    return np.asarray(matrix @ weights.T)


def mean(values: npt.NDArray[np.float64]) -> Statistic:
    """Return the statistic that is the mean of one value an example, float64[n]."""
    matrix = sparse.csr_array(values[None, :])

    def statistic(weights: Weights) -> Values:
        return np.asarray(weighted_sums(matrix, weights)[0] / weights.sum(axis=1))

    return statistic


def in_blocks(
    statistic: Callable[[Weights], npt.NDArray[np.float64]], width: int
) -> Callable[[Weights], npt.NDArray[np.float64]]:
    """Return a statistic, [..., b], that is found for a few resamples at a time.

    For one whose arrays hold `width` numbers a resample.
    """
    rows = max(_BLOCK_VALUES // max(width, 1), _FEWEST_ROWS)

    def by_block(weights: Weights) -> npt.NDArray[np.float64]:
        block_count = max(len(weights) // rows, 1)
        ends = [len(weights) * place // block_count for place in range(block_count + 1)]
        blocks = [statistic(weights[first:last]) for first, last in pairwise(ends)]
        return blocks[0] if block_count == 1 else np.concatenate(blocks, axis=-1)

    return by_block
