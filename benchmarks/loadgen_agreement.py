"""Bakeoff's load generators beside MLPerf's LoadGen, on the same systems and the same arrivals.

Both offer SingleStream, MultiStream and Server, turn and turn about, to a system of constant
service times, to one that replays the service times of a real session, and to the session itself.
On given service times the lowest latencies of both should agree. On the session the machine
drifts from run to run: the medians of paired runs are shown with the spread of both. Writes a
table to standard output and every run to `--output`.
"""

import argparse
import json
import platform
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import load_pairs
import workload
from google.protobuf.json_format import Parse
from google.protobuf.proto import serialize_length_prefixed
from load_pairs import Pair, System
from loadgen import QUANTILES, SET_SIZE, Load, comparable_query_count
from offline_throughput import export
from paced_system import PacedSystem

from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.load.closed_loop import closed_loop
from bakeoff.server.worker.load.system_under_test import Bounds
from bakeoff.server.worker.model import load
from bakeoff.server.worker.providers import device_named
from bakeoff.server.worker.session import SessionSettings
from bakeoff.server.worker.system import ServedModel
from bakeoff.v1 import Manifest, TextInput, UnlabelledExample

AGREEMENT = 0.03
UTILISATION = 0.6
SAMPLES_PER_QUERY = 8
CONSTANT_NS = 4_000_000
RECORDED_QUERY_COUNT = 512
RECORDING_S = 120
SCENARIOS = {"SingleStream": 100, "MultiStream": 100, "Server": 300}


@dataclass(frozen=True, slots=True)
class Subject:
    """A system that is offered load, and the mean time that it takes over a query."""

    name: str
    system: Callable[[], System]
    mean_ns: float
    given_service_times: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What pairs of one scenario found."""

    subject: Subject
    scenario: str
    pairs: Sequence[Pair]

    def differences(self) -> dict[float, float]:
        """Bakeoff's latency over LoadGen's, less one.

        Of the lowest of each side where service times are given: a disturbance only ever adds.
        The median over the pairs otherwise.
        """
        if self.subject.given_service_times:
            return load_pairs.lowest(self.pairs).differences()
        each = [pair.differences() for pair in self.pairs]
        return {p: statistics.median(one[p] for one in each) for p in QUANTILES}


def session_model(bundle: Path, thread_count: int, examples: Path) -> ServedModel:
    """The model of a bundle with texts of a review's length."""
    with examples.open("wb") as file:
        for text in workload.texts("sst2-like", SET_SIZE):
            serialize_length_prefixed(UnlabelledExample(text=TextInput(text=text)), file)
    manifest = Parse((bundle / "manifest.json").read_text(), Manifest())
    model = load(Bundle(bundle, manifest), device_named("cpu"), SessionSettings(thread_count, 0))
    return ServedModel(model, ExampleFile(examples))


def subjects(model: ServedModel) -> Iterator[Subject]:
    """The three systems; what the second replays is recorded here."""
    samples = load_pairs.cycled_samples()
    bounds = Bounds(0, RECORDED_QUERY_COUNT, RECORDING_S * 10**9)
    closed_loop(model, samples, bounds)
    recorded_ns = closed_loop(model, samples, bounds).end_to_end_ns
    mean_ns = statistics.fmean(recorded_ns)
    yield Subject("constant", lambda: PacedSystem([CONSTANT_NS]), CONSTANT_NS, True)  # noqa: FBT003 - a field
    yield Subject("recorded", lambda: PacedSystem(recorded_ns), mean_ns, True)  # noqa: FBT003 - a field
    yield Subject("session", lambda: model, mean_ns, False)  # noqa: FBT003 - a field


def offered(subject: Subject, scenario: str, query_count: int, seed: int) -> Load:
    """Load of a scenario; at `Server` the system is busy for most of the time."""
    return Load(
        scenario,
        comparable_query_count(query_count),
        samples_per_query=SAMPLES_PER_QUERY if scenario == "MultiStream" else 1,
        qps=UTILISATION / subject.mean_ns * 1e9,
        seed=seed,
    )


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Rows of the table."""
    yield "| system | scenario | p | LoadGen, ms | Bakeoff, ms | difference |"
    yield "|---|---|---|---|---|---|"
    for outcome in outcomes:
        for p, difference in outcome.differences().items():
            both = (
                spread([pair.loadgen_ns[p] for pair in outcome.pairs]),
                spread([pair.bakeoff_ns[p] for pair in outcome.pairs]),
            )
            yield (
                f"| {outcome.subject.name} | {outcome.scenario} | p{p * 100:g} | {both[0]} | "
                f"{both[1]} | {difference:+.1%} |"
            )


def spread(latencies_ns: Sequence[int]) -> str:
    """Median, lowest and highest, in milliseconds."""
    middle = statistics.median(latencies_ns) / 1e6
    return f"{middle:.2f} ({min(latencies_ns) / 1e6:.2f} to {max(latencies_ns) / 1e6:.2f})"


def main() -> int:
    """Run the benchmark; 1 when the two do not agree on given service times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, help="bundle of the session; made when not given")
    parser.add_argument("--work-dir", type=Path, default=Path(".bench"), help="where it is made")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs, at least 1")
    parser.add_argument("--threads", type=int, default=1, help="threads in a run of the session")
    parser.add_argument("--output", type=Path, help="file for every run, as JSON")
    options = parser.parse_args()

    options.work_dir.mkdir(parents=True, exist_ok=True)
    bundle = options.bundle or made_bundle(options.work_dir)
    model = session_model(bundle, options.threads, options.work_dir / "loadgen-examples")
    outcomes = [
        Outcome(
            subject,
            scenario,
            [
                load_pairs.compare(
                    offered(subject, scenario, query_count, seed=11),
                    subject.system,
                    loadgen_first=number % 2 == 0,
                )
                for number in range(options.rounds)
            ],
        )
        for subject in subjects(model)
        for scenario, query_count in SCENARIOS.items()
    ]
    sys.stdout.write("\n".join([platform.platform(), "", *lines(outcomes), ""]))
    if options.output:
        options.output.write_text(json.dumps([as_json(one) for one in outcomes], indent=1))
    given = [one for one in outcomes if one.subject.given_service_times]
    agreed = all(abs(d) <= AGREEMENT for one in given for d in one.differences().values())
    return 0 if agreed else 1


def made_bundle(work_dir: Path) -> Path:
    """A bundle of a random checkpoint of MiniLM's size."""
    checkpoint, bundles = work_dir / "minilm", work_dir / "minilm-bundles"
    if not bundles.exists():
        workload.make_checkpoint(checkpoint, "minilm")
        export(checkpoint, bundles)
    return bundles / "minilm.fp32"


def as_json(outcome: Outcome) -> dict[str, object]:
    """An outcome with all its runs."""
    return {
        "system": outcome.subject.name,
        "scenario": outcome.scenario,
        "loadgen_ns": [pair.loadgen_ns for pair in outcome.pairs],
        "bakeoff_ns": [pair.bakeoff_ns for pair in outcome.pairs],
    }


if __name__ == "__main__":
    sys.exit(main())
