"""Latency by the length of the input, and weighted by the lengths of the caller's own traffic."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bakeoff.server.report.latency import interval_ms, quantile_figure
from bakeoff.server.report.messages import figure_message
from bakeoff.server.report.observations import END_TO_END, Nanoseconds, Observations
from bakeoff.server.selection.wording import percent
from bakeoff.server.statistics import (
    effective_count,
    min_count_for_quantile,
    weighted_quantile,
    weighted_quantile_interval,
)
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import LengthBucket, TrafficHistogram

QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))

_SHORTEST_UPPER = 8
_NS_PER_MS = 1e6


@dataclass(frozen=True, slots=True)
class _Bucket:
    """Queries of `fewest` to `most` tokens, their latencies ascending, in nanoseconds."""

    fewest: int
    most: int
    latencies: Nanoseconds
    traffic_share: float | None


def length_buckets(
    observations: Observations, level: float, traffic: TrafficHistogram | None
) -> list[LengthBucket]:
    """Latency quantiles by length; none where lengths were not recorded.

    Buckets are those of the traffic where it is given, else end at powers of two, and those
    without a query are left out.
    """
    buckets = _buckets(observations, traffic)
    total = sum(len(bucket.latencies) for bucket in buckets)
    return [
        LengthBucket(
            min_token_count=bucket.fewest,
            max_token_count=bucket.most,
            query_share=len(bucket.latencies) / total,
            traffic_share=bucket.traffic_share,
            figures=[figure_message(figure) for figure in _figures(observations, bucket, level)],
        )
        for bucket in buckets
    ]


def traffic_figures(
    observations: Observations, level: float, traffic: TrafficHistogram
) -> list[Figure]:
    """Latency quantiles as the caller's traffic would see them; none without lengths.

    Each query weighs as much as its bucket has of the traffic, over the queries of the bucket.
    """
    buckets = _buckets(observations, traffic)
    if not buckets:
        return []
    return [
        replace(figure, scenario=observations.evidence.scenario, boundary=END_TO_END)
        for figure in (_traffic_quantile(buckets, *named, level) for named in QUANTILES)
    ]


def _figures(observations: Observations, bucket: _Bucket, level: float) -> list[Figure]:
    found = (
        quantile_figure(f"latency_{name}_ms", bucket.latencies, share, level)
        for name, share in QUANTILES
    )
    scenario = observations.evidence.scenario
    return [replace(figure, scenario=scenario, boundary=END_TO_END) for figure in found]


def _buckets(observations: Observations, traffic: TrafficHistogram | None) -> list[_Bucket]:
    blocks = [
        block
        for block in observations.blocks
        if block.end_to_end_ns and len(block.token_counts) == len(block.end_to_end_ns)
    ]
    tokens = np.asarray([n for block in blocks for n in block.token_counts], dtype=np.int64)
    latencies = np.asarray([ns for block in blocks for ns in block.end_to_end_ns], dtype=np.int64)
    if not len(tokens):
        return []
    longest = int(tokens.max())
    uppers = _powers_of_two(longest) if traffic is None else _uppers(traffic, longest)
    shares = _shares(traffic, len(uppers))
    places = np.searchsorted(uppers, tokens)
    lowers = [1, *(upper + 1 for upper in uppers[:-1])]
    found = [
        _Bucket(fewest, most, np.sort(latencies[places == place]), share)
        for place, (fewest, most, share) in enumerate(zip(lowers, uppers, shares, strict=True))
    ]
    return [bucket for bucket in found if len(bucket.latencies) or traffic is not None]


def _powers_of_two(longest: int) -> list[int]:
    last = max(math.ceil(math.log2(longest)), int(math.log2(_SHORTEST_UPPER))) if longest else 0
    return [2**power for power in range(int(math.log2(_SHORTEST_UPPER)), last + 1)]


def _uppers(traffic: TrafficHistogram, longest: int) -> list[int]:
    *firsts, last = traffic.max_token_counts
    return [*firsts, max(last, longest)]


def _shares(traffic: TrafficHistogram | None, count: int) -> Sequence[float | None]:
    if traffic is None:
        return [None] * count
    total = sum(traffic.weights)
    return [weight / total for weight in traffic.weights]


def _traffic_quantile(buckets: Sequence[_Bucket], name: str, share: float, level: float) -> Figure:
    values = np.concatenate([bucket.latencies for bucket in buckets])
    weights = np.concatenate([_weights(bucket) for bucket in buckets])
    missing = _missing(buckets, values, weights, share, level)
    interval = None if missing else weighted_quantile_interval(values, weights, share, level)
    return Figure(
        id=f"traffic_latency_{name}_ms",
        value=None if missing else weighted_quantile(values, weights, share) / _NS_PER_MS,
        observation_count=len(values),
        unit="ms",
        direction=Direction.LOWER_IS_BETTER,
        method="weighted by traffic",
        interval=interval_ms(interval),
        absent_reason=missing,
    )


def _weights(bucket: _Bucket) -> np.ndarray:
    count = len(bucket.latencies)
    return np.full(count, (bucket.traffic_share or 0.0) / count if count else 0.0)


def _missing(
    buckets: Sequence[_Bucket], values: Nanoseconds, weights: np.ndarray, share: float, level: float
) -> str:
    """Why a quantile of the traffic cannot be told; empty when it can."""
    for bucket in buckets:
        if bucket.traffic_share and not len(bucket.latencies):
            return (
                f"no query of {bucket.fewest:,} to {bucket.most:,} tokens was measured, and "
                f"{percent(bucket.traffic_share, 1)} of the traffic is of that length"
            )
    needed, worth = min_count_for_quantile(share, level), effective_count(values, weights, share)
    if worth >= needed:
        return ""
    more = math.ceil(len(weights) * needed / worth) - len(weights)
    return f"needs about {more:,} more observations"
