"""Reports side by side, across runs and across hardware.

Figures of unlike hardware or software stand beside each other and are never
subtracted; nor is quality over unlike examples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import ABSENT, difference_text, figure_text, time_text
from bakeoff.client.display.report import QUALITY, sections
from bakeoff.client.names import id_of

FINGERPRINT_CHARACTERS = 12

Key = tuple[str, str]


@dataclass(frozen=True)
class Run:
    """One candidate in one evaluation; figures by the title of their section and their id."""

    evaluation: str
    candidate: v1.Candidate
    evaluation_set: v1.EvaluationSet
    environment: v1.Environment
    figures: Mapping[Key, v1.Figure]

    def is_like(self, other: "Run", title: str) -> bool:
        """Whether figures of this section may be subtracted."""
        alike = (
            self.candidate.sha256 == other.candidate.sha256
            and self.environment.fingerprint.sha256 == other.environment.fingerprint.sha256
        )
        return alike and (
            title != QUALITY or self.evaluation_set.sha256 == other.evaluation_set.sha256
        )


def runs_of(report: v1.Report, *, details: bool) -> list[Run]:
    """The candidates of a report."""
    found: list[dict[Key, v1.Figure]] = [{} for _ in report.candidates]
    for title, parts in sections(report, details=details):
        for figures, part in zip(found, parts, strict=True):
            figures.update({(title, figure.id): figure for figure in part})
    return [
        Run(
            id_of(report.evaluation),
            result.candidate,
            report.evaluation_set,
            report.environment,
            figures,
        )
        for result, figures in zip(report.candidates, found, strict=True)
    ]


def print_runs(console: Console, reports: Sequence[v1.Report], *, details: bool) -> None:
    """Prints where each candidate ran, and every figure."""
    runs = [run for report in reports for run in runs_of(report, details=details)]
    console.print(_table(runs))
    if len({run.environment.fingerprint.sha256 for run in runs}) > 1:
        _remark(
            console,
            "These ran on unlike hardware or software. Their figures stand side by side, and "
            "no difference between them is told.",
        )
    if len({run.evaluation_set.sha256 for run in runs}) > 1:
        _remark(
            console,
            "These used unlike examples. Their quality stands side by side, and no difference "
            "between them is told.",
        )


def change_text(run: Run, earlier: Run, key: Key) -> str:
    """By how much a figure differs from an earlier run's; empty where that may not be told."""
    title = key[0]
    figure, other = run.figures.get(key), earlier.figures.get(key)
    if figure is None or other is None or not run.is_like(earlier, title):
        return ""
    if not figure.HasField("value") or not other.HasField("value"):
        return ""
    if title == QUALITY or figure.unit == "1":
        return f" ({difference_text(figure.value - other.value, figure.unit)})"
    if other.value == 0:
        return ""
    return f" ({figure.value / other.value - 1:+.1%})"


def _table(runs: Sequence[Run]) -> Table:
    names = [f"{run.evaluation}\n{id_of(run.candidate.name)}" for run in runs]
    made = table("", "", *names)
    for column in made.columns[2:]:
        column.justify = "right"
    for title, words in _origin(runs).items():
        made.add_row(Text(title, style="bold"), "", *words)
    section = ""
    for title, identity in dict.fromkeys(key for run in runs for key in run.figures):
        if title != section:
            made.add_row("")
            made.add_row(Text(title, style="bold"))
            section = title
        unit = next(
            run.figures[title, identity].unit for run in runs if (title, identity) in run.figures
        )
        cells = [_cell(runs, position, (title, identity)) for position in range(len(runs))]
        made.add_row(f"  {identity}", Text("" if unit == "1" else unit, style="dim"), *cells)
    return made


def _cell(runs: Sequence[Run], position: int, key: Key) -> str:
    run = runs[position]
    if key not in run.figures:
        return ABSENT
    earlier = next((one for one in runs[:position] if one.is_like(run, key[0])), None)
    change = "" if earlier is None else change_text(run, earlier, key)
    return f"{figure_text(run.figures[key])}{change}"


def _origin(runs: Sequence[Run]) -> dict[str, list[str]]:
    prints = [run.environment.fingerprint for run in runs]
    return {
        "hardware": [one.accelerator_model or one.cpu_model or ABSENT for one in prints],
        "fingerprint": [one.sha256[:FINGERPRINT_CHARACTERS] or ABSENT for one in prints],
        "measured (UTC)": [time_text(run.environment.start_time) or ABSENT for run in runs],
        "set": [id_of(run.evaluation_set.name) for run in runs],
        "examples": [f"{run.evaluation_set.example_count:,}" for run in runs],
    }


def _remark(console: Console, text: str) -> None:
    console.print()
    console.print(text, style="yellow")
