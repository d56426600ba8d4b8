"""The interval of a peak load holds the true one, on queues whose capacity is known."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.report.peak_load import peak_figure
from bakeoff.server.types import Figure, ScenarioEvidence
from bakeoff.v1 import LatencyBound, ThreadLayout

from .simulated_queue import SERVICES, SimulatedQueue, capacity_qps, searched

MS = 1_000_000
QUEUES = [
    ("constant", 0.001, 20),
    ("constant", 0.005, 40),
    ("exponential", 0.001, 20),
    ("exponential", 0.004, 40),
    ("exponential", 0.004, 22),
    ("short and long", 0.002, 40),
    ("gamma", 0.01, 60),
]


def peaks(
    service: str, mean_s: float, bound: LatencyBound, count: int, level: float
) -> Iterator[Figure]:
    """The figure of each of so many searches."""
    for seed in range(count):
        queue = SimulatedQueue(SERVICES[service], mean_s, seed)
        evidence = ScenarioEvidence(
            scenario="peak-load:p99=20ms",
            observations_path=Path(),
            layout=ThreadLayout(),
            positions=(),
            start_times_ns=(),
            warm_up_settled=True,
            probes=tuple(searched(queue, 0.7 / mean_s, bound)),
        )
        yield peak_figure(evidence, level)


def held_share(
    service: str, mean_s: float, bound_ms: int, count: int, level: float = 0.95
) -> float:
    """In which share of searches the interval holds the capacity."""
    bound = LatencyBound(quantile=0.99, max_latency=Duration(nanos=bound_ms * MS))
    true_qps = capacity_qps(SERVICES[service], mean_s, bound)
    held = []
    for figure in peaks(service, mean_s, bound, count, level):
        assert figure.interval is not None
        assert figure.value is not None
        lower = figure.interval.lower or 0.0
        upper = figure.interval.upper or np.inf
        assert lower <= figure.value <= upper
        held.append(lower <= true_qps <= upper)
    return float(np.mean(held))


@pytest.mark.parametrize(("service", "mean_s", "bound_ms"), QUEUES)
def test_the_interval_holds_the_true_capacity(service: str, mean_s: float, bound_ms: int) -> None:
    assert held_share(service, mean_s, bound_ms, count=45) >= 0.93


@pytest.mark.nightly
@pytest.mark.parametrize(("level", "least"), [(0.95, 0.93), (0.99, 0.95)])
@pytest.mark.parametrize(("service", "mean_s", "bound_ms"), QUEUES)
def test_the_interval_holds_the_true_capacity_in_many_searches(
    service: str, mean_s: float, bound_ms: int, level: float, least: float
) -> None:
    assert held_share(service, mean_s, bound_ms, count=300, level=level) >= least


def test_the_known_capacity_is_that_of_a_long_simulation() -> None:
    """By four million queries at that rate."""
    for service, mean_s, bound_ms in QUEUES:
        bound = LatencyBound(quantile=0.99, max_latency=Duration(nanos=bound_ms * MS))
        true_qps = capacity_qps(SERVICES[service], mean_s, bound)
        latencies_ns = SimulatedQueue(SERVICES[service], mean_s, 1).latencies_ns(
            true_qps, 4_000_000
        )
        assert np.mean(latencies_ns > bound_ms * MS) == pytest.approx(0.01, rel=0.15)
