"""Sums over examples for many resamples at once.

Sparse products run through the examples in order, so that a sum is the same whatever the number
of threads; that of a dense product need not be.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bakeoff.server.statistics.resampling import Statistic, Values, Weights

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
