"""Queues of one server whose peak load is known, and the search for it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.optimize import brentq

from bakeoff.server.jobs.measuring.load_probe import (
    is_hopeless,
    judged,
    probe_message,
    probe_query_counts,
    verification_query_counts,
)
from bakeoff.server.jobs.measuring.rate_search import next_probe
from bakeoff.v1 import LatencyBound, LoadProbe

FEWEST_QUERIES = 459
BLOCK_COUNT = 5
# A third of the shortest time that is measured by default, and a fifth of it.
PROBE_S, VERIFICATION_BLOCK_S = 1.0, 0.6


@dataclass(frozen=True, slots=True)
class Service:
    """A distribution of service times of mean 1.

    `draw` gives so many; `mgf` is its moment-generating function, finite below `mgf_limit`, and
    `mgf_slope` the derivative of that.
    """

    draw: Callable[[np.random.Generator, int], np.ndarray]
    mgf: Callable[[float], float]
    mgf_slope: Callable[[float], float]
    mgf_limit: float = 30.0


def _short_and_long(shape: Callable[[float], float]) -> Callable[[float], float]:
    return lambda at: 0.9 * shape(at / 1.3) + 0.1 * shape(4 * at / 1.3)


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        "constant": Service(lambda _, count: np.ones(count), math.exp, math.exp),
        "exponential": Service(
            lambda generator, count: generator.exponential(1.0, count),
            lambda at: 1 / (1 - at),
            lambda at: (1 - at) ** -2,
            mgf_limit=1.0,
        ),
        "gamma": Service(
            lambda generator, count: generator.gamma(4.0, 0.25, count),
            lambda at: (1 - at / 4) ** -4,
            lambda at: (1 - at / 4) ** -5,
            mgf_limit=4.0,
        ),
        "short and long": Service(
            lambda generator, count: np.where(generator.random(count) < 0.9, 1.0, 4.0) / 1.3,
            _short_and_long(math.exp),
            lambda at: 0.9 / 1.3 * math.exp(at / 1.3) + 0.4 / 1.3 * math.exp(4 * at / 1.3),
        ),
    }
)


def capacity_qps(service: Service, mean_s: float, bound: LatencyBound) -> float:
    """The rate of Poisson arrivals at which the quantile of latency is just the bound.

    By the exponential tail of time in an M/G/1 queue, which is exact for exponential services.
    Source: Asmussen, Applied Probability and Queues, second edition, 2003, section X.5.
    """
    limit = bound.max_latency.ToNanoseconds() / 1e9 / mean_s

    def slow_share(load: float) -> float:
        def root(at: float) -> float:
            return load * (service.mgf(at) - 1) - at

        decay = brentq(root, 1e-9, min(service.mgf_limit, 30.0) * (1 - 1e-9))
        weight = (1 - load) / (load * service.mgf_slope(decay) - 1)
        return float(weight * service.mgf(decay) * math.exp(-decay * limit))

    allowed = 1 - bound.quantile
    return float(brentq(lambda load: slow_share(load) - allowed, 0.1, 0.999)) / mean_s


class SimulatedQueue:
    """One server of a known mean service time, by Lindley's recursion; it counts its queries."""

    def __init__(self, service: Service, mean_s: float, seed: int) -> None:
        self.query_count = 0
        self._service = service
        self._mean_s = mean_s
        self._generator = np.random.default_rng(seed)

    def latencies_ns(self, qps: float, count: int) -> np.ndarray:
        """Latencies of Poisson arrivals, after a ramp that is not counted."""
        ramp_count = max(16, int(qps / 4))
        total = count + ramp_count
        gaps = self._generator.exponential(1 / qps, total)
        services = self._mean_s * self._service.draw(self._generator, total)
        steps = np.cumsum(np.concatenate([[0.0], services[:-1] - gaps[1:]]))
        waits = steps - np.minimum.accumulate(steps)
        self.query_count += count
        return ((waits + services)[ramp_count:] * 1e9).astype(np.int64)


def searched(queue: SimulatedQueue, first_qps: float, bound: LatencyBound) -> list[LoadProbe]:
    """The rates that a search tries, in blocks of the lengths that the engine gives them."""
    probes: list[LoadProbe] = []
    while (chosen := next_probe(probes, first_qps, 0.02, hurried=False)) is not None:
        seen = [probe.verdict.query_count for probe in probes if probe.qps == chosen.qps]
        counts = probe_query_counts(FEWEST_QUERIES, chosen.qps)
        fewest = int(chosen.qps * PROBE_S)
        if chosen.verification:
            counts = verification_query_counts(max(FEWEST_QUERIES, *seen), BLOCK_COUNT)
            fewest = int(chosen.qps * VERIFICATION_BLOCK_S)
        blocks: list[np.ndarray] = []
        for number, count in enumerate(counts):
            wanted = count - sum(map(len, blocks))
            blocks.append(queue.latencies_ns(chosen.qps, max(wanted, fewest, 1)))
            verdict = judged(blocks, bound)
            whole = number >= BLOCK_COUNT - 1 if chosen.verification else True
            if is_hopeless(verdict) or (whole and verdict.held):
                break
        probes.append(probe_message(chosen.qps, blocks, bound, verification=chosen.verification))
    return probes
