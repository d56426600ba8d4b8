"""The times of a cold start in the report: what they are called, and what may name them."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_html
from bakeoff.server.report.figures_csv import render_figures_csv
from bakeoff.server.types import Evidence
from bakeoff.v1 import ConstraintResult, Report

from .html_page import read_page

Make = Callable[..., Evidence]
TAKES_TEXTS = "the graph takes texts as they are"
_NOW = Timestamp(seconds=1_800_000_000)


@pytest.fixture
def bounded(make_evidence: Make) -> Report:
    """A report with a bound on the first query of a shape; `tfidf` has one shape alone."""
    evidence = make_evidence(size=100, constraints=["new_shape_ms<=1000"], scenarios=())
    return assemble(evidence, create_time=_NOW, bakeoff_version="0.1.0")


def test_a_bound_on_a_new_shape_is_undecided_where_there_is_none(bounded: Report) -> None:
    measured = {one.candidate.name for one in bounded.candidates if one.cold_start.figures}
    found = {
        one.candidate: one.constraints[0]
        for one in bounded.selection.candidates
        if one.candidate in measured
    }
    absent = found.pop("candidates/tfidf")

    assert ConstraintResult.OUTCOME_UNDECIDED == absent.outcome
    assert TAKES_TEXTS == absent.figure.absent_reason
    assert TAKES_TEXTS in absent.explanation
    assert found
    for one in found.values():
        assert 0 < one.figure.value < 1000


def test_the_page_shows_a_new_and_a_known_shape_beside_the_first_queries(bounded: Report) -> None:
    html = render_html(bounded)
    table = html[html.index("<caption>Cold start") :]
    shown = " ".join(read_page(table[: table.index("</table>")]).visible_text)

    headings = (
        "process start",
        "load time",
        "first inference",
        "second inference",
        "first inference of a new shape",
        "inference of a known shape",
    )
    assert re.search(".*".join(headings), shown, re.DOTALL), shown
    assert 2 == shown.count(TAKES_TEXTS)


def test_the_figures_as_csv_have_the_times_of_shapes(bounded: Report) -> None:
    rows = csv.DictReader(io.StringIO(render_figures_csv([bounded]), newline=""))
    found = {
        row["candidate"]: (row["value"] != "", row["unit"], row["absent_reason"])
        for row in rows
        if row["figure"] == "known_shape_ms"
    }

    assert (False, "ms", TAKES_TEXTS) == found.pop("candidates/tfidf")
    assert {(True, "ms", "")} == set(found.values())
