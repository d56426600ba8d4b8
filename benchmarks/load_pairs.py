"""The same load, offered by LoadGen and by Bakeoff to the same kind of system."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import loadgen
from loadgen import QUANTILES, Load

from bakeoff.server.statistics import quantile
from bakeoff.server.worker.blocks.stillness import still
from bakeoff.server.worker.load.arrivals import replay
from bakeoff.server.worker.load.closed_loop import closed_loop
from bakeoff.server.worker.load.inbox import Service
from bakeoff.server.worker.load.server import Offer, server
from bakeoff.server.worker.load.system_under_test import Bounds, QuerySystem

SWITCH_INTERVAL_S = 50e-6
LONG_NS = 3600 * 10**9

System = QuerySystem[Any, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """Latencies of one pair of runs at each quantile, in nanoseconds."""

    loadgen_ns: dict[float, int]
    bakeoff_ns: dict[float, int]

    def differences(self) -> dict[float, float]:
        """Bakeoff's latency over LoadGen's, less one."""
        return {p: self.bakeoff_ns[p] / self.loadgen_ns[p] - 1 for p in QUANTILES}


def lowest(pairs: Sequence[Pair]) -> Pair:
    """The lowest latency of each side at each quantile: what a quiet machine would have shown."""
    return Pair(
        {p: min(pair.loadgen_ns[p] for pair in pairs) for p in QUANTILES},
        {p: min(pair.bakeoff_ns[p] for pair in pairs) for p in QUANTILES},
    )


def compare(load: Load, system: Callable[[], System], *, loadgen_first: bool = True) -> Pair:
    """Offer the same load to a new system twice: once by LoadGen, once by Bakeoff."""
    sides = {
        "loadgen_ns": lambda: loadgen.latencies_ns(load, _answer_by_sample(system())),
        "bakeoff_ns": lambda: bakeoff_latencies_ns(load, system()),
    }
    names = list(sides) if loadgen_first else list(reversed(sides))
    with still(SWITCH_INTERVAL_S):
        found = {name: sides[name]() for name in names}
    return Pair(**found)


def bakeoff_latencies_ns(load: Load, system: System) -> dict[float, int]:
    """Latency of a query at each quantile, as Bakeoff measures it."""
    bounds = Bounds(0, load.query_count, LONG_NS)
    samples = itertools.cycle(loadgen.sample_order(load))
    if load.scenario == "Server":
        # The schedule is replayed beyond its end, so that load goes on until all have ended.
        schedule = replay(loadgen.schedule_ns(load), 0, 0)
        offer = Offer(schedule, 0, samples, cycled_samples())
        latencies_ns = server(system, offer, bounds, Service()).end_to_end_ns
    else:
        block = closed_loop(system, samples, bounds, load.samples_per_query)
        latencies_ns = block.end_to_end_ns
    ordered = sorted(latencies_ns)
    return {p: int(quantile(ordered, p)) for p in QUANTILES}


def cycled_samples() -> "itertools.cycle[int]":
    """Numbers of all samples in their order, over and over."""
    return itertools.cycle(range(loadgen.SET_SIZE))


def _answer_by_sample(system: System) -> Callable[[Sequence[int]], object]:
    def answer(samples: Sequence[int]) -> object:
        return system.answer([system.query(sample) for sample in samples])

    return answer
