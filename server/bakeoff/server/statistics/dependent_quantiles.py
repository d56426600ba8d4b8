"""Intervals of quantiles of observations that depend on those before them.

Queries that queue do: one that waits for long is followed by others that wait for long. Order
statistics of 1,500 such latencies, taken as independent, held the true 99th percentile in 35 % of
trials for 95 asked.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from bakeoff.server.statistics.quantiles import bounding_shares, nearest_rank
from bakeoff.server.types import Interval

Values = Sequence[float] | npt.NDArray[np.generic]

_BATCHES_PER_BLOCK = 2
_STEADY_QUANTILES = (0.5, 0.75, 0.9, 0.95)
_FEWEST_BATCHES = 3


def dependent_quantile_interval(
    blocks: Sequence[Values], p: float, level: float = 0.95
) -> Interval | None:
    """Return two observations between which the true p-quantile lies, sure to about `level`.

    `blocks` hold observations in the order in which they came. The quantile is that of all of
    them. None with fewer than three batches; a bound is absent where there are too few.
    In trials with queues of one server at loads of 0 to 0.9, five blocks and 300 to 5,000 queries
    it held the true quantile in at least 92 % for 95 asked. The 99th percentile of 1,500 queries
    had an upper bound at a load of 0.3 as a rule, and at 0.7 hardly ever.
    """
    count = independent_count(blocks, p, level)
    if count is None:
        return None
    shares = bounding_shares(count, p, level)
    ordered = _ordered(blocks)
    return Interval(
        lower=None if shares.lower is None else _at_share(ordered, shares.lower),
        upper=None if shares.upper is None else _at_share(ordered, shares.upper),
        level=level,
        method="batch-means",
    )


def independent_count(blocks: Sequence[Values], p: float, level: float = 0.95) -> float | None:
    """Return how many independent observations would tell the p-quantile as well.

    Each block is cut into two batches. The shares of observations at or below the quantile, batch
    by batch, spread wider than those of independent ones by a factor: the count is that of all
    observations over the factor, times the square of the ratio of the normal quantile to Student's
    t, since the spread is itself estimated. The largest factor of p and of the quantiles 0.5,
    0.75, 0.9 and 0.95 below it stands, since a tail alone shows too few of its clusters. None with
    fewer than three batches.
    Source: Woodruff, Confidence intervals for medians and other position measures, Journal of the
    American Statistical Association 47, 1952; batch means as in Law, Simulation Modeling and
    Analysis, section 9.5.
    """
    batches = [
        batch
        for block in blocks
        for batch in np.array_split(np.asarray(block), _BATCHES_PER_BLOCK)
        if len(batch)
    ]
    if len(batches) < _FEWEST_BATCHES:
        return None
    ordered = _ordered(blocks)
    steady = [steady for steady in _STEADY_QUANTILES if steady < p]
    factor = _spread(batches, ordered, np.asarray([*steady, p])).max()
    if factor <= 1:
        return float(len(ordered))
    fair = special.ndtri((1 + level) / 2) / special.stdtrit(len(batches) - 1, (1 + level) / 2)
    return float(len(ordered) / factor * fair**2)


def _spread(
    batches: Sequence[npt.NDArray[np.generic]],
    ordered: npt.NDArray[np.float64],
    quantiles: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the variance of batches' shares over that of independent observations, [quantiles]."""
    limits = ordered[[nearest_rank(len(ordered), each) - 1 for each in quantiles]]
    sizes = np.asarray([len(batch) for batch in batches])
    starts = np.cumsum(sizes) - sizes
    below = np.concatenate(batches) <= limits[:, None]
    counts = np.add.reduceat(below, starts, axis=1, dtype=np.int64)
    overall = counts.sum(axis=1, keepdims=True) / sizes.sum()
    of_one = (sizes * np.square(counts / sizes - overall)).sum(axis=1) / (len(batches) - 1)
    return np.asarray(of_one / (quantiles * (1 - quantiles)))


def _ordered(blocks: Sequence[Values]) -> npt.NDArray[np.float64]:
    return np.sort(np.concatenate([np.asarray(block, dtype=np.float64) for block in blocks]))


def _at_share(ordered: npt.NDArray[np.float64], share: float) -> float:
    return float(ordered[nearest_rank(len(ordered), share) - 1 if share < 1 else -1])
