"""How memory goes under load without a pause."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.server.report.messages import figure_message
from bakeoff.server.report.observations import Observations, query_count
from bakeoff.server.statistics import theil_sen
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import MemorySample, MemoryTrend

_MOST_SAMPLES = 1000
_BYTES_PER_KIB = 2**10
_BYTES_PER_MIB = 2**20
_QUERIES = 1000
_NS_PER_H = 3600e9

_Numbers = npt.NDArray[np.float64]


def memory_trend(observations: Observations, level: float) -> MemoryTrend | None:
    """Readings and leak of a scenario in which memory was read; None of any other.

    The leak is the slope of a line through the memory of the process alone, by Theil and Sen, over
    queries and over time under load: what passes between blocks does not count. Of many readings a
    thousand at most are kept.
    """
    samples = _joined(observations)
    if not samples:
        return None
    memory = np.asarray([_bytes(sample) for sample in samples], dtype=np.float64)
    queries = np.asarray([sample.query_count for sample in samples], dtype=np.float64)
    hours = np.asarray([sample.elapsed_ns for sample in samples]) / _NS_PER_H
    scenario = observations.evidence.scenario
    figures = (
        _slope(
            "leak_kib_per_1000_queries",
            "KiB",
            scenario,
            (queries / _QUERIES, memory / _BYTES_PER_KIB),
            level,
        ),
        _slope("leak_mib_per_h", "MiB/h", scenario, (hours, memory / _BYTES_PER_MIB), level),
        _growth(memory, scenario),
    )
    return MemoryTrend(
        samples=samples[:: -(-len(samples) // _MOST_SAMPLES)],
        figures=[figure_message(figure) for figure in figures],
    )


def _joined(observations: Observations) -> Sequence[MemorySample]:
    """Readings of all blocks, as if each block began when and where the one before it ended.

    What memory does between blocks is the engine's, which then writes down what it observed.
    """
    samples: list[MemorySample] = []
    elapsed_ns = queries = 0
    for block in observations.blocks:
        uss_shift = rss_shift = 0
        if samples and block.memory_samples:
            uss_shift = samples[-1].uss_bytes - block.memory_samples[0].uss_bytes
            rss_shift = samples[-1].rss_bytes - block.memory_samples[0].rss_bytes
        samples += [
            MemorySample(
                elapsed_ns=elapsed_ns + sample.elapsed_ns,
                query_count=queries + sample.query_count,
                uss_bytes=sample.uss_bytes + uss_shift,
                rss_bytes=sample.rss_bytes + rss_shift,
            )
            for sample in block.memory_samples
        ]
        elapsed_ns += block.duration_ns
        queries += query_count(block)
    return samples


def _bytes(sample: MemorySample) -> int:
    """Memory of the process alone; what is resident where the kernel does not tell it."""
    return sample.uss_bytes or sample.rss_bytes


def _slope(
    figure_id: str, unit: str, scenario: str, line: tuple[_Numbers, _Numbers], level: float
) -> Figure:
    trend = theil_sen(*line, level)
    return Figure(
        id=figure_id,
        value=None if trend is None else trend.slope,
        observation_count=len(line[0]),
        unit=unit,
        direction=Direction.LOWER_IS_BETTER,
        method="theil-sen",
        interval=None if trend is None else trend.interval,
        scenario=scenario,
        boundary="process",
        absent_reason="needs three readings or more" if trend is None else "",
    )


def _growth(memory: _Numbers, scenario: str) -> Figure:
    """Last reading minus the first."""
    return Figure(
        id="soak_growth_mib",
        value=float(memory[-1] - memory[0]) / _BYTES_PER_MIB,
        observation_count=len(memory),
        unit="MiB",
        direction=Direction.LOWER_IS_BETTER,
        method="last reading minus the first",
        scenario=scenario,
        boundary="process",
    )
