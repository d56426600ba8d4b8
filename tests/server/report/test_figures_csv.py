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
        expected += sum(len(found.figures) for found in result.classes)
        expected += sum(len(s.figures) + len(s.memory_trend.figures) for s in result.scenarios)

    assert expected == len(rows)


def test_a_row_gives_a_figure_to_the_last_digit(rows: list[dict[str, str]], report: Report) -> None:
    result = report.candidates[1]
    figure = next(figure for figure in result.quality if figure.id == "accuracy")
    (row,) = [
        row
        for row in rows
        if (row["candidate"], row["figure"], row["class"])
        == (result.candidate.name, "accuracy", "")
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


def test_no_class_name_is_a_formula(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    changed.candidates[0].classes[0].label = '=HYPERLINK("x")'

    names = {row["class"] for row in _rows(changed)}

    assert '\'=HYPERLINK("x")' in names
    assert [] == [name for name in names if name.startswith("=")]


def test_rows_of_several_reports_are_told_apart(report: Report) -> None:
    other = Report()
    other.CopyFrom(report)
    other.evaluation = "evaluations/other"

    found = [row["evaluation"] for row in _rows(report, other)]

    assert 2 == len(set(found))
    assert found[: len(found) // 2] == [report.evaluation] * (len(found) // 2)
