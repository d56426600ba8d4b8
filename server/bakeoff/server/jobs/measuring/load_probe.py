"""One rate of arrivals, tried until it is clear whether a bound on latency holds."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from bakeoff.server.statistics import BoundVerdict, latency_verdict
from bakeoff.v1 import LatencyBound, LatencyVerdict, LoadProbe

# Queries over a bound come in bursts, so that little less than certainty gives up too soon.
_CHANCE_OF_GIVING_UP_WRONGLY: Final = 0.001
# A verdict near the bound takes many queries; beyond so many times the fewest it is not worth it.
_DOUBLINGS: Final = 4
_PIECES: Final = 3
_SLOW_S: Final = 3.0
_NS_PER_MS: Final = 1e6


def probe_query_counts(min_query_count: int, qps: float) -> list[int]:
    """Queries after which a rate is looked at, ascending, until it is clear.

    A slow rate is looked at before there are enough queries for it to hold, since it may fail.
    """
    slow = min_query_count / qps > _SLOW_S
    early = [-(-min_query_count * piece // _PIECES) for piece in range(1, _PIECES)] if slow else []
    return [*early, *(min_query_count * 2**doubling for doubling in range(_DOUBLINGS + 1))]


def verification_query_counts(query_count: int, block_count: int) -> list[int]:
    """Queries after which a verification is looked at: its blocks, then twice and four times."""
    blocks = [-(-query_count * block // block_count) for block in range(1, block_count + 1)]
    return [*blocks, 2 * query_count, 4 * query_count]


def judged(latencies_ns: Sequence[npt.NDArray[np.int64]], bound: LatencyBound) -> BoundVerdict:
    """Judge a bound by the latencies of blocks, in any order."""
    empty = np.array([], dtype=np.int64)
    ordered = np.sort(np.concatenate([empty, *latencies_ns]))
    return latency_verdict(ordered, bound.quantile, bound.max_latency.ToNanoseconds())


def is_hopeless(verdict: BoundVerdict) -> bool:
    """Whether more queries than chance explains took longer than the bound."""
    chance = stats.binom.sf(verdict.over_bound_count - 1, verdict.query_count, 1 - verdict.quantile)
    return bool(chance < _CHANCE_OF_GIVING_UP_WRONGLY)


def probe_message(
    qps: float,
    latencies_ns: Sequence[npt.NDArray[np.int64]],
    bound: LatencyBound,
    *,
    verification: bool,
) -> LoadProbe:
    """A rate that was tried, as it is stored; `latencies_ns` are of its blocks, in their order."""
    limit_ns = bound.max_latency.ToNanoseconds()
    return LoadProbe(
        qps=qps,
        verification=verification,
        verdict=verdict_message(judged(latencies_ns, bound), bound),
        block_query_counts=[len(block) for block in latencies_ns],
        block_over_bound_counts=[int((block > limit_ns).sum()) for block in latencies_ns],
    )


def verdict_message(verdict: BoundVerdict, bound: LatencyBound) -> LatencyVerdict:
    """A verdict as it is stored."""
    outcome = LatencyVerdict.OUTCOME_VALID if verdict.held else LatencyVerdict.OUTCOME_INVALID
    message = LatencyVerdict(
        bound=bound,
        outcome=outcome,
        query_count=verdict.query_count,
        over_bound_count=verdict.over_bound_count,
        allowed_over_bound_count=verdict.allowed_over_bound_count,
        more_queries_needed=verdict.more_queries_needed,
    )
    if verdict.conservative_latency_ns is not None:
        message.conservative_latency_ms = verdict.conservative_latency_ns / _NS_PER_MS
    return message
