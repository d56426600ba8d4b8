"""How far the default batch budget and the chosen thread layout are from the best of a grid.

For each bundle and kind of text, the worker's own pipeline answers the same examples under each
budget of padded tokens and each thread layout, in rounds whose order alternates. Reported is
the median rate of what Bakeoff would take, its default budget in the layout that its trial chooses,
over that of the best cell.
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

from bakeoff.server.worker.batching import (
    DEFAULT_MAX_BATCH_SIZE,
    DEFAULT_PADDED_TOKEN_COUNT,
    TokenBudgetPolicy,
)
from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.layout import choose_layout
from bakeoff.server.worker.model import Model, load
from bakeoff.server.worker.pipeline import Pipeline
from bakeoff.server.worker.providers import CPU, Layout, device_named
from bakeoff.server.worker.session import SessionSettings
from bakeoff.v1 import Manifest, TextInput, UnlabelledExample

BUDGETS = (128, 256, 384, 512, 1024, 2048)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One budget under one layout."""

    budget: int
    intra_op_thread_count: int
    caller_count: int


def policy(budget: int) -> TokenBudgetPolicy:
    """Policy of a budget."""
    return TokenBudgetPolicy(budget, DEFAULT_MAX_BATCH_SIZE)


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
) -> tuple[Layout, dict[Cell, float]]:
    """The layout that the trial chooses, and each cell's share of the best cell's rate."""
    layouts = CPU.layouts(len(os.sched_getaffinity(0)))
    models = {layout.intra_op_thread_count: None for layout in layouts}
    models = {count: loaded(bundle, count) for count in models}
    chosen = choose_layout(
        layouts, models.__getitem__, examples, policy(DEFAULT_PADDED_TOKEN_COUNT)
    )
    cells = [
        Cell(budget, layout.intra_op_thread_count, layout.caller_count)
        for budget, layout in itertools.product(budgets, layouts)
    ]
    found: dict[Cell, list[float]] = {cell: [] for cell in cells}
    for number in range(rounds):
        for cell in cells if number % 2 == 0 else cells[::-1]:
            found[cell].append(rate(models[cell.intra_op_thread_count], cell, examples))
    medians = {cell: statistics.median(rates) for cell, rates in found.items()}
    best = max(medians.values())
    shares = {cell: median / best for cell, median in medians.items()}
    layout = chosen.layout
    return Layout(layout.intra_op_thread_count, layout.caller_count), shares


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", nargs="+", type=Path, help="folders of bundles")
    parser.add_argument("--profiles", nargs="+", default=list(workload.LENGTH_PROFILES))
    parser.add_argument("--words", type=int, default=4000, help="words a pass, about")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budgets", nargs="+", type=int, default=list(BUDGETS))
    parser.add_argument("--output", type=Path, default=Path(".bench/batch_grid.json"))
    options = parser.parse_args()
    print("| bundle and texts | taken | share of the best | best cell |")
    print("|---|---|---|---|")
    record = []
    with tempfile.TemporaryDirectory() as folder:
        for bundle, profile in itertools.product(options.bundles, options.profiles):
            count = workload.example_count(profile, options.words)
            texts = workload.texts(profile, count)
            examples = example_file(Path(folder), texts)
            layout, shares = grid(bundle, examples, options.budgets, options.rounds)
            threads, callers = layout.intra_op_thread_count, layout.caller_count
            taken = Cell(DEFAULT_PADDED_TOKEN_COUNT, threads, callers)
            best = max(shares, key=lambda cell: shares[cell])
            title = f"{bundle.name}, {profile}"
            print(f"| {title} | {cell_text(taken)} | {shares[taken]:.3f} | {cell_text(best)} |")
            for cell in sorted(shares):
                record.append({"bundle": bundle.name, "profile": profile, "cell": cell_text(cell)})
                record[-1]["share"] = f"{shares[cell]:.4f}"
    options.output.write_text(json.dumps(record, indent=1))


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it."""
    return f"{cell.budget} tokens, {cell.intra_op_thread_count} x {cell.caller_count}"


if __name__ == "__main__":
    main()
