"""What an invalid measurement found is marked invalid wherever the page or Markdown shows it."""

import json

import pytest

from bakeoff.server.report import render_html, render_markdown
from bakeoff.server.report.page import roster
from bakeoff.server.report.page.bounds import bounds
from bakeoff.server.report.page.cost import cost
from bakeoff.server.report.page.distribution import distribution
from bakeoff.server.report.page.document import Cell, Chart, Section, Table
from bakeoff.server.report.page.lengths import lengths
from bakeoff.server.report.page.peak_load import peak_load
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.report.page.stages import stages
from bakeoff.v1 import LatencyVerdict, Report, Validity

from .html_page import read_page

NAME = "nano.fp32"
REASON = "the measurement is invalid"
PEAK = "peak-load:p99=20ms"


@pytest.fixture(scope="module")
def invalid_report(full_report: Report) -> Report:
    """A report in which nothing of one candidate's load may be used; its bound seems to hold."""
    made = Report()
    made.CopyFrom(full_report)
    (result,) = (one for one in made.candidates if one.candidate.name.endswith(NAME))
    for scenario in result.scenarios:
        scenario.validity.state = Validity.STATE_INVALID
    (server,) = (one for one in result.scenarios if one.scenario == "server:qps=50")
    assert LatencyVerdict.OUTCOME_VALID == server.latency_verdicts[0].outcome
    return made


@pytest.fixture(scope="module")
def found(invalid_report: Report) -> Roster:
    return roster(invalid_report)


def _rows(section: Section | None, caption: str) -> list[tuple[Cell, ...]]:
    assert section is not None
    return [
        row
        for part in section.parts
        if isinstance(part, Table) and part.caption.startswith(caption)
        for row in part.rows
        if row[0].text == NAME
    ]


def test_a_bound_is_not_said_to_hold(found: Roster) -> None:
    (row,) = _rows(bounds(found), "Bounds on latency")

    assert ("invalid", REASON) == (row[3].text, row[3].detail)
    assert "holds" not in {cell.text for cell in row}


def test_rates_that_were_tried_have_no_verdict(found: Roster) -> None:
    section = peak_load(found)

    assert section is not None
    (chart,) = (part for part in section.parts if isinstance(part, Chart))
    rows = [row for row in chart.table.rows if row[0].text == NAME]
    assert rows
    assert {("invalid", REASON)} == {(row[3].text, row[3].detail) for row in rows}
    (marks,) = (one for one in chart.traces if one["name"] == f"{NAME}, invalid")
    assert {"square-open"} == set(json.loads(json.dumps(marks))["marker"]["symbol"])


def test_neither_peak_nor_price_has_a_value(found: Roster) -> None:
    (peak,) = _rows(peak_load(found), "Peak load")
    section = cost(found)

    assert REASON == peak[1].detail
    assert section is not None
    price = section.parts[0]
    assert isinstance(price, Table)
    place = [column.title for column in price.columns].index(NAME)
    (row,) = (row for row in price.rows if row[0].text == PEAK)
    assert REASON == row[place].detail


def test_distributions_stages_and_lengths_are_marked(found: Roster) -> None:
    measured = found.measured("single-stream")
    shape, times, by_length = (
        distribution(measured, "single-stream"),
        stages(measured, "single-stream"),
        lengths(found),
    )

    assert f"{NAME}, invalid" in {one["name"] for one in shape.traces}
    assert REASON in {column.detail for column in shape.table.columns}
    assert times is not None
    assert REASON in {row[0].detail for row in times.table.rows}
    assert by_length is not None
    chart = by_length.parts[1]
    assert isinstance(chart, Chart)
    assert NAME not in {one["name"] for one in chart.traces}
    rows = [row for row in chart.table.rows if row[0].text == NAME]
    assert {REASON} == {cell.detail for row in rows for cell in row[-3:]}


def test_the_page_and_markdown_are_drawn_of_it(invalid_report: Report) -> None:
    page = read_page(render_html(invalid_report))

    assert f"{NAME}, invalid" in json.dumps(json.loads(page.script("chart-data")))
    assert REASON in "".join(page.visible_text)
    bound = next(
        line
        for line in render_markdown(invalid_report).splitlines()
        if line.startswith(f"| {NAME} | server:qps=50 | p99")
    )
    assert "**invalid**" in bound
    assert "holds" not in bound
