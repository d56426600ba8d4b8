"""Resamples of examples, as weights: how often each is drawn."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Weights: TypeAlias = npt.NDArray[np.float64]
"""How often each example counts, whole numbers, [b, n]: b resamples of n examples.

Fastest when the transpose lies in memory row by row.
"""

Values: TypeAlias = npt.NDArray[np.float64]
"""One value a resample, [b]; NaN where it is not defined on that resample."""

Statistic: TypeAlias = Callable[[Weights], Values]
"""A number over one sample: leads from weights to values. Prepared once, called many times."""

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
    `sizes`, int64[m]: examples of each cell.
    """

    cell: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]


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


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers that belong to a seed and a name, whatever else is drawn."""
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def draws(cells: Cells, count: int, rng: np.random.Generator) -> Iterator[Weights]:
    """Yield weights of `count` bootstrap resamples, [b, m] at a time, b at most 512.

    A resample draws as many examples as there are, with replacement; each row sums to n. A chunk
    holds 64 MiB at most, or one resample.
    """
    size = len(cells.cell)
    cell_count = len(cells.sizes)
    shares = cells.sizes / size
    by_cell = _CELL_COST * cell_count < size
    for rows in _chunk_rows(cell_count if by_cell else size, count):
        if by_cell:
            drawn = rng.multinomial(size, shares, size=rows)
        else:
            picked = rng.integers(0, size, size=(rows, size))
            places = picked if cell_count == size else cells.cell[picked]
            places += cell_count * np.arange(rows)[:, None]
            drawn = np.bincount(places.reshape(-1), minlength=rows * cell_count)
        yield _by_column(drawn.reshape(rows, cell_count))


def without_groups(
    cells: Cells, rng: np.random.Generator
) -> tuple[Iterator[Weights], npt.NDArray[np.float64]]:
    """Return weights that leave examples out, [g, m] in chunks, and how often each row stands.

    With up to 500 cells each row leaves out one example and stands for the examples of its cell:
    the jackknife. With more, examples are shuffled into at most 500 groups of like size and each
    row leaves out a group.
    """
    cell_count = len(cells.sizes)
    if cell_count <= _MOST_GROUPS:
        return _without_one(cells), cells.sizes.astype(np.float64)
    size = len(cells.cell)
    group_count = size // -(-size // _MOST_GROUPS)
    groups = np.array_split(rng.permutation(size), group_count)
    return _without_each(cells, groups), np.ones(group_count)


def _without_one(cells: Cells) -> Iterator[Weights]:
    cell_count = len(cells.sizes)
    yield _by_column(cells.sizes - np.eye(cell_count, dtype=np.int64))


def _without_each(cells: Cells, groups: list[npt.NDArray[np.int64]]) -> Iterator[Weights]:
    cell_count = len(cells.sizes)
    first = 0
    for rows in _chunk_rows(cell_count, len(groups)):
        chunk = groups[first : first + rows]
        left_out = [np.bincount(cells.cell[group], minlength=cell_count) for group in chunk]
        yield _by_column(cells.sizes - np.stack(left_out))
        first += rows


def _chunk_rows(width: int, count: int) -> Iterator[int]:
    row_bytes = 8 * width
    most = min(max(_CACHED_BYTES // row_bytes, _FEWEST_ROWS), _MOST_ROWS)
    most = max(min(most, _MOST_BYTES // row_bytes), 1)
    for first in range(0, count, most):
        yield min(most, count - first)


def _by_column(counts: npt.NDArray[np.int64]) -> Weights:
    """Return weights whose transpose lies in memory row by row, as sparse products want it."""
    return np.ascontiguousarray(counts.T, dtype=np.float64).T
