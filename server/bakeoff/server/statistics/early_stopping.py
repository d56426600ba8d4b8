"""Whether a quantile of latency holds a bound, by the rule of LoadGen's early stopping.

A query is over the bound or not, and a share 1 - p may be over it. If just that share were over it,
t or fewer of n queries would be with probability P(B <= t), B binomial(n, 1 - p). Where that is
below 1 %, the share is smaller, sure to 99 %, and the bound holds.
Source: MLPerf Inference Rules, appendix Early Stopping Criterion.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

CONFIDENCE = 0.99
"""What LoadGen asks of every verdict."""

_CHANCE = 1 - CONFIDENCE


@dataclass(frozen=True, slots=True)
class BoundVerdict:
    """Whether `query_count` queries show that the `quantile` of latency is at most `bound_ns`.

    `over_bound_count` of them took longer, and `allowed_over_bound_count` of that many may: 0 as
    well where there are too few for any verdict. `conservative_latency_ns` is an observed latency
    that the quantile does not pass, None with too few queries. `more_queries_needed` is how many
    more would let the bound hold if none of them took longer: 0 when it holds.
    """

    held: bool
    quantile: float
    bound_ns: int
    query_count: int
    over_bound_count: int
    allowed_over_bound_count: int
    conservative_latency_ns: int | None
    more_queries_needed: int


def latency_verdict(
    ordered_ns: Sequence[int] | npt.NDArray[np.int64], quantile: float, bound_ns: int
) -> BoundVerdict:
    """Judge a bound on a quantile, between 0 and 1, by ascending latencies in nanoseconds.

    LoadGen's verdict for Server: a latency of exactly the bound holds it.
    """
    count = len(ordered_ns)
    over = count - int(np.searchsorted(np.asarray(ordered_ns), bound_ns, side="right"))
    needed = min_query_count(over, quantile)
    return BoundVerdict(
        held=count >= needed,
        quantile=quantile,
        bound_ns=bound_ns,
        query_count=count,
        over_bound_count=over,
        allowed_over_bound_count=allowed_over_count(count, quantile) or 0,
        conservative_latency_ns=conservative_quantile_ns(ordered_ns, quantile),
        more_queries_needed=max(needed - count, 0),
    )


def conservative_quantile_ns(
    ordered_ns: Sequence[int] | npt.NDArray[np.int64], quantile: float
) -> int | None:
    """Return an observed latency that errs on the side of slowness, None with too few queries.

    LoadGen's estimate for SingleStream and MultiStream: with t allowed to be over it, the t-th
    largest, so that t - 1 are. It needs t >= 1.
    """
    count = len(ordered_ns)
    allowed = allowed_over_count(count, quantile)
    return int(ordered_ns[count - allowed]) if allowed else None


def allowed_over_count(query_count: int, quantile: float) -> int | None:
    """Return the most of so many queries that may be over a bound; None when none are enough."""
    _check(quantile)
    # The binomial quantile lies within a rounding of the answer.
    allowed = int(stats.binom.ppf(_CHANCE, query_count, 1 - quantile)) if query_count else 0
    while allowed >= 0 and not _shows(query_count, allowed, quantile):
        allowed -= 1
    return allowed if allowed >= 0 else None


def min_query_count(over_count: int, quantile: float) -> int:
    """Return the fewest queries of which so many may be over a bound: for p99, 0 need 459."""
    _check(quantile)
    if over_count < 0:
        message = f"over_count must be at least 0; got {over_count}"
        raise ValueError(message)
    too_few, enough = over_count, 2 * over_count + 1
    while not _shows(enough, over_count, quantile):
        too_few, enough = enough, 2 * enough
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if _shows(middle, over_count, quantile):
            enough = middle
        else:
            too_few = middle
    return enough


def _shows(query_count: int, over_count: int, quantile: float) -> bool:
    """Whether P(B <= over_count) is below 1 %, as a regularised incomplete beta function."""
    under_count = query_count - over_count
    if under_count <= 0:
        return False
    return bool(special.betainc(under_count, over_count + 1, quantile) < _CHANCE)


def _check(quantile: float) -> None:
    if not 0 < quantile < 1:
        message = f"quantile must be between 0 and 1; got {quantile}"
        raise ValueError(message)
