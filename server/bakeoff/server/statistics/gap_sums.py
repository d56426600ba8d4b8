"""Interval of a sum of absolute gaps, which chance can only raise."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from bakeoff.server.types import Interval

if TYPE_CHECKING:
    from scipy import sparse

Parts: TypeAlias = "sparse.csr_array[np.float64, tuple[int, int]]"
"""What each unit, row by row, adds to each gap, column by column."""

_METHOD = "test-inversion"
_HALVINGS = 24
_FARTHEST = 2.0**64


def gap_sum_interval(
    parts: Parts,
    least_variance: npt.NDArray[np.float64],
    level: float,
    draws: int,
    rng: np.random.Generator,
) -> Interval | None:
    """Return the interval of sum |gap| over k gaps, each a sum over independent units.

    `parts`, sparse [g, k]: what each example, or cluster, adds to each gap. `least_variance`, [k]:
    what the variance of each gap is at least. Small gaps that are chance alone do not cancel in the
    sum: it lies above the true one. So the bounds are those true sums under which the one that was
    seen, or a larger one, has probability (1 - level) / 2, and a smaller one; gaps are drawn
    `draws` times as multivariate t around true ones. Of true gaps with one sum the interval takes
    those that are hardest to rule out: for the lower bound few large ones, those seen by more than
    a standard error, less that error; for the upper bound all, each in proportion to its error.
    None with fewer than two units, and where nothing can move. Source: Carpenter, Test inversion
    bootstrap confidence intervals, Journal of the Royal Statistical Society B 61, 1999.
    """
    units = int(parts.shape[0])
    if units <= 1:
        return None
    gaps = np.asarray(parts.sum(axis=0), dtype=np.float64)
    products = np.asarray((parts.T @ parts).todense()) - np.outer(gaps, gaps) / units
    covariance = units / (units - 1) * products
    lacking = np.maximum(least_variance - np.diag(covariance), 0.0)
    covariance[np.diag_indices_from(covariance)] += lacking
    errors = np.sqrt(np.diag(covariance))
    if not errors.any():
        return None
    noise = _noise(covariance, units - 1, draws, rng)
    seen, tail = float(np.abs(gaps).sum()), (1 - level) / 2

    def at_least(true: npt.NDArray[np.float64]) -> float:
        return float((np.abs(true + noise).sum(axis=1) >= seen).mean())

    few = np.sign(gaps) * np.maximum(np.abs(gaps) - errors, 0.0)
    few = few if few.any() else gaps
    spread_out = np.where(gaps < 0, -errors, errors)
    lower = _reached(lambda times: at_least(times * few) > tail) * float(np.abs(few).sum())
    upper = _reached(lambda times: at_least(times * spread_out) >= 1 - tail) * float(errors.sum())
    return Interval(min(lower, upper), upper, level, _METHOD)


def _noise(
    covariance: npt.NDArray[np.float64], degrees: int, draws: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return draws of multivariate t around 0, [draws, k]."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = rng.standard_normal((draws, len(values)))
    scale = np.sqrt(degrees / rng.chisquare(degrees, size=(draws, 1)))
    return np.asarray(scale * (normal @ root.T))


def _reached(holds: Callable[[float], bool]) -> float:
    """Return the least number, 0 or more, from which on something holds."""
    if holds(0.0):
        return 0.0
    below, above = 0.0, 1.0
    while not holds(above) and above < _FARTHEST:
        below, above = above, 2 * above
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
