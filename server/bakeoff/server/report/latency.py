"""Latency figures and distributions from raw observations."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bakeoff.server.report.observations import (
    END_TO_END,
    MODEL_ONLY,
    Nanoseconds,
    Observations,
    block_latencies_ns,
)
from bakeoff.server.report.rounds import mean_over_rounds
from bakeoff.server.scenarios import SERVER, kind_of
from bakeoff.server.statistics import (
    dependent_quantile_interval,
    min_count_for_quantile,
    order_statistic_interval,
    quantile,
)
from bakeoff.server.types import Direction, Figure, Interval
from bakeoff.v1 import Histogram

QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99_9", 0.999))
BOUNDARIES = (("latency", END_TO_END), ("model_latency", MODEL_ONLY))

# Buckets are cut at 10^(k/40) ms, whatever was measured, so that histograms can be laid over each
# other: each edge is 6 % above the one before.
_BUCKETS_PER_DECADE = 40
_NS_PER_MS = 1e6
_SHORTEST_MS = 1e-6


def latency_figures(observations: Observations, level: float) -> list[Figure]:
    """Quantiles and mean of each boundary, in milliseconds.

    A quantile is the nearest-rank one over all queries of all rounds, with its order-statistic
    interval, or one by batches where queries wait for each other; it is absent when there are too
    few queries to carry it. The mean is over rounds, each counted by its queries.
    """
    figures = []
    waits = kind_of(observations.evidence.scenario) == SERVER
    for stem, boundary in BOUNDARIES:
        ordered = observations.latencies_ns(boundary)
        if len(ordered) == 0:
            continue
        queue = [block_latencies_ns(one, boundary) for one in observations.blocks if waits]
        found = [
            *(
                quantile_figure(f"{stem}_{name}_ms", ordered, share, level, queue)
                for name, share in QUANTILES
            ),
            _mean(f"{stem}_mean_ms", observations, boundary, level),
        ]
        scenario = observations.evidence.scenario
        figures += [replace(figure, scenario=scenario, boundary=boundary) for figure in found]
    return figures


def quantile_figure(
    figure_id: str,
    ordered: Nanoseconds,
    share: float,
    level: float,
    queue: Sequence[Sequence[int]] = (),
) -> Figure:
    """A quantile of ascending times, by nearest rank, in milliseconds.

    Absent when there are too few of them to carry it, with how many are missing. `queue` holds the
    same times block by block as they came, where those of queries that waited for each other.
    """
    missing = min_count_for_quantile(share, level) - len(ordered)
    interval = None
    if missing <= 0:
        interval = (
            dependent_quantile_interval(queue, share, level)
            if queue
            else order_statistic_interval(ordered, share, level)
        )
    return Figure(
        id=figure_id,
        value=quantile(ordered, share) / _NS_PER_MS if missing <= 0 else None,
        observation_count=len(ordered),
        unit="ms",
        direction=Direction.LOWER_IS_BETTER,
        method="nearest-rank",
        interval=interval_ms(interval),
        absent_reason=f"needs {missing:,} more observations" if missing > 0 else "",
    )


def interval_ms(found: Interval | None) -> Interval | None:
    """An interval in milliseconds of one in nanoseconds."""
    if found is None:
        return None
    lower = None if found.lower is None else found.lower / _NS_PER_MS
    upper = None if found.upper is None else found.upper / _NS_PER_MS
    return replace(found, lower=lower, upper=upper)


def histograms(observations: Observations) -> list[Histogram]:
    """Distribution of latencies of each boundary that was observed, in log-spaced buckets."""
    found = []
    for _, boundary in BOUNDARIES:
        ordered = observations.latencies_ns(boundary)
        if len(ordered):
            found.append(_histogram(ordered / _NS_PER_MS, boundary))
    return found


def _mean(figure_id: str, observations: Observations, boundary: str, level: float) -> Figure:
    of_blocks = [block_latencies_ns(block, boundary) for block in observations.blocks]
    observed = [np.asarray(found) / _NS_PER_MS for found in of_blocks if found]
    totals, counts = [float(ms.sum()) for ms in observed], [len(ms) for ms in observed]
    mean = mean_over_rounds(totals, counts, level)
    return Figure(
        id=figure_id,
        value=mean.value,
        observation_count=sum(len(found) for found in of_blocks),
        unit="ms",
        direction=Direction.LOWER_IS_BETTER,
        method="mean over rounds",
        interval=mean.interval,
    )


def _histogram(ordered_ms: npt.NDArray[np.float64], boundary: str) -> Histogram:
    values = np.maximum(ordered_ms, _SHORTEST_MS)
    first = int(np.floor(np.log10(values[0]) * _BUCKETS_PER_DECADE))
    last = int(np.floor(np.log10(values[-1]) * _BUCKETS_PER_DECADE)) + 1
    # One more on either side: rounding of the logarithm may put an edge on the wrong side.
    edges = 10.0 ** (np.arange(first - 1, last + 2) / _BUCKETS_PER_DECADE)
    places = np.searchsorted(edges, values, side="right") - 1
    counts = np.bincount(places, minlength=len(edges) - 1)
    start, end = int(places[0]), int(places[-1]) + 1
    return Histogram(
        boundary=boundary,
        edges_ms=edges[start : end + 1].tolist(),
        counts=counts[start:end].tolist(),
    )
