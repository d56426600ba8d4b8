"""How wide the interval of a scenario's main figure is, from what was observed so far."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from bakeoff.server.jobs.measuring.observed import ObservedBlocks
from bakeoff.server.statistics import (
    dependent_quantile_interval,
    mean_interval,
    order_statistic_interval,
    quantile,
    relative_half_width,
)

_TAIL: Final = 0.99
_NS_PER_S: Final = 1e9


@dataclass(slots=True)
class Precision:
    """Looks at a file of observations that grows.

    The figure is the throughput over rounds where queries are not timed one by one, and the 99th
    percentile of end-to-end latency where they are; its interval allows for queries that waited
    for each other where arrivals were scheduled. `level` is that of the interval.
    """

    observed: ObservedBlocks
    level: float
    _sample_counts: list[int] = field(default_factory=list)
    _durations_s: list[float] = field(default_factory=list)
    _latencies_ns: list[npt.NDArray[np.int64]] = field(default_factory=list)
    _scheduled: bool = False

    def relative_half_width(self) -> float:
        """Half the width of the interval over its value; infinite where there is none. Blocks."""
        for block in self.observed.added():
            if block.sample_count:
                self._sample_counts.append(block.sample_count)
                self._durations_s.append(block.duration_ns / _NS_PER_S)
            if block.end_to_end_ns:
                self._latencies_ns.append(np.asarray(block.end_to_end_ns, dtype=np.int64))
                self._scheduled |= bool(block.scheduled_ns)
        if self._latencies_ns:
            ordered = np.sort(np.concatenate(self._latencies_ns))
            interval = (
                dependent_quantile_interval(self._latencies_ns, _TAIL, self.level)
                if self._scheduled
                else order_statistic_interval(ordered, _TAIL, self.level)
            )
            return relative_half_width(quantile(ordered, _TAIL), interval)
        if self._sample_counts:
            rate_per_s = sum(self._sample_counts) / sum(self._durations_s)
            interval = mean_interval(self._sample_counts, self._durations_s, self.level)
            return relative_half_width(rate_per_s, interval)
        return math.inf
