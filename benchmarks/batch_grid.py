"""How far the default batch budget and the chosen thread layout are from the best of a grid.

For each bundle and kind of text, the worker's own pipeline answers the same examples under each
budget of padded tokens and each thread layout, in rounds whose order alternates. Reported is
the rate of what Bakeoff would take, its default budget in the layout that its trial chooses, over
that of the best cell. The best of many cells that chance moves looks better than it is, so each
round is compared with the cell that is best by the medians of the other rounds.
"""

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import workload
from google.protobuf.json_format import Parse
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.batch_defaults import MAX_BATCH_SIZE, PADDED_TOKEN_COUNT
from bakeoff.server.worker.batching import TokenBudgetPolicy
from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.layout import choose_layout
from bakeoff.server.worker.model import Model, load
from bakeoff.server.worker.pipeline import Pipeline
from bakeoff.server.worker.providers import CPU, device_named
from bakeoff.server.worker.session import SessionSettings
from bakeoff.v1 import Manifest, TextInput, ThreadLayout, UnlabelledExample

BUDGETS = (128, 256, 384, 512, 1024, 2048)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One budget under one layout."""

    budget: int
    intra_op_thread_count: int
    caller_count: int


def policy(budget: int) -> TokenBudgetPolicy:
    """Policy of a budget."""
    return TokenBudgetPolicy(budget, MAX_BATCH_SIZE)


def example_file(folder: Path, texts: Sequence[str]) -> ExampleFile:
    """Write texts as the worker reads them."""
    path = folder / "examples"
    with path.open("wb") as file:
        for text in texts:
            serialize_length_prefixed(UnlabelledExample(text=TextInput(text=text)), file)
    return ExampleFile(path)


def rate(model: Model, cell: Cell, examples: ExampleFile) -> float:
    """Examples per second of one pass."""
    pipeline = Pipeline(model, policy(cell.budget), cell.caller_count)
    inputs = [examples[position] for position in range(len(examples))]
    begin_s = time.perf_counter()
    for _ in pipeline.outcomes(inputs):
        pass
    return len(inputs) / (time.perf_counter() - begin_s)


def loaded(bundle: Path, intra_op_thread_count: int) -> Model:
    """The bundle under a number of threads."""
    manifest = Parse((bundle / "manifest.json").read_text(encoding="utf-8"), Manifest())
    settings = SessionSettings(intra_op_thread_count=intra_op_thread_count)
    return load(Bundle(bundle, manifest), device_named("cpu"), settings)


def grid(
    bundle: Path, examples: ExampleFile, budgets: Sequence[int], rounds: int
) -> tuple[ThreadLayout, dict[Cell, list[float]]]:
    """The layout that the trial chooses, and the rates of each cell, round by round."""
    layouts = CPU.layouts(len(os.sched_getaffinity(0)))
    models = {
        count: loaded(bundle, count)
        for count in {layout.intra_op_thread_count for layout in layouts}
    }
    chosen = choose_layout(layouts, models.__getitem__, examples, policy(PADDED_TOKEN_COUNT))
    cells = [
        Cell(budget, layout.intra_op_thread_count, layout.caller_count)
        for budget, layout in itertools.product(budgets, layouts)
    ]
    rates: dict[Cell, list[float]] = {cell: [] for cell in cells}
    for number in range(rounds):
        for cell in cells if number % 2 == 0 else cells[::-1]:
            rates[cell].append(rate(models[cell.intra_op_thread_count], cell, examples))
    return chosen.layout, rates


def best_of(rates: dict[Cell, list[float]], left_out: int | None = None) -> Cell:
    """The cell whose median rate is highest, one round left out."""

    def median(cell: Cell) -> float:
        kept = [value for number, value in enumerate(rates[cell]) if number != left_out]
        return statistics.median(kept)

    return max(rates, key=median)


def shares_of_best(rates: dict[Cell, list[float]], taken: Cell) -> list[float]:
    """Rate of a cell over that of the best by the other rounds, round by round."""
    return [
        value / rates[best_of(rates, number)][number] for number, value in enumerate(rates[taken])
    ]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", nargs="+", type=Path, help="folders of bundles")
    parser.add_argument("--profiles", nargs="+", default=list(workload.LENGTH_PROFILES))
    parser.add_argument("--words", type=int, default=4000, help="words a pass, about")
    parser.add_argument("--rounds", type=int, default=5, help="at least 2")
    parser.add_argument("--budgets", nargs="+", type=int, default=list(BUDGETS))
    parser.add_argument("--output", type=Path, default=Path(".bench/batch_grid.json"))
    options = parser.parse_args()
    print("| bundle and texts | taken | share of the best | best cell |")
    print("|---|---|---|---|")
    record = []
    with tempfile.TemporaryDirectory() as folder:
        for bundle, profile in itertools.product(options.bundles, options.profiles):
            count = workload.example_count(profile, options.words)
            examples = example_file(Path(folder), workload.texts(profile, count))
            layout, rates = grid(bundle, examples, options.budgets, options.rounds)
            taken = Cell(PADDED_TOKEN_COUNT, layout.intra_op_thread_count, layout.caller_count)
            shares = shares_of_best(rates, taken)
            spread = f"{min(shares):.3f} to {max(shares):.3f}"
            print(
                f"| {bundle.name}, {profile} | {cell_text(taken)} "
                f"| {statistics.median(shares):.3f} ({spread}) | {cell_text(best_of(rates))} |",
                flush=True,
            )
            record.append(
                {
                    "bundle": bundle.name,
                    "profile": profile,
                    "taken": cell_text(taken),
                    "rates_per_s": {cell_text(cell): rates[cell] for cell in sorted(rates)},
                }
            )
            options.output.parent.mkdir(parents=True, exist_ok=True)
            options.output.write_text(json.dumps(record, indent=1))


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it."""
    return f"{cell.budget} tokens, {cell.intra_op_thread_count} x {cell.caller_count}"


if __name__ == "__main__":
    main()
