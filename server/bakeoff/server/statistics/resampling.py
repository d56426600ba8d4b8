"""Resamples of examples, as weights: how often each is drawn."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

Weights: TypeAlias = npt.NDArray[np.float64]
"""How often each example counts, whole numbers, [b, n]: b resamples of n examples.

Fastest when the transpose lies in memory row by row.
"""

Values: TypeAlias = npt.NDArray[np.float64]
"""One value a resample, [b]; NaN where it is not defined on that resample."""

Statistic: TypeAlias = Callable[[Weights], Values]
"""A number over one sample: leads from weights to values. Prepared once, called many times."""

SparseCounts: TypeAlias = "sparse.csr_array[np.float64, tuple[int, int]]"
"""Examples of each cell, column by column, in each cluster, row by row."""

_CACHED_BYTES = 1 << 21
"""Weights that stay in the cache of a processor core."""
_MOST_BYTES = 1 << 26
_FEWEST_ROWS = 64
_MOST_ROWS = 512
_CELL_COST = 10
"""A binomial draw for a cell takes as long as about ten draws of an example."""
_MOST_GROUPS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Examples by equal outcome: what can be told apart under resampling.

    `cell`, int64[n]: the cell of each example. `rows`, int64[m]: one example of each cell.
    `sizes`, int64[m]: examples of each cell. `clusters`, [g, m]: examples of each cell in each
    cluster, where examples belong together and are drawn as wholes; None where each is its own.
    """

    cell: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    clusters: "SparseCounts | None" = None

    @property
    def unit_count(self) -> int:
        """Number of clusters, or of examples where each is its own: what is drawn."""
        return len(self.cell) if self.clusters is None else len(self.clusters.indptr) - 1

    @property
    def are_drawn_singly(self) -> bool:
        """Whether examples or clusters are drawn one by one, and none of them as many at once.

        More resamples may then follow on those that were drawn, and change none of them.
        """
        return self.clusters is not None or len(self.sizes) == len(self.cell)


def each_example(size: int) -> Cells:
    """Return one cell for each of `size` examples."""
    indices = np.arange(size)
    return Cells(cell=indices, rows=indices, sizes=np.ones(size, dtype=np.int64))


def equal_outcomes(*outcomes: npt.NDArray[np.generic]) -> Cells:
    """Return one cell for each combination of outcomes that occurs.

    Each outcome is [n] or [n, k], of whole numbers or truth values.
    """
    code = np.zeros(len(outcomes[0]), dtype=np.int64)
    for outcome in outcomes:
        for column in np.asarray(outcome, dtype=np.int64).reshape(len(code), -1).T:
            # Renumbered after each column, so that codes stay small.
            _, code = np.unique(code * (column.max() + 1) + column, return_inverse=True)
    _, rows, cell, sizes = np.unique(
        code, return_index=True, return_inverse=True, return_counts=True
    )
    return Cells(cell=cell, rows=rows, sizes=sizes)


def clustered(cells: Cells, cluster: npt.NDArray[np.int64]) -> Cells:
    """Return the cells with their examples in clusters; `cluster`, int64[n], says in which."""
    _, places = np.unique(cluster, return_inverse=True)
    cluster_count = int(places.max()) + 1 if len(places) else 0
    counts = sparse.csr_array(
        (np.ones(len(places)), (places, cells.cell)), shape=(cluster_count, len(cells.sizes))
    )
    counts.sum_duplicates()
    return replace(cells, clusters=counts)


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers that belong to a seed and a name, whatever else is drawn."""
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def draws(cells: Cells, count: int, rng: np.random.Generator) -> Iterator[Weights]:
    """Yield weights of `count` bootstrap resamples, [b, m] at a time, b at most 512.

    A resample draws as many examples as there are, with replacement: each row sums to n. Clusters
    are drawn as wholes, as many as there are. A chunk holds 64 MiB at most, or one resample.
    Source for clusters: Davison and Hinkley, Bootstrap methods and their application, 1997,
    section 3.8.
    """
    if cells.clusters is None:
        lots = _Lots(cells.sizes)
        for rows in chunk_rows(max(len(cells.sizes), lots.small_count), count):
            yield by_column(lots.draw(rows, rng))
        return
    lots = _Lots(np.ones(cells.unit_count, dtype=np.int64))
    members = cells.clusters.T.tocsr()
    for rows in chunk_rows(max(cells.clusters.shape), count):
        yield np.asarray(members @ by_column(lots.draw(rows, rng)).T).T


class _Lots:
    """Draws with replacement from cells of these sizes, as many as they hold together.

    The multinomial distribution: large cells are drawn as wholes, and the examples of small ones,
    or all of them where that costs little more, one by one.
    """

    def __init__(self, sizes: npt.NDArray[np.int64]) -> None:
        self._cell_count = len(sizes)
        self._total = int(sizes.sum())
        self._are_examples = self._total == self._cell_count
        is_large = sizes > _CELL_COST
        cost = _CELL_COST * np.count_nonzero(is_large) + sizes[~is_large].sum()
        if 2 * cost > self._total:
            is_large[:] = False
        self._large = np.flatnonzero(is_large)
        small = np.flatnonzero(~is_large)
        self._members = np.repeat(small, sizes[small])
        lots = [*sizes[self._large], *([self.small_count] if self.small_count else [])]
        self._shares = np.asarray(lots, dtype=np.float64) / max(self._total, 1)

    @property
    def small_count(self) -> int:
        """Number of examples in small cells."""
        return len(self._members)

    def draw(self, rows: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return how often each cell is drawn, [rows, m]."""
        if not len(self._large):
            return self._one_by_one(np.full(rows, self._total), rng)
        by_lot = rng.multinomial(self._total, self._shares, size=rows)
        drawn = np.zeros((rows, self._cell_count), dtype=np.int64)
        if self.small_count:
            drawn = self._one_by_one(by_lot[:, -1], rng)
        drawn[:, self._large] = by_lot[:, : len(self._large)]
        return drawn

    def _one_by_one(
        self, times: npt.NDArray[np.int64], rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Return how often each cell is drawn when its row draws so many small examples."""
        rows = len(times)
        places = rng.integers(0, self.small_count, size=int(times.sum()))
        first_places = self._cell_count * np.arange(rows)
        if self._are_examples:
            by_row = places.reshape(rows, self._total)
            by_row += first_places[:, None]
        else:
            places = self._members[places]
            places += np.repeat(first_places, times)
        counts = np.bincount(places, minlength=rows * self._cell_count)
        return counts.reshape(rows, self._cell_count)


def without_groups(
    cells: Cells, rng: np.random.Generator
) -> tuple[Iterator[Weights], npt.NDArray[np.float64]]:
    """Return weights that leave examples out, [g, m] in chunks, and how often each row stands.

    With up to 500 cells each row leaves out one example and stands for the examples of its cell:
    the jackknife. With more, examples are shuffled into at most 500 groups of like size and each
    row leaves out a group. Clusters are left out as wholes, one by one or in groups.
    """
    cell_count = len(cells.sizes)
    if cells.clusters is None and cell_count <= _MOST_GROUPS:
        return _without_one(cells), cells.sizes.astype(np.float64)
    size = cells.unit_count
    group_count = size // -(-size // _MOST_GROUPS) if size else 0
    if size <= _MOST_GROUPS:
        groups = list(np.arange(size)[:, None])
    else:
        groups = np.array_split(rng.permutation(size), group_count)
    return _without_each(cells, groups), np.ones(group_count)


def _without_one(cells: Cells) -> Iterator[Weights]:
    cell_count = len(cells.sizes)
    yield by_column(cells.sizes - np.eye(cell_count, dtype=np.int64))


def _without_each(cells: Cells, groups: list[npt.NDArray[np.int64]]) -> Iterator[Weights]:
    cell_count = len(cells.sizes)
    first = 0
    for rows in chunk_rows(cell_count, len(groups)):
        chunk = groups[first : first + rows]
        yield by_column(cells.sizes - np.stack([_counts(cells, group) for group in chunk]))
        first += rows


def _counts(cells: Cells, units: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return how many examples of each cell these examples, or clusters, hold, [m]."""
    if cells.clusters is not None:
        return np.asarray(cells.clusters[units].sum(axis=0), dtype=np.float64)
    return np.bincount(cells.cell[units], minlength=len(cells.sizes)).astype(np.float64)


def chunk_rows(width: int, count: int) -> Iterator[int]:
    """Yield how many resamples of that width to draw at a time, `count` together."""
    row_bytes = 8 * max(width, 1)
    most = min(max(_CACHED_BYTES // row_bytes, _FEWEST_ROWS), _MOST_ROWS)
    most = max(min(most, _MOST_BYTES // row_bytes), 1)
    for first in range(0, count, most):
        yield min(most, count - first)


def by_column(counts: npt.NDArray[np.int64] | npt.NDArray[np.float64]) -> Weights:
    """Return weights whose transpose lies in memory row by row, as sparse products want it."""
    return np.ascontiguousarray(counts.T, dtype=np.float64).T
