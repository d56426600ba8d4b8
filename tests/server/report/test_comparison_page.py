"""Evaluations side by side: all are there, and what must not be compared is said."""

import json
import re
from html.parser import HTMLParser

import plotly.graph_objects as go
import pytest
from google.protobuf.json_format import ParseDict

from bakeoff.server.report import render_comparison_html, render_comparison_markdown
from bakeoff.v1 import Report


def _changed(report: Report, **fields: str) -> Report:
    changed = Report()
    changed.CopyFrom(report)
    changed.evaluation = "evaluations/other"
    changed.environment.fingerprint.sha256 = fields.get("fingerprint", "cd" * 32)
    changed.evaluation_set.sha256 = fields.get("examples", "ab" * 32)
    changed.environment.fingerprint.accelerator_model = fields.get("accelerator", "")
    return changed


def _script(html: str, name: str) -> str:
    pattern = rf'<script type="application/json" id="{name}">(.*?)</script>'
    found = re.search(pattern, html, re.DOTALL)
    assert found is not None
    return found.group(1)


class _Texts(HTMLParser):
    """What a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self._within_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser passes them
        self._within_code = tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._within_code:
            self.shown += data.replace("\u00a0", " ")


def _shown(html: str) -> str:
    texts = _Texts()
    texts.feed(html)
    return texts.shown


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    other = _changed(report, fingerprint="ef" * 32, accelerator="Example GPU 7")
    return render_comparison_html([report, other])


def test_both_evaluations_and_what_they_ran_on_are_shown(html: str, report: Report) -> None:
    shown = _shown(html)

    assert "2 evaluations" in shown
    assert shown.count(report.selection.summary) == 2
    for words in ("made-up", "other", "Example Processor 9000", "Example GPU 7"):
        assert words in shown
    for result in report.candidates:
        assert result.candidate.name.partition("/")[2] in shown


def test_unlike_hardware_is_said_and_unlike_examples_are_not_there(html: str) -> None:
    shown = _shown(html)

    assert "speed and memory on unlike hardware or software" in shown
    assert "Hardware or software differ" in shown
    assert "not of the same examples" not in shown


def test_unlike_examples_are_said(report: Report) -> None:
    shown = _shown(render_comparison_html([report, _changed(report, examples="99" * 32)]))

    assert "quality on unlike examples" in shown
    assert "not of the same examples" in shown
    assert "Hardware or software differ" not in shown


def test_like_evaluations_have_nothing_to_be_warned_of(report: Report) -> None:
    shown = _shown(render_comparison_html([report, _changed(report)]))

    assert "not to be subtracted" not in shown
    assert "All lead to tiny" in shown


def test_only_what_differs_is_marked(html: str) -> None:
    marked = re.findall(r'<th scope="row"[^>]*>([^<]+)<small>differs</small>', html)

    assert {"Accelerator", "Fingerprint"} == {name.strip() for name in marked}


def test_the_reports_within_the_page_are_the_whole_reports(html: str, report: Report) -> None:
    inside = json.loads(_script(html, "report-data"))

    assert 2 == len(inside)
    assert report == ParseDict(inside[0], Report())


def test_every_chart_is_what_plotly_takes(html: str) -> None:
    charts = json.loads(_script(html, "chart-data"))

    assert {"compared-accuracy", "compared-latency_p99_ms-single-stream"} <= set(charts)
    for chart in charts.values():
        assert 2 == len(go.Figure(data=chart["data"], layout=chart["layout"]).data)


def test_markdown_tells_the_same(report: Report) -> None:
    text = render_comparison_markdown([report, _changed(report, fingerprint="ef" * 32)])

    assert text.startswith("## 2 evaluations side by side\n")
    assert text.endswith("\n")
    for words in ("### What each one answers", "**Accuracy**", "Hardware or software differ"):
        assert words in text
    widths = {line.count(" | ") for line in text.split("\n") if line.startswith("| tiny.fp32")}
    assert {2} == widths
