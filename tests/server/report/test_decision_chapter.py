"""The decision leads the page: how sure it is, its constraints, its frontier, the way on."""

import json

import plotly.graph_objects as go
import pytest

from bakeoff.server.report import render_html
from bakeoff.server.report.figures_csv import render_figures_csv
from bakeoff.server.report.page import roster
from bakeoff.server.report.page.constraints import constraints
from bakeoff.server.report.page.document import Table
from bakeoff.v1 import ConstraintResult, Report, Selection

from .html_page import Page, read_page


@pytest.fixture(scope="module")
def certain_report(report: Report) -> Report:
    """The report, with all that selection may tell of its certainty made up."""
    certain = Report()
    certain.CopyFrom(report)
    selection = certain.selection
    selection.resample_count = 2000
    selection.error_rate = 0.05
    selection.state = Selection.STATE_RECOMMENDED
    for position, found in enumerate(selection.candidates):
        found.frontier_probability = (0.97, 0.999, 0.001, 0.4, 1.0, 0.0)[position]
        found.qualification_probability = 0.75
        del found.rank_probabilities[:]
        found.rank_probabilities.extend([0.5, 0.25])
        found.what_would_change = f"Remedy number {position}."
        ratio = found.constraints.add(
            expression="brier <= 1.2 x baseline",
            outcome=ConstraintResult.OUTCOME_UNDECIDED,
            bound=0.21 * 1.2 / 1.13,
            relation=ConstraintResult.RELATION_RATIO,
            relation_value=1.13,
            slack=-0.004,
            more_examples_needed=1400,
            more_load_seconds_needed=89.2,
        )
        ratio.figure.id, ratio.figure.unit, ratio.figure.value = "brier", "1", 0.21
        ratio.relation_interval.lower = 1.01
        ratio.relation_interval.upper = 1.31
    certain.spec.constraints.append("brier <= 1.2 x baseline")
    return certain


@pytest.fixture(scope="module")
def certain_page(certain_report: Report) -> Page:
    return read_page(render_html(certain_report))


def test_how_sure_the_answer_is_stands_in_the_decision(certain_page: Page) -> None:
    shown = "".join(certain_page.visible_text).replace("\u00a0", " ")

    assert "Such an answer is wrong" in shown
    assert "in at most 5 %" in shown
    for words in ("97 % of resamples", "> 99 % of resamples", "< 1 % of resamples", "2,000 times"):
        assert words in shown


def test_places_under_resampling_are_drawn_for_every_candidate(
    certain_page: Page, certain_report: Report
) -> None:
    chart = json.loads(certain_page.script("chart-data"))["certainty"]

    assert ["first", "second", "does not qualify"] == [bar["name"] for bar in chart["data"]]
    assert [[50.0], [25.0], [25.0]] == [
        sorted(set(bar["x"])) for bar in go.Figure(data=chart["data"], layout=chart["layout"]).data
    ]
    assert len(certain_report.candidates) == len(chart["data"][0]["y"])


def test_without_places_the_chart_says_that_a_figure_is_missing(certain_report: Report) -> None:
    report = Report()
    report.CopyFrom(certain_report)
    for found in report.selection.candidates:
        del found.rank_probabilities[:]

    page = read_page(render_html(report))

    chart = json.loads(page.script("chart-data"))["certainty"]
    assert ["does not qualify"] == [bar["name"] for bar in chart["data"]]
    assert "a figure that is missing may change any place" in render_html(report)


def test_what_would_change_stands_with_the_reason(
    certain_page: Page, certain_report: Report
) -> None:
    shown = "".join(certain_page.visible_text)

    remedies = [one.what_would_change for one in certain_report.selection.candidates if one.why_not]
    assert remedies
    assert all(remedy in shown for remedy in remedies)


def test_a_constraint_against_the_baseline_tells_ratio_slack_and_what_would_decide(
    certain_page: Page,
) -> None:
    shown = "".join(certain_page.visible_text).replace("\u00a0", " ")

    assert (
        "1.13 times the baseline (1.01 to 1.31); its value misses by 0.004; "
        "about 1,400 more examples and 90 s more load would decide"
    ) in shown


def test_every_constraint_that_is_known_has_a_gauge_with_its_words_beside_it(
    certain_page: Page, certain_report: Report
) -> None:
    gauges = [e for e in certain_page.all("svg") if "gauge" in e.attributes["class"]]
    known = [
        found
        for one in certain_report.selection.candidates
        for found in one.constraints
        if found.HasField("relation_value") or found.figure.HasField("value")
    ]

    assert len(known) == len(gauges)
    assert {"true"} == {gauge.attributes["aria-hidden"] for gauge in gauges}


def test_bounds_on_the_figures_of_the_frontier_are_lines_in_it(page: Page) -> None:
    chart = json.loads(page.script("chart-data"))["tradeoff"]

    lines = {trace["name"]: trace for trace in chart["data"] if trace.get("meta") == "reference"}
    assert [5.0, 5.0] == lines["at most 5 ms"]["x"]
    assert [60.0, 60.0] == lines["at least 60 %"]["y"]


def test_more_than_two_figures_span_a_chart_each(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    changed.selection.frontier_figures.append("throughput_per_s@offline")

    charts = json.loads(read_page(render_html(changed)).script("chart-data"))

    assert {"tradeoff", "tradeoff-2"} <= set(charts)
    assert "frontier" not in {trace["name"] for trace in charts["tradeoff-2"]["data"]}


def test_contents_lead_to_every_chapter_and_section_in_order(page: Page) -> None:
    chapters = [e for e in page.all("section") if e.attributes.get("class") == "chapter"]
    links = [link.attributes["href"][1:] for link in page.all("a")]

    assert [
        "chapter-decision",
        "chapter-quality",
        "chapter-speed",
        "chapter-memory",
        "chapter-evidence",
    ] == [chapter.attributes["id"] for chapter in chapters]
    sections = [e.attributes["id"] for e in page.all("section") if "id" in e.attributes]
    assert [one for one in sections if one != "glance"] == list(dict.fromkeys(links))


def test_figures_for_download_are_those_of_the_report(page: Page, report: Report) -> None:
    assert render_figures_csv([report]) == json.loads(page.script("figures-data"))


def test_warnings_beyond_the_first_are_folded_and_printed(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    del changed.warnings[:]
    changed.warnings.extend(f"Warning number {position}." for position in range(9))

    page = read_page(render_html(changed))

    (fold,) = [e for e in page.all("details") if "printed" in e.attributes.get("class", "")]
    assert "open" not in fold.attributes
    shown = "".join(page.visible_text)
    assert "6 more" in shown
    assert all(warning in shown for warning in changed.warnings)


def test_the_bound_of_a_gauge_is_that_of_what_is_judged(certain_report: Report) -> None:
    """A ratio of 1.13 is drawn against 1.2, though the message has the bound of the figure."""
    section = constraints(roster(certain_report))

    assert section is not None
    table = section.parts[0]
    assert isinstance(table, Table)
    gauge = table.rows[0][-1].gauge
    assert gauge is not None
    assert gauge.lower < gauge.value < gauge.bound < gauge.upper
    scale = (gauge.upper - gauge.lower) / (1.31 - 1.01)
    assert pytest.approx(1.2) == 1.13 + (gauge.bound - gauge.value) / scale


def test_a_value_without_an_interval_at_the_level_asked_for_is_told_so(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    for one in changed.selection.candidates:
        found = one.constraints[0]
        found.relation = ConstraintResult.RELATION_VALUE
        found.ClearField("relation_value")
        found.ClearField("relation_interval")
        found.outcome = ConstraintResult.OUTCOME_UNDECIDED

    shown = "".join(read_page(render_html(changed)).visible_text)

    assert "without an interval at the level asked for" in shown
