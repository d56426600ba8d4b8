"""The rate of arrivals up to which a share of slow queries stays within what is allowed.

The share grows with the rate, and slow queries come in bursts: one that waits for long is followed
by others that do. Counts of blocks therefore spread wider than a binomial does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from bakeoff.server.types import Interval

Numbers = npt.NDArray[np.float64]

# Rates farther from the one that was found, as logarithms, say nothing of the shape near it.
_NEAR: Final = math.log(1.6)
# Where so many are slow the queue grows without end, and the share tells how long it was offered.
_OVERLOADED_SHARE: Final = 0.3
_FEWEST_BLOCKS: Final = 4
_FARTHEST: Final = math.log(4)
# In simulations one search in twenty found a rate farther from the limit.
_LEAST_REACH: Final = math.log(1.12)
_LEVEL_OF_REACH: Final = 0.95
_STEP: Final = 0.01
# From a latency that hardly waits for others to a queue on the edge of its capacity.
_SLOPES: Final = np.geomspace(0.5, 200.0, 48)


@dataclass(frozen=True, slots=True)
class LoadedBlock:
    """A block of queries at one rate: how many there were, and how many of them were slow."""

    rate_per_s: float
    query_count: int
    slow_count: int


def rate_limit_interval(
    blocks: Sequence[LoadedBlock], found_per_s: float, allowed_share: float, level: float = 0.95
) -> Interval | None:
    """Return between which rates the limit lies, sure to about `level`; None with too few blocks.

    The limit is the rate at which the share of slow queries is `allowed_share`, above 0 and below
    1. The logit of that share is taken for a line in the logarithm of the rate near `found_per_s`,
    whose slope is not known. A limit is within the interval when the likelihood with it is not
    below the largest by more than an F test at `level` allows, the difference divided by the
    dispersion: Pearson's statistic over its degrees of freedom, 1 at least. No limit lies above a
    rate at which the queue grew without end.
    Source: McCullagh and Nelder, Generalized Linear Models, second edition, 1989, sections 4.5 and
    9.2.

    Of slow queries a search sees a few bursts, from which the likelihood is too sure: alone it held
    the true limit in 79 to 93 % of 150 simulated searches of each of six queues, for 95 asked. The
    interval therefore reaches at least 12 % to either side of `found_per_s` at a level of 95 %, and
    as much more or less at others as a normal quantile does. So it held the limits of these and of
    a seventh queue in 93 % of searches or more. A bound more than four times away is absent.
    """
    told = [block for block in blocks if block.query_count > 0]
    distances = np.log([block.rate_per_s / found_per_s for block in told])
    queries = np.asarray([block.query_count for block in told], dtype=np.float64)
    slow = np.asarray([block.slow_count for block in told], dtype=np.float64)
    overloaded = _overloaded(distances, queries, slow)
    near = ~overloaded & (np.abs(distances) < _NEAR)
    if near.sum() < _FEWEST_BLOCKS:
        return None
    limits = np.arange(-_FARTHEST, _FARTHEST + _STEP, _STEP)
    fall = _deviances(limits, distances[near], queries[near], slow[near], allowed_share)
    within = limits[fall <= special.fdtri(1, near.sum() - 2, level)]
    edge = min(distances[overloaded & (distances > 0)], default=math.inf)
    reach = _LEAST_REACH * special.ndtri((1 + level) / 2) / special.ndtri((1 + _LEVEL_OF_REACH) / 2)
    # The likelihood is known at every step alone: an end lies within a step of the last one.
    lowest = min(within[0] - _STEP, -reach)
    highest = max(min(within[-1] + _STEP, edge), reach)
    return Interval(
        lower=found_per_s * math.exp(lowest) if lowest > -_FARTHEST else None,
        upper=found_per_s * math.exp(highest) if highest < _FARTHEST else None,
        level=level,
        method="quasi-binomial",
    )


def _overloaded(distances: Numbers, queries: Numbers, slow: Numbers) -> npt.NDArray[np.bool_]:
    """Whether the queue grew without end at the rate of each block, over all blocks of the rate."""
    same = distances[:, None] == distances
    return np.asarray(same @ slow > _OVERLOADED_SHARE * (same @ queries))


def _deviances(
    limits: Numbers, distances: Numbers, queries: Numbers, slow: Numbers, allowed_share: float
) -> Numbers:
    """How much less likely each limit makes what was seen than the likeliest one, scaled, [limits].

    Limits and rates of blocks are logarithms of their ratio to the rate that was found.
    """
    rates, of_block = np.unique(distances, return_inverse=True)
    queries_at, slow_at = (np.bincount(of_block, counts) for counts in (queries, slow))
    logits = special.logit(allowed_share) + _SLOPES[:, None] * (rates - limits[:, None, None])
    likelihoods = (slow_at * logits - queries_at * np.logaddexp(0, logits)).sum(axis=-1)
    of_limits = likelihoods.max(axis=1)
    best = logits[np.unravel_index(likelihoods.argmax(), likelihoods.shape)]
    shares = special.expit(best)[of_block]
    pearson = np.square(slow - queries * shares) / (queries * shares * (1 - shares))
    dispersion = max(1.0, pearson.sum() / (len(slow) - 2))
    return np.asarray(2 * (of_limits.max() - of_limits) / dispersion)
