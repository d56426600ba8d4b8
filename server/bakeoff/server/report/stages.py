"""Where the time of a query goes, stage by stage, each timed directly."""

from collections.abc import Mapping

import numpy as np

from bakeoff.server.report.observations import Nanoseconds, Observations
from bakeoff.server.statistics import min_count_for_quantile, quantile
from bakeoff.v1 import StageTime

_ORDER = ("tokenise", "copy-in", "run", "copy-out", "decode")
_NS_PER_MS = 1e6


def stage_times(observations: Observations, level: float) -> list[StageTime]:
    """Mean time of a query in each stage, in the order of the work; none without queries.

    Where the stages of each query were kept, of those, with the median and 99th percentile that
    their number carries: queries that share a run have all of its time each.
    """
    queries = observations.query_count
    if queries == 0:
        return []
    total_ns: dict[str, int] = {}
    for block in observations.blocks:
        for stage, ns in block.stage_ns.items():
            total_ns[stage] = total_ns.get(stage, 0) + ns
    known = [stage for stage in _ORDER if stage in total_ns]
    others = sorted(stage for stage in total_ns if stage not in _ORDER)
    single = _by_query(observations)
    return [
        StageTime(
            stage=stage,
            mean_ms=_mean_ns(single.get(stage), total_ns[stage], queries) / _NS_PER_MS,
            p50_ms=_quantile_ms(single.get(stage), 0.5, level),
            p99_ms=_quantile_ms(single.get(stage), 0.99, level),
        )
        for stage in (*known, *others)
    ]


def _by_query(observations: Observations) -> Mapping[str, Nanoseconds]:
    """Times of each stage over all queries, ascending."""
    gathered: dict[str, list[int]] = {}
    for block in observations.blocks:
        for times in block.stage_times:
            gathered.setdefault(times.stage, []).extend(times.durations_ns)
    return {stage: np.sort(np.asarray(ns, dtype=np.int64)) for stage, ns in gathered.items()}


def _mean_ns(ordered: Nanoseconds | None, total_ns: int, query_count: int) -> float:
    return total_ns / query_count if ordered is None else float(ordered.mean())


def _quantile_ms(ordered: Nanoseconds | None, share: float, level: float) -> float | None:
    if ordered is None or len(ordered) < min_count_for_quantile(share, level):
        return None
    return quantile(ordered, share) / _NS_PER_MS
