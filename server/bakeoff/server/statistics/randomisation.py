"""Tests by swapping two answers to the same example at random."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.resampling import (
    Cells,
    Values,
    Weights,
    by_column,
    chunk_rows,
)

_ROUNDING = 1e-12


def approximate_randomisation(
    difference: Callable[[Weights], Values],
    cells: Cells,
    observed: float,
    count: int,
    rng: np.random.Generator,
) -> float:
    """Return the two-sided p-value that the two are alike, from `count` random swaps.

    `difference` leads from the number of examples of each cell whose answers are swapped, [b, m],
    to the differences that result, [b]; `observed` is the one without a swap. Where the two are
    alike, each example's answers could as well be the other way round: the p-value is the share of
    swaps whose difference is at least as large, counting the observed one, and never below
    1 / (count + 1). Clusters are swapped as wholes. A swap on which the difference is not defined
    counts as one that is as large. Source: Noreen, Computer-intensive methods for testing
    hypotheses, 1989, section 2.1; Yeh, More accurate tests for the statistical significance of
    result differences, COLING 2000, for metrics such as F1.
    """
    drawn = np.concatenate([difference(swapped) for swapped in swaps(cells, count, rng)])
    small = np.abs(drawn) < abs(observed) * (1 - _ROUNDING)
    return (1 + int(np.count_nonzero(~small))) / (1 + count)


def sign_flips(differences: npt.NDArray[np.float64], count: int, rng: np.random.Generator) -> float:
    """Return the two-sided p-value that differences lie around 0 evenly, from `count` draws.

    One difference a cluster, float64[g], such as what the first has right more than the second in
    it. Each draw gives every difference a sign at random. As `approximate_randomisation`, which it
    is for sums.
    """
    observed = abs(float(differences.sum()))
    far = 0
    for rows in chunk_rows(len(differences), count):
        signs = 2.0 * rng.integers(0, 2, size=(rows, len(differences))) - 1.0
        sums = np.abs((signs * differences).sum(axis=1))
        far += int(np.count_nonzero(sums >= observed * (1 - _ROUNDING)))
    return (1 + far) / (1 + count)


def swaps(cells: Cells, count: int, rng: np.random.Generator) -> Iterator[Weights]:
    """Yield how many examples of each cell are swapped, [b, m] at a time, over `count` draws.

    Each example is swapped with probability 1/2, and the examples of a cluster together.
    """
    if cells.clusters is None:
        for rows in chunk_rows(len(cells.sizes), count):
            yield by_column(rng.binomial(cells.sizes, 0.5, size=(rows, len(cells.sizes))))
        return
    members = cells.clusters.T.tocsr()
    for rows in chunk_rows(max(cells.clusters.shape), count):
        flipped = rng.integers(0, 2, size=(len(cells.clusters.indptr) - 1, rows))
        yield np.asarray(members @ flipped.astype(np.float64)).T
