"""Every figure of a report as rows of a table, for spreadsheets and data frames."""

import csv
import io
from collections.abc import Iterator, Sequence

from bakeoff.server.report.messages import figure_value
from bakeoff.server.selection.part import Part, PartKind
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateResult, Report

_COLUMNS = (
    "evaluation",
    "candidate",
    "scenario",
    "part",
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

    A value or a bound that is not known is empty. `part` is the class or slice that a figure is
    about, as constraints name it, and empty over the whole set. Figures of invalid measurements are
    told as they were found; the report says which these are.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for report in reports:
        for result in report.candidates:
            names = (report.evaluation, result.candidate.name)
            writer.writerows((*names, *_row(part, figure)) for part, figure in _figures(result))
    return file.getvalue()


def _figures(result: CandidateResult) -> Iterator[tuple[str, Figure]]:
    """Figures with the part that they are about. One that is told twice is there once."""
    told = set()
    for part, figure in _figures_of_parts(result):
        if (part, figure.id) not in told:
            told.add((part, figure.id))
            yield part, figure
    scenarios = (
        message
        for scenario in result.scenarios
        for message in (*scenario.figures, *scenario.memory_trend.figures)
    )
    for message in (*result.quality, *result.cost, *result.cold_start.figures, *scenarios):
        yield "", figure_value(message)


def _figures_of_parts(result: CandidateResult) -> Iterator[tuple[str, Figure]]:
    """Those of all classes and slices, and then those that were named, some of them again."""
    for of_class in result.classes:
        part = Part(PartKind.CLASS, of_class.label).text
        yield from ((part, figure_value(message)) for message in of_class.figures)
    for of_slice in result.slices:
        part = Part(PartKind.SLICE, of_slice.slice).text
        yield from ((part, figure_value(message)) for message in of_slice.figures)
    yield from ((message.part, figure_value(message)) for message in result.part_figures)


def _row(part: str, figure: Figure) -> list[str]:
    interval = figure.interval
    return [
        figure.scenario,
        part,
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
