"""How a model went from version to version, in tables."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import (
    ABSENT,
    difference_text,
    figure_text,
    interval_text,
    p_text,
    time_text,
)
from bakeoff.client.names import id_of

DIGEST_CHARACTERS = 12

BASES = {
    "paired-examples": "on the same examples",
    "intervals": "by intervals",
    "values": "by values",
}


def print_history(console: Console, history: v1.ModelHistory) -> None:
    """Prints every series, the oldest evaluation first, with what fell behind."""
    if not history.series:
        console.print(f"No figure of {history.model} fits what was asked for.")
    for series in history.series:
        console.print(_heading(series))
        console.print(_table(series))
        console.print()


def newest_fell_behind(history: v1.ModelHistory) -> bool:
    """Whether the newest version is worse than the one before it in any series."""
    return any(_newest_fell_behind(series) for series in history.series)


def _newest_fell_behind(series: v1.HistorySeries) -> bool:
    # A version that comes again is as old as when it first came.
    first_points = {point.source_sha256: point for point in reversed(series.points)}
    versions = dict.fromkeys(point.source_sha256 for point in series.points)
    newest = first_points[list(versions)[-1]]
    return any(_is_of(one, newest) for one in series.regressions)


def _is_of(regression: v1.Regression, point: v1.HistoryPoint) -> bool:
    return (regression.evaluation, regression.candidate) == (point.evaluation, point.candidate)


def _heading(series: v1.HistorySeries) -> Text:
    fingerprint = series.fingerprint
    hardware = fingerprint.accelerator_model or fingerprint.cpu_model or ABSENT
    heading = Text(f"{series.figure} of {series.variant}", style="bold")
    heading.append(
        f"  set {series.evaluation_set_sha256[:DIGEST_CHARACTERS]}, {hardware}, "
        f"fingerprint {fingerprint.sha256[:DIGEST_CHARACTERS]}",
        style="not bold dim",
    )
    return heading


def _table(series: v1.HistorySeries) -> Table:
    made = table(
        *("reported (UTC)", "evaluation", "candidate", "version", "value", ""), numbers=("value",)
    )
    for point in series.points:
        remarks = [
            _remark(one, point.figure.unit) for one in series.regressions if _is_of(one, point)
        ]
        made.add_row(
            time_text(point.create_time),
            id_of(point.evaluation),
            id_of(point.candidate),
            point.source_sha256[:DIGEST_CHARACTERS] or ABSENT,
            figure_text(point.figure),
            Text("; ".join(remarks), style="red"),
        )
    return made


def _remark(found: v1.Regression, unit: str) -> str:
    earlier = f"{id_of(found.previous_candidate)} in {id_of(found.previous_evaluation)}"
    words = [f"worse than {earlier}:", difference_text(found.difference, unit)]
    interval = interval_text(found.interval, unit)
    words += [interval] if interval else []
    basis = BASES.get(found.basis, found.basis)
    if found.HasField("adjusted_p_value"):
        basis += f", p {p_text(found.adjusted_p_value)}"
    return " ".join([*words, f"({basis})"])
