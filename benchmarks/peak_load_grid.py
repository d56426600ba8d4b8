"""Peak load as Bakeoff's search finds it, beside a fine grid of rates on the same real session.

Searches and passes over the grid take turns on one server. A rate of the grid holds when it held
the bound in most of the passes; the grid's peak is the highest rate that holds with all below it.
Reported are both, the ratio of the search's median to the grid's peak, and how long each took.
"""

import argparse
import itertools
import json
import math
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
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

    def searched_qps(self, duration_s: float, seed: int) -> float:
        """The peak that the search finds, verified for as long as a rate of the grid."""
        scenario = Scenario(
            peak_load=PeakLoad(bound=self.bound), min_duration=timedelta(seconds=duration_s)
        )
        (result,) = self.measure([scenario], seed)
        peaks = [figure.value for figure in result.figures if figure.id == "peak_qps"]
        return peaks[0]

    def held(self, rates_qps: Sequence[float], duration_s: float, seed: int) -> list[bool]:
        """Whether the bound held at each rate of the grid."""
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
        verdicts = [result.latency_verdicts[0] for result in self.measure(scenarios, seed)]
        return [verdict.outcome == LatencyVerdict.OUTCOME_VALID for verdict in verdicts]


@dataclass(slots=True)
class Turns:
    """What both found, turn by turn, and the seconds that each turn took."""

    rates_qps: list[float] = field(default_factory=list)
    searched_qps: list[float] = field(default_factory=list)
    held: list[list[bool]] = field(default_factory=list)
    search_s: list[float] = field(default_factory=list)
    grid_s: list[float] = field(default_factory=list)

    @property
    def grid_peak_qps(self) -> float:
        """The highest rate that held in most passes, with all rates below it."""
        in_most = [2 * sum(passes) > len(passes) for passes in zip(*self.held, strict=True)]
        held = itertools.takewhile(lambda item: item[1], zip(self.rates_qps, in_most, strict=True))
        return max((rate for rate, _ in held), default=math.nan)


def main() -> int:
    """Run the benchmark; 1 when the two differ by more than they may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--quantile", type=float, default=0.99)
    parser.add_argument("--bound-ms", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6, help="rates on each side of the peak")
    parser.add_argument("--step", type=float, default=0.02, help="between two rates, as a share")
    parser.add_argument(
        "--duration-s", type=float, default=10.0, help="least at each rate of the grid"
    )
    parser.add_argument("--output", type=Path, default=Path(".bench/peak_load_grid.json"))
    options = parser.parse_args()
    max_latency = timedelta(milliseconds=options.bound_ms)
    bound = LatencyBound(quantile=options.quantile, max_latency=max_latency)
    turns = Turns()
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
        for seed in range(options.rounds):
            begin_s = time.perf_counter()
            turns.searched_qps.append(session.searched_qps(options.duration_s, seed))
            turns.search_s.append(time.perf_counter() - begin_s)
            # The grid is laid around the first peak that is found, and then stays.
            turns.rates_qps = turns.rates_qps or [
                round(turns.searched_qps[0] * (1 + options.step) ** place, 1)
                for place in range(-options.steps, options.steps + 1)
            ]
            begin_s = time.perf_counter()
            turns.held.append(session.held(turns.rates_qps, options.duration_s, seed))
            turns.grid_s.append(time.perf_counter() - begin_s)
            print(f"round {seed}: search {turns.searched_qps[-1]:.1f} queries/s", flush=True)
            for rate, held in zip(turns.rates_qps, turns.held[-1], strict=True):
                print(f"  {rate:.1f}: {'held' if held else 'broken'}", flush=True)
    found_qps = statistics.median(turns.searched_qps)
    ratio = found_qps / turns.grid_peak_qps
    low, high = min(turns.searched_qps), max(turns.searched_qps)
    print(f"\n{platform.platform()}, p{100 * bound.quantile:g} <= {options.bound_ms:g} ms\n")
    print("| way | peak load, queries/s | seconds |\n|---|---|---|")
    print(
        f"| search | {found_qps:.1f} ({low:.1f} to {high:.1f}) "
        f"| {statistics.median(turns.search_s):.0f} |"
    )
    print(
        f"| grid of {len(turns.rates_qps)} rates | {turns.grid_peak_qps:.1f} "
        f"| {statistics.median(turns.grid_s):.0f} |"
    )
    print(f"\nsearch over grid: {ratio:.3f}")
    record = {
        "bundle": options.bundle.name,
        "quantile": bound.quantile,
        "bound_ms": options.bound_ms,
        **asdict(turns),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=1))
    return 0 if abs(ratio - 1) <= AGREEMENT else 1


if __name__ == "__main__":
    sys.exit(main())
