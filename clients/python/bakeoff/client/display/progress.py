"""How far uploads and an evaluation have come, on stderr.

At a terminal one picture is kept up to date; elsewhere lines are written, when a
new part begins and every ten seconds.
"""

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import notes
from bakeoff.client.display.figures import figure_text
from bakeoff.client.names import id_of
from bakeoff.client.progress import TransferProgress

PHASES = {
    v1.Progress.PHASE_UNSPECIFIED: "waiting",
    v1.Progress.PHASE_PROFILE: "cold start and memory",
    v1.Progress.PHASE_PREDICT: "predicting",
    v1.Progress.PHASE_MEASURE: "measuring",
    v1.Progress.PHASE_SCORE: "scoring",
}

INTERIM_FIGURES_SHOWN = 3
BETWEEN_LINES_S = 10.0


class ProgressDisplay(Protocol):
    """Shows how far things have come, between entering and leaving it."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    def transfer(self, progress: TransferProgress) -> None:
        """Something has come further on its way to the server."""

    def change(self, evaluation: v1.Evaluation) -> None:
        """The evaluation has changed."""


def progress_display() -> ProgressDisplay:
    """The display that suits stderr."""
    console = notes()
    return LiveDisplay(console) if sys.stderr.isatty() else LineDisplay(console)


class LiveDisplay:
    """One picture, kept up to date."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._interim = Text("")
        self._live = Live(Group(self._bars, self._interim), console=console)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def transfer(self, progress: TransferProgress) -> None:
        """Something has come further on its way to the server."""
        key = f"{_verb(progress)} {progress.subject}"
        self._show(key, key, progress.done_count, progress.total_count, _amount(progress))

    def change(self, evaluation: v1.Evaluation) -> None:
        """The evaluation has changed."""
        progress = evaluation.progress
        where = f"{id_of(evaluation.name)}: {_where(evaluation)}"
        self._show(evaluation.name, where, progress.share, 1, _count(progress))
        self._interim.plain = "\n".join(_interim(progress))

    def _show(
        self, key: str, description: str, done: float, total: float | None, count: str
    ) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(description, total=total, count=count)
        self._bars.update(
            self._tasks[key], description=description, completed=done, total=total, count=count
        )


class LineDisplay:
    """Lines, when a new part begins and every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._part = ""
        self._written_s = 0.0
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def transfer(self, progress: TransferProgress) -> None:
        """Something has come further on its way to the server."""
        part = f"{_verb(progress)} {progress.subject}"
        begins = part != self._part
        self._line(part, f"{part}{_size(progress)}" if begins else f"{part}: {_amount(progress)}")

    def change(self, evaluation: v1.Evaluation) -> None:
        """The evaluation has changed."""
        progress = evaluation.progress
        where, count = _where(evaluation), _count(progress)
        # Candidates alternate while a scenario is measured: each turn is no part of its own.
        part = f"{evaluation.name} {progress.scenario or where}"
        text = f"{progress.share:4.0%} {id_of(evaluation.name)}: {where}"
        self._line(part, f"{text} ({count})" if count else text)
        # Figures still move while a candidate predicts; after that they stand.
        if progress.phase != v1.Progress.PHASE_PREDICT:
            for line in _interim(progress):
                if line not in self._told:
                    self._told.add(line)
                    self._console.print(f"     {line}")

    def _line(self, part: str, text: str) -> None:
        now_s = time.monotonic()
        if part != self._part or now_s - self._written_s >= BETWEEN_LINES_S:
            self._part, self._written_s = part, now_s
            self._console.print(text)


def _verb(progress: TransferProgress) -> str:
    return "Reading" if progress.phase == "read" else "Sending"


def _amount(progress: TransferProgress) -> str:
    if progress.phase == "read":
        return f"{progress.done_count:,} examples"
    total = progress.total_count or progress.done_count
    return f"{progress.done_count / 1e6:,.1f} of {total / 1e6:,.1f} MB"


def _size(progress: TransferProgress) -> str:
    if progress.phase == "read" or progress.total_count is None:
        return ""
    return f" ({progress.total_count / 1e6:,.1f} MB)"


def _where(evaluation: v1.Evaluation) -> str:
    if evaluation.state == v1.Evaluation.STATE_QUEUED:
        return "waiting for the target"
    if evaluation.state == v1.Evaluation.STATE_SUCCEEDED:
        return "done"
    if evaluation.state == v1.Evaluation.STATE_FAILED:
        return "failed"
    if evaluation.state == v1.Evaluation.STATE_CANCELLED:
        return "cancelled"
    progress = evaluation.progress
    words = [PHASES.get(progress.phase, "running"), progress.scenario, id_of(progress.candidate)]
    return " · ".join(word for word in words if word)


def _count(progress: v1.Progress) -> str:
    return f"{progress.done_count:,}/{progress.total_count:,}" if progress.total_count else ""


def _interim(progress: v1.Progress) -> list[str]:
    lines = []
    for result in progress.interim_results:
        name = id_of(result.candidate)
        if result.HasField("error"):
            lines.append(f"{name} failed: {result.error.message}")
            continue
        known = [
            f"{figure.id} {figure_text(figure)}"
            for figure in result.figures[:INTERIM_FIGURES_SHOWN]
            if figure.HasField("value")
        ]
        if known:
            lines.append(f"{name}: {', '.join(known)}")
    return lines
