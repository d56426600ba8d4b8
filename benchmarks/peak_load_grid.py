"""Peak load as Bakeoff's search finds it, beside a fine grid of rates on the same real session.

Searches and passes over the grid take turns on one server. The grid's peak of a pass is the highest
rate such that the bound held there and at every lower rate, by the same rule as the search's.
Reported are both with their spread, the ratio of their medians, and how long each took.
"""

import argparse
import json
import math
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import workload

from bakeoff.client import Client, EmbeddedServer
from bakeoff.v1 import (
    EvaluationSpec,
    LatencyBound,
    LatencyVerdict,
    PeakLoad,
    Scenario,
    ScenarioResult,
    Server,
)

AGREEMENT = 0.05
QUANTILE = 0.99


@dataclass(slots=True)
class Findings:
    """Peaks in queries per second, and the seconds that each took to find."""

    peaks_qps: list[float] = field(default_factory=list)
    durations_s: list[float] = field(default_factory=list)

    @property
    def median_qps(self) -> float:
        """Median of the peaks."""
        return statistics.median(self.peaks_qps)

    def row(self, name: str) -> str:
        """A row of the table."""
        low, high = min(self.peaks_qps), max(self.peaks_qps)
        duration_s = statistics.median(self.durations_s)
        return f"| {name} | {self.median_qps:.1f} ({low:.1f} to {high:.1f}) | {duration_s:.0f} |"


@dataclass(frozen=True, slots=True)
class Session:
    """A candidate and a set on a server."""

    client: Client
    candidate: str
    evaluation_set: str
    bound: LatencyBound

    def measure(self, scenarios: Sequence[Scenario], seed: int) -> Sequence[ScenarioResult]:
        """Results of the scenarios, measured in one evaluation."""
        spec = EvaluationSpec(
            candidates=[self.candidate],
            evaluation_set=self.evaluation_set,
            scenarios=scenarios,
            metrics=["accuracy"],
            profile_repeat_count=1,
            batch_sensitivity_example_count=0,
        )
        spec.statistics.seed = seed
        created = self.client.create_evaluation(spec)
        for evaluation in self.client.watch_evaluation(created.name):
            ended = evaluation
        result = ended.report.candidates[0]
        if result.HasField("error"):
            raise RuntimeError(result.error.message)
        return result.scenarios

    def searched_qps(self, seed: int) -> float:
        """The peak that the search finds."""
        result = self.measure([Scenario(peak_load=PeakLoad(bound=self.bound))], seed)[0]
        peaks = [figure.value for figure in result.figures if figure.id == "peak_qps"]
        return peaks[0]

    def grid_qps(self, rates_qps: Sequence[float], duration_s: float, seed: int) -> float:
        """The highest rate of the grid at which, and below which, the bound held."""
        shortest, longest = (timedelta(seconds=times * duration_s) for times in (1, 3))
        scenarios = [
            Scenario(
                server=Server(poisson_qps=rate),
                latency_bounds=[self.bound],
                min_duration=shortest,
                max_duration=longest,
            )
            for rate in rates_qps
        ]
        peak_qps = math.nan
        results = self.measure(scenarios, seed)
        for rate, result in zip(rates_qps, results, strict=True):
            if result.latency_verdicts[0].outcome != LatencyVerdict.OUTCOME_VALID:
                break
            peak_qps = rate
        return peak_qps


def main() -> int:
    """Run the benchmark; 1 when the medians differ by more than they may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--bound-ms", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8, help="rates on each side of the peak")
    parser.add_argument("--step", type=float, default=0.02, help="between two rates, as a share")
    parser.add_argument(
        "--duration-s", type=float, default=10.0, help="least at each rate of the grid"
    )
    parser.add_argument("--output", type=Path, default=Path(".bench/peak_load_grid.json"))
    options = parser.parse_args()
    max_latency = timedelta(milliseconds=options.bound_ms)
    bound = LatencyBound(quantile=QUANTILE, max_latency=max_latency)
    search, grid = Findings(), Findings()
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedServer(data_dir=Path(folder) / "data") as server,
        Client(server.address) as client,
    ):
        examples = Path(folder) / "examples.csv"
        workload.write_examples(examples, "sst2-like", 512)
        session = Session(
            client,
            client.upload_candidate(options.bundle).name,
            client.upload_evaluation_set(examples).name,
            bound,
        )
        rates_qps: list[float] = []
        for seed in range(options.rounds):
            begin_s = time.perf_counter()
            search.peaks_qps.append(session.searched_qps(seed))
            search.durations_s.append(time.perf_counter() - begin_s)
            # The grid is laid around the first peak that is found, and then stays.
            rates_qps = rates_qps or [
                round(search.peaks_qps[0] * (1 + options.step) ** place, 1)
                for place in range(-options.steps, options.steps + 1)
            ]
            begin_s = time.perf_counter()
            grid.peaks_qps.append(session.grid_qps(rates_qps, options.duration_s, seed))
            grid.durations_s.append(time.perf_counter() - begin_s)
    ratio = search.median_qps / grid.median_qps
    print(f"{platform.platform()}, p99 <= {options.bound_ms:g} ms\n")
    print("| way | peak load, queries/s | seconds |\n|---|---|---|")
    print(search.row("search"))
    print(grid.row(f"grid of {len(rates_qps)} rates"))
    print(f"\nsearch over grid: {ratio:.3f}")
    record = {
        "bundle": options.bundle.name,
        "bound_ms": options.bound_ms,
        "rates_qps": rates_qps,
        "search_qps": search.peaks_qps,
        "search_s": search.durations_s,
        "grid_qps": grid.peaks_qps,
        "grid_s": grid.durations_s,
    }
    options.output.write_text(json.dumps(record, indent=1))
    return 0 if abs(ratio - 1) <= AGREEMENT else 1


if __name__ == "__main__":
    sys.exit(main())
