"""Every figure of a report as rows of a table, for spreadsheets and data frames."""

import csv
import io
from collections.abc import Iterator, Sequence

from bakeoff.server.report.messages import figure_value
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateResult, Report

_COLUMNS = (
    "evaluation",
    "candidate",
    "scenario",
    "class",
    "figure",
    "value",
    "lower",
    "upper",
    "level",
    "unit",
    "direction",
    "observation_count",
    "method",
    "interval_method",
    "boundary",
    "absent_reason",
)


def render_figures_csv(reports: Sequence[Report]) -> str:
    """A row for each figure of each candidate of each report, with a line of headings; RFC 4180.

    A value or a bound that is not known is empty. Figures of invalid measurements are told as they
    were found; the report says which these are.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for report in reports:
        for result in report.candidates:
            names = (report.evaluation, result.candidate.name)
            for class_name, figure in _figures(result):
                writer.writerow((*names, *_row(class_name, figure)))
    return file.getvalue()


def _figures(result: CandidateResult) -> Iterator[tuple[str, Figure]]:
    """Figures with the class that they belong to, which is empty for all but those of classes."""
    for found in result.classes:
        yield from ((found.label, figure_value(message)) for message in found.figures)
    scenarios = (
        message
        for scenario in result.scenarios
        for message in (*scenario.figures, *scenario.memory_trend.figures)
    )
    for message in (*result.quality, *result.cost, *result.cold_start.figures, *scenarios):
        yield "", figure_value(message)


def _row(class_name: str, figure: Figure) -> list[str]:
    interval = figure.interval
    return [
        figure.scenario,
        _inert(class_name),
        figure.id,
        _number(figure.value),
        _number(None if interval is None else interval.lower),
        _number(None if interval is None else interval.upper),
        _number(None if interval is None else interval.level),
        figure.unit,
        "" if figure.direction is None else figure.direction.value,
        str(figure.observation_count),
        figure.method,
        "" if interval is None else interval.method,
        figure.boundary,
        figure.absent_reason,
    ]


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _inert(text: str) -> str:
    """A text of others that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
