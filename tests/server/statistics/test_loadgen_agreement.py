"""Early stopping against LoadGen's own results, by value, on the latencies that it recorded.

LoadGen issues queries to a system that answers each after a time that was made up; its logs say
what it measured, what it made of that, and how many more queries it wants.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mlperf_loadgen as loadgen
import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.server.statistics import (
    conservative_quantile_ns,
    latency_verdict,
    min_query_count,
)

FOREVER_NS = 10**12
AT_ONCE_NS = 1
PREFIX = ":::MLLOG "
RESULT = re.compile(PREFIX + r'{"key": "(early_stopping|result_validity)')
SAMPLE = re.compile(r'"query_seq":(?P<query>\d+),.*"complete_ns":(?P<end_ns>\d+)')


@dataclass(frozen=True)
class Run:
    """What LoadGen logged: latency of each query, sorted, and the results by name."""

    ordered_ns: npt.NDArray[np.int64]
    results: Mapping[str, object]

    @property
    def words(self) -> str:
        return str(self.results["early_stopping_result"])

    @property
    def more_queries_needed(self) -> int:
        found = re.search(r"at least (\d+) more queries", self.words)
        return int(found.group(1)) if found else 0


@pytest.fixture(name="offer")
def _offer(tmp_path: Path) -> Callable[..., Run]:
    """Let LoadGen offer one query for each delay, and read its logs."""

    def offer(
        scenario: str, delays_ns: Sequence[int], quantile: float, bound_ns: int = FOREVER_NS
    ) -> Run:
        settings = loadgen.TestSettings()
        settings.scenario = getattr(loadgen.TestScenario, scenario)
        settings.mode = loadgen.TestMode.PerformanceOnly
        settings.min_duration_ms = 0
        settings.min_query_count = settings.max_query_count = len(delays_ns)
        settings.single_stream_target_latency_percentile = quantile
        settings.multi_stream_target_latency_percentile = quantile
        settings.multi_stream_samples_per_query = 2
        settings.server_target_latency_percentile = quantile
        settings.server_target_latency_ns = bound_ns
        settings.server_target_qps = 20_000
        left = list(reversed(delays_ns))

        def answer(samples: Sequence[loadgen.QuerySample]) -> None:
            due = time.perf_counter_ns() + left.pop()
            while time.perf_counter_ns() < due:
                pass
            loadgen.QuerySamplesComplete(
                [loadgen.QuerySampleResponse(sample.id, 0, 0) for sample in samples]
            )

        output = loadgen.LogOutputSettings()
        output.outdir = str(tmp_path)
        output.copy_summary_to_stdout = False
        logs = loadgen.LogSettings()
        logs.log_output = output
        logs.enable_trace = True
        system = loadgen.ConstructSUT(answer, lambda: None)
        library = loadgen.ConstructQSL(64, 64, lambda _: None, lambda _: None)
        try:
            loadgen.StartTestWithLogSettings(system, library, settings, logs)
        finally:
            loadgen.DestroyQSL(library)
            loadgen.DestroySUT(system)
        return _read(tmp_path)

    return offer


def _read(folder: Path) -> Run:
    lines = (folder / "mlperf_log_detail.txt").read_text().splitlines()
    entries = [json.loads(line.removeprefix(PREFIX)) for line in lines if RESULT.match(line)]
    results = {entry["key"]: entry["value"] for entry in entries}
    last_ns: dict[int, int] = {}
    # The file as a whole is not JSON.
    for found in SAMPLE.finditer((folder / "mlperf_log_trace.json").read_text()):
        # A query of several samples lasts until its last one ends.
        query, end_ns = int(found["query"]), int(found["end_ns"])
        last_ns[query] = max(end_ns, last_ns.get(query, 0))
    return Run(np.sort(np.asarray(list(last_ns.values()), dtype=np.int64)), results)


def _delays_ns(count: int, seed: int, mean_ns: int = 10_000) -> list[int]:
    drawn = np.random.default_rng(seed).exponential(mean_ns, count)
    return [int(delay) for delay in drawn]


@pytest.mark.parametrize(
    ("scenario", "result"),
    [("SingleStream", "early_stopping_latency_ss"), ("MultiStream", "early_stopping_latency_ms")],
)
@pytest.mark.parametrize(
    ("quantile", "count"),
    [(0.5, 40), (0.9, 64), (0.9, 1500), (0.95, 130), (0.95, 700), (0.99, 662), (0.99, 2000)],
)
def test_the_conservative_estimate_is_loadgens(
    offer: Callable[..., Run], scenario: str, result: str, quantile: float, count: int
) -> None:
    """To the nanosecond."""
    run = offer(scenario, _delays_ns(count, seed=count), quantile)
    assert count == len(run.ordered_ns)
    assert run.results[result] == conservative_quantile_ns(run.ordered_ns, quantile)


@pytest.mark.parametrize("scenario", ["SingleStream", "MultiStream"])
@pytest.mark.parametrize(("quantile", "needed"), [(0.9, 64), (0.95, 130), (0.99, 662)])
def test_there_is_an_estimate_from_the_same_count_on_as_loadgens(
    offer: Callable[..., Run], scenario: str, quantile: float, needed: int
) -> None:
    assert needed == min_query_count(1, quantile)
    run = offer(scenario, [0] * (needed - 1), quantile)
    assert f"Need to process at least {needed} queries" in run.words
    assert conservative_quantile_ns(run.ordered_ns, quantile) is None


@pytest.mark.parametrize(
    ("quantile", "count", "mean_ns", "bound_ns"),
    [
        (0.99, 458, 0, FOREVER_NS),
        (0.99, 459, 0, FOREVER_NS),
        (0.99, 1500, 5_000, 10_000_000),
        (0.99, 1500, 5_000, 100_000),
        (0.9, 1500, 5_000, 1_000_000),
        (0.9, 1000, 20_000, 60_000),
        (0.9, 1000, 45_000, 500_000),
        (0.5, 800, 20_000, 40_000),
        (0.95, 600, 20_000, AT_ONCE_NS),
    ],
)
def test_a_verdict_on_a_bound_is_loadgens(
    offer: Callable[..., Run], quantile: float, count: int, mean_ns: int, bound_ns: int
) -> None:
    """Whether it holds, and how many more queries it would take."""
    run = offer("Server", _delays_ns(count, count, mean_ns), quantile, bound_ns)
    verdict = latency_verdict(run.ordered_ns, quantile, bound_ns)
    assert run.results["early_stopping_met"] == verdict.held
    assert run.more_queries_needed == verdict.more_queries_needed
    # LoadGen also asks that the observed quantile holds the bound, which follows.
    assert (run.results["result_validity"] == "VALID") == verdict.held


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("over_count", [1, 2, 3, 10, 60, 400])
def test_as_many_queries_are_needed_as_loadgen_asks_for(
    offer: Callable[..., Run], quantile: float, over_count: int
) -> None:
    """Every query is over the bound: what is missing are those that hold it."""
    run = offer("Server", [0] * over_count, quantile, AT_ONCE_NS)
    assert run.more_queries_needed == min_query_count(over_count, quantile) - over_count
