"""Figures of load that arrives by a schedule."""

from dataclasses import replace

import numpy as np

from bakeoff.server.report.latency import quantile_figure
from bakeoff.server.report.observations import Observations, span_s
from bakeoff.server.types import Figure


def arrival_figures(observations: Observations, level: float) -> list[Figure]:
    """The rate that was offered, the lateness of the generator, and how many queries shared a run.

    Each is left out where it was not recorded.
    """
    scenario = observations.evidence.scenario
    figures = []
    offered = [block for block in observations.blocks if block.offered_qps and block.duration_ns]
    if offered:
        whole_s = sum(span_s(block) for block in offered)
        figures.append(
            Figure(
                id="offered_qps",
                value=sum(one.offered_qps * span_s(one) for one in offered) / whole_s,
                observation_count=observations.query_count,
                unit="1/s",
                direction=None,
                method="mean over time",
                scenario=scenario,
            )
        )
    late = np.sort([ns for block in observations.blocks for ns in block.lateness_ns])
    if len(late):
        found = quantile_figure("lateness_p99_ms", late, 0.99, level)
        figures.append(replace(found, scenario=scenario, boundary="load generator"))
    sizes = [size for block in observations.blocks for size in block.batch_sizes]
    if sizes:
        figures.append(_mean_batch(scenario, sizes))
    return figures


def _mean_batch(scenario: str, sizes: list[int]) -> Figure:
    """Mean over runs: a run of b queries is seen b times, each time as a b-th of it."""
    return Figure(
        id="mean_batch_size",
        value=len(sizes) / sum(1 / size for size in sizes),
        observation_count=len(sizes),
        unit="examples",
        direction=None,
        method="mean over runs",
        scenario=scenario,
    )
