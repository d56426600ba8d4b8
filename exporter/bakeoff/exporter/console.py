"""What a person sees of an export: its stages on standard error, its bundles on standard output."""

import json
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from google.protobuf import json_format
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from bakeoff.exporter.exporting import ExportedBundle
    from bakeoff.v1 import Manifest

_MIB = 1024 * 1024


class StageDisplay:
    """Shows each stage and its time; without a terminal, a line when it begins."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._picture = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._running: TaskID | None = None
        self._started_s = 0.0

    def __enter__(self) -> Self:
        self._started_s = time.monotonic()
        self._picture.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        self._picture.stop()

    def stage(self, text: str) -> None:
        """Begin a stage; the one before it is done."""
        self._finish()
        if not self._console.is_terminal:
            elapsed_s = time.monotonic() - self._started_s
            line = f"{elapsed_s:6.1f} s  {text}"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        self._running = self._picture.add_task(text, total=1)

    def warn(self, text: str) -> None:
        """Print a warning, which stays."""
        self._console.print(f"Warning: {text}", style="yellow", markup=False, soft_wrap=True)

    def _finish(self) -> None:
        if self._running is not None:
            self._picture.update(self._running, completed=1)


def print_table(bundles: Sequence["ExportedBundle"]) -> None:
    """Print the bundles with their sizes and parity."""
    table = Table(box=None, header_style="bold")
    table.add_column("bundle", overflow="fold")
    table.add_column("back end")
    for heading in ("MiB", "examples", "label flips", "largest |Δ|", "mean |Δ|"):
        table.add_column(heading, justify="right")
    for bundle in bundles:
        table.add_row(str(bundle.path), bundle.manifest.variant.backend, *_figures(bundle.manifest))
    # A path may be longer than a line; another program or person copies it from here.
    width = None if sys.stdout.isatty() else 10_000
    Console(width=width).print(table, soft_wrap=True)


def print_json(bundles: Sequence["ExportedBundle"]) -> None:
    """Print the bundles with their manifests as JSON."""
    rows = [
        {"path": str(bundle.path), "manifest": json_format.MessageToDict(bundle.manifest)}
        for bundle in bundles
    ]
    sys.stdout.write(json.dumps({"bundles": rows}, indent=2, ensure_ascii=False) + "\n")


def _figures(manifest: "Manifest") -> list[str]:
    size = sum(file.size_bytes for file in manifest.files) / _MIB
    if not manifest.HasField("parity"):
        ran = manifest.variant.settings["smoke_example_count"]
        return [f"{size:.1f}", ran, "not compared", "", ""]
    parity = manifest.parity
    return [
        f"{size:.1f}",
        f"{parity.example_count}",
        f"{parity.label_flip_count}",
        f"{parity.max_abs_difference:.2g}",
        f"{parity.mean_abs_difference:.2g}",
    ]
