"""Figures as CSV hold what the report holds, for any reader of CSV."""

import csv
import io

import pytest

from bakeoff.server.report.figures_csv import render_figures_csv
from bakeoff.v1 import Report


def _rows(*reports: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_figures_csv(reports), newline="")))


@pytest.fixture(scope="module")
def rows(report: Report) -> list[dict[str, str]]:
    return _rows(report)


def test_every_figure_of_every_candidate_is_a_row(
    rows: list[dict[str, str]], report: Report
) -> None:
    expected = 0
    for result in report.candidates:
        expected += len(result.quality) + len(result.cost) + len(result.cold_start.figures)
        expected += sum(len(found.figures) for found in (*result.classes, *result.slices))
        expected += sum(len(s.figures) + len(s.memory_trend.figures) for s in result.scenarios)

    assert expected == len(rows)


def test_a_row_gives_a_figure_to_the_last_digit(rows: list[dict[str, str]], report: Report) -> None:
    result = report.candidates[1]
    figure = next(figure for figure in result.quality if figure.id == "accuracy")
    (row,) = [
        row
        for row in rows
        if (row["candidate"], row["figure"], row["part"]) == (result.candidate.name, "accuracy", "")
    ]

    assert report.evaluation == row["evaluation"]
    assert figure.value == float(row["value"])
    assert (figure.interval.lower, figure.interval.upper) == (
        float(row["lower"]),
        float(row["upper"]),
    )
    assert (figure.interval.level, figure.interval.method) == (
        float(row["level"]),
        row["interval_method"],
    )
    assert ("1", "higher", str(figure.observation_count)) == (
        row["unit"],
        row["direction"],
        row["observation_count"],
    )


def test_a_figure_without_a_value_has_none_and_says_why(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    figure = changed.candidates[0].quality[0]
    figure.ClearField("value")
    figure.ClearField("interval")
    figure.absent_reason = "nobody knows"

    found = [row for row in _rows(changed) if row["absent_reason"] == "nobody knows"]

    assert [("", "", "", "")] == [
        (row["value"], row["lower"], row["upper"], row["level"]) for row in found
    ]


def test_figures_of_classes_and_slices_name_them_as_constraints_do(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    changed.candidates[0].classes[0].label = '=HYPERLINK("x")'
    found = changed.candidates[0].slices.add(slice="length:33-64").figures
    found.add(id="accuracy", value=0.75)

    rows = [
        row for row in _rows(changed) if row["candidate"] == changed.candidates[0].candidate.name
    ]

    assert {"value": "0.75", "figure": "accuracy"}.items() <= next(
        row for row in rows if row["part"] == "slice=length:33-64"
    ).items()
    assert 'class==HYPERLINK("x")' in {row["part"] for row in rows}


def test_no_name_of_others_begins_a_cell(report: Report) -> None:
    """A spreadsheet would take one for a formula."""
    changed = Report()
    changed.CopyFrom(report)
    changed.candidates[0].classes[0].label = '=HYPERLINK("x")'
    changed.candidates[0].slices.add(slice="=1+1").figures.add(id="accuracy", value=0.75)

    cells = {cell for row in _rows(changed) for cell in row.values()}

    assert [] == [cell for cell in cells if cell.startswith(("=", "@", "+"))]


def test_a_named_figure_of_a_part_is_a_row_once(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    result = changed.candidates[0]
    label = result.classes[0].label
    again = result.part_figures.add()
    again.CopyFrom(result.classes[0].figures[0])
    again.part = f"class={label}"
    result.part_figures.add(id="accuracy", value=0.5, part="slice=source = 'web'")

    rows = [row for row in _rows(changed) if row["candidate"] == result.candidate.name]

    assert 1 == sum((row["part"], row["figure"]) == (f"class={label}", again.id) for row in rows)
    assert 1 == sum(row["part"] == "slice=source = 'web'" for row in rows)


def test_rows_of_several_reports_are_told_apart(report: Report) -> None:
    other = Report()
    other.CopyFrom(report)
    other.evaluation = "evaluations/other"

    found = [row["evaluation"] for row in _rows(report, other)]

    assert 2 == len(set(found))
    assert found[: len(found) // 2] == [report.evaluation] * (len(found) // 2)
