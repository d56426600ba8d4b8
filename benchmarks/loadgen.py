"""MLPerf's LoadGen as a second opinion: it offers load to a system that Bakeoff can measure too."""

import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import mlperf_loadgen
import numpy as np

QUANTILES = (0.5, 0.9, 0.99)
SET_SIZE = 64
_SUMMARY_LINE = re.compile(r"^(\d+\.\d+) percentile latency \(ns\)\s*: (\d+)$", re.MULTILINE)
_LONG_NS = 3600 * 10**9
# Which samples are asked for does not hang on how fast they are.
_FAST_QPS = 10_000.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is offered: `query_count` queries of `samples_per_query` samples.

    `scenario` is `SingleStream`, `MultiStream` or `Server`; `qps` and `seed` make the schedule of
    `Server`.
    """

    scenario: str
    query_count: int
    samples_per_query: int = 1
    qps: float = 1.0
    seed: int = 0


def comparable_query_count(wanted: int) -> int:
    """The next number of queries of which LoadGen's quantiles are the nearest ranks.

    LoadGen takes the value at the place floor(n p), from 0; nearest rank is ceil(n p), from 1.
    """
    count = wanted
    while any(int(count * p) + 1 != int(np.ceil(count * p)) for p in QUANTILES):
        count += 1
    return count


def schedule_ns(load: Load) -> list[int]:
    """Arrivals that LoadGen will make, in nanoseconds from the first.

    As it does: std::exponential_distribution over std::mt19937, which libstdc++ feeds with two
    draws of 32 bits each.
    """
    draws = np.random.RandomState(load.seed).randint(0, 2**32, 2 * load.query_count, np.uint64)
    uniform = (draws[0::2].astype(float) + draws[1::2].astype(float) * 2.0**32) / 2.0**64
    gaps_ns = (-np.log1p(-uniform) / load.qps * 1e9).astype(np.int64)
    return [0, *np.cumsum(gaps_ns)[:-1].tolist()]


@cache
def sample_order(load: Load) -> Sequence[int]:
    """Samples in the order in which LoadGen will ask for them, query after query."""
    order: list[int] = []
    latencies_ns(replace(load, qps=_FAST_QPS), order.extend)
    return order


def latencies_ns(
    load: Load,
    answer: Callable[[Sequence[int]], object],
    on_arrival: Callable[[], object] | None = None,
) -> dict[float, int]:
    """Latency of a query at each quantile, as LoadGen reports it.

    `answer` takes the samples of one query and is called from one thread; `on_arrival` is called
    as a query comes.
    """
    with tempfile.TemporaryDirectory() as folder, _answering(answer, on_arrival) as system:
        samples = mlperf_loadgen.ConstructQSL(SET_SIZE, SET_SIZE, _nothing, _nothing)
        try:
            mlperf_loadgen.StartTestWithLogSettings(
                system, samples, _test_settings(load), _log_settings(folder)
            )
        finally:
            mlperf_loadgen.DestroyQSL(samples)
        summary = (Path(folder) / "mlperf_log_summary.txt").read_text()
    found = {float(name) / 100: int(value) for name, value in _SUMMARY_LINE.findall(summary)}
    return {p: found[p] for p in QUANTILES}


def _test_settings(load: Load) -> Any:  # noqa: ANN401 - LoadGen has no types
    settings = mlperf_loadgen.TestSettings()
    settings.scenario = getattr(mlperf_loadgen.TestScenario, load.scenario)
    settings.mode = mlperf_loadgen.TestMode.PerformanceOnly
    settings.min_query_count = settings.max_query_count = load.query_count
    settings.min_duration_ms = 0
    settings.multi_stream_samples_per_query = load.samples_per_query
    settings.server_target_qps = load.qps
    settings.server_target_latency_ns = _LONG_NS
    settings.schedule_rng_seed = load.seed
    return settings


def _log_settings(folder: str) -> Any:  # noqa: ANN401 - LoadGen has no types
    settings = mlperf_loadgen.LogSettings()
    output = mlperf_loadgen.LogOutputSettings()
    output.outdir = folder
    output.copy_summary_to_stdout = False
    settings.log_output = output
    settings.enable_trace = False
    return settings


@contextmanager
def _answering(
    answer: Callable[[Sequence[int]], object], on_arrival: Callable[[], object] | None
) -> Iterator[Any]:
    """A system under test as LoadGen takes one, whose queries one thread answers in their order."""
    waiting: SimpleQueue[Any] = SimpleQueue()

    def serve() -> None:
        while (query := waiting.get()) is not None:
            answer([sample.index for sample in query])
            mlperf_loadgen.QuerySamplesComplete(
                [mlperf_loadgen.QuerySampleResponse(sample.id, 0, 0) for sample in query]
            )

    def receive(query: object) -> None:
        if on_arrival is not None:
            on_arrival()
        waiting.put(query)

    thread = threading.Thread(target=serve)
    thread.start()
    system = mlperf_loadgen.ConstructSUT(receive, _flush)
    try:
        yield system
    finally:
        waiting.put(None)
        thread.join()
        mlperf_loadgen.DestroySUT(system)


def _nothing(_samples: object) -> None:
    """Samples are at hand."""


def _flush() -> None:
    """Queries are answered as they come."""
