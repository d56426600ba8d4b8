"""Offline throughput, side by side in one run: Bakeoff, other ways, and the bound.

All contenders predict the same examples with the same graph on this machine's processor.
They stay loaded and take turns; each round rotates who goes first. Reported is the
median over rounds of the ratio within a round, so that a machine that drifts drifts for
all of them. Writes a table to standard output and every observation to `--output`.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import workload

HERE = Path(__file__).resolve().parent
VARIANTS = ("fp32", "int8-dynamic")
PROMISES = {
    ("fp32", "bound"): 0.96,
    ("int8-dynamic", "bound"): 0.96,
    ("fp32", "transformers"): 3.5,
    ("fp32", "optimum"): 1.75,
    ("int8-dynamic", "transformers"): 10.0,
}


@dataclass(frozen=True, slots=True)
class Contender:
    """A process that predicts every example of the workload when told to."""

    name: str
    python: str
    script: str
    arguments: Sequence[str]


class Turns:
    """The running process of a contender."""

    def __init__(self, process: "subprocess.Popen[str]", name: str) -> None:
        self._process = process
        self._name = name

    def take(self) -> dict[str, float]:
        """Let it run once; give what it said. Raises RuntimeError if it ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError(self._name)
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, float]:
        """The next JSON line that it prints."""
        if self._process.stdout is not None:
            for line in self._process.stdout:
                if line.startswith("{"):
                    answer: dict[str, float] = json.loads(line)
                    return answer
        msg = f"{self._name} ended with status {self._process.wait()}"
        raise RuntimeError(msg)


@contextmanager
def started(contender: Contender) -> Iterator[Turns]:
    """Start a contender and wait until it is ready; end it afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(HERE), "TOKENIZERS_PARALLELISM": "true"}
    with subprocess.Popen(
        [contender.python, str(HERE / "contenders" / contender.script), *contender.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        turns = Turns(process, contender.name)
        turns.answer()
        yield turns
        if process.stdin is not None:
            process.stdin.close()


def contenders(
    checkpoint: Path, bundle: Path, examples: Path, optimum_python: str | None
) -> list[Contender]:
    """Everybody who takes part for one bundle."""
    shared = ["--bundle", str(bundle), "--examples", str(examples)]
    cpus = len(os.sched_getaffinity(0))
    here = sys.executable
    everybody = [
        Contender("bakeoff", here, "bakeoff_evaluation.py", shared),
        Contender(
            "bound, threads in a run",
            here,
            "session.py",
            ["--way=bound", f"--threads={cpus}", "--callers=1", *shared],
        ),
        Contender(
            "bound, runs at a time",
            here,
            "session.py",
            ["--way=bound", "--threads=1", f"--callers={cpus}", *shared],
        ),
        Contender("naive", here, "session.py", ["--way=naive", *shared]),
        Contender(
            "transformers",
            here,
            "transformers_pipeline.py",
            ["--checkpoint", str(checkpoint), "--examples", str(examples)],
        ),
    ]
    if optimum_python is not None:
        everybody.append(
            Contender(
                "optimum",
                optimum_python,
                "optimum_pipeline.py",
                ["--checkpoint", str(checkpoint), *shared],
            )
        )
    return everybody


def run_rounds(everybody: Sequence[Contender], rounds: int) -> list[dict[str, dict[str, float]]]:
    """Let everybody take one turn a round; the order rotates."""
    with ExitStack() as stack:
        running = {item.name: stack.enter_context(started(item)) for item in everybody}
        results = []
        for index in range(rounds):
            names = [item.name for item in everybody]
            shift = index % len(names)
            results.append(
                {name: running[name].take() for name in (*names[shift:], *names[:shift])}
            )
            print(".", end="", flush=True, file=sys.stderr)
        print(file=sys.stderr)
        return results


def rates(results: Sequence[dict[str, dict[str, float]]]) -> dict[str, list[float]]:
    """Examples per second of each contender in each round; the better layout is the bound."""
    table: dict[str, list[float]] = {}
    for turn in results:
        found = {name: item["example_count"] / item["seconds"] for name, item in turn.items()}
        layouts = [found.pop(name) for name in list(found) if name.startswith("bound, ")]
        found["bound"] = max(layouts)
        for name, rate in found.items():
            table.setdefault(name, []).append(rate)
    return table


def lines(title: str, variant: str, table: dict[str, list[float]]) -> Iterator[str]:
    """Rows of the table of one bundle and workload."""
    for name in sorted(table, key=lambda name: -statistics.median(table[name])):
        ratios = [own / other for own, other in zip(table["bakeoff"], table[name], strict=True)]
        promise = PROMISES.get((variant, name))
        median = statistics.median(ratios)
        verdict = "" if promise is None else f"{'>=' if median >= promise else 'BELOW'} {promise}"
        yield (
            f"| {title} | {variant} | {name} | {statistics.median(table[name]):.1f} "
            f"| {median:.2f} ({min(ratios):.2f} to {max(ratios):.2f}) | {verdict} |"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["minilm", "distilbert"])
    parser.add_argument("--profiles", nargs="+", default=list(workload.LENGTH_PROFILES))
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument(
        "--words", type=int, default=12_000, help="words a turn, about; more where a model is fast"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without", nargs="+", default=[], help="ways to leave out")
    parser.add_argument("--optimum-python", help="interpreter with the exporter-optimum extra")
    parser.add_argument("--work-dir", type=Path, default=Path(".bench"))
    parser.add_argument("--output", type=Path, default=Path(".bench/offline_throughput.json"))
    options = parser.parse_args()
    options.work_dir.mkdir(parents=True, exist_ok=True)

    print("| model and texts | variant | way | examples/s | Bakeoff over it | promised |")
    print("|---|---|---|---|---|---|")
    observations = []
    for size in options.sizes:
        checkpoint = options.work_dir / size
        if not (checkpoint / "config.json").exists():
            checkpoint.mkdir(exist_ok=True)
            workload.make_checkpoint(checkpoint, size)
        bundles = options.work_dir / f"{size}-bundles"
        if not bundles.exists():
            export(checkpoint, bundles)
        for profile in options.profiles:
            words = round(options.words * workload.SPEEDS[size])
            count = workload.example_count(profile, words)
            examples = options.work_dir / f"{profile}-{count}.csv"
            workload.write_examples(examples, profile, count)
            for variant in options.variants:
                bundle = bundles / f"{size}.{variant}"
                everybody = contenders(checkpoint, bundle, examples, options.optimum_python)
                everybody = [one for one in everybody if one.name not in options.without]
                results = run_rounds(everybody, options.rounds)
                observations.append(
                    {"size": size, "profile": profile, "variant": variant, "rounds": results}
                )
                write_record(options.output, observations)
                print("\n".join(lines(f"{size}, {profile}", variant, rates(results))), flush=True)


def write_record(path: Path, observations: Sequence[dict[str, object]]) -> None:
    """Write what was observed so far, and where."""
    record = {
        "machine": platform.platform(),
        "cpu_count": len(os.sched_getaffinity(0)),
        "observations": observations,
    }
    path.write_text(json.dumps(record, indent=1))


def export(checkpoint: Path, bundles: Path) -> None:
    """Export a checkpoint as `bakeoff export` does."""
    arguments = [f"--variant={variant}" for variant in VARIANTS]
    subprocess.run(
        [
            str(Path(sys.executable).parent / "bakeoff"),
            "export",
            str(checkpoint),
            "--task=text-classification",
            *arguments,
            f"--output={bundles}",
            # Random weights put all examples near the decision boundary.
            "--max-label-flips=1.0",
        ],
        check=True,
    )


if __name__ == "__main__":
    main()
