"""The page is one file that loads nothing, shows all, and lets no text of others become markup."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import plotly.graph_objects as go
import pytest
from google.protobuf.json_format import Parse
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_html
from bakeoff.server.report.messages import figure_value
from bakeoff.server.selection.wording import figure_quantity
from bakeoff.server.types import Evidence
from bakeoff.v1 import ClassificationHead, Label, Report, TextInput

from .html_page import Page, read_page

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">\'"&{{7*7}}<!--'
_LOADING_ATTRIBUTES = {"src", "srcset", "href", "data", "poster", "action", "formaction", "ping"}


@pytest.fixture(scope="module")
def hostile_report(bare_evidence: Callable[..., Evidence], create_time: Timestamp) -> Report:
    """A report in which every text that comes from outside is hostile."""
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=[HOSTILE, "plain"],
    )
    labels = [Label(class_name=HOSTILE), Label(class_name="plain")]
    evidence = bare_evidence(head, labels, {"a": [[0.0, 1.0], [0.0, 1.0]]})
    evidence.candidates[0].candidate.manifest.source_model.name = HOSTILE
    evidence.environment.fingerprint.cpu_model = HOSTILE
    evidence.environment.fingerprint.software_versions[HOSTILE] = HOSTILE
    for key in evidence.keys:
        key.id += HOSTILE
    texts = [TextInput(text=HOSTILE, text_pair=HOSTILE)] * 2
    report = assemble(
        replace(evidence, texts=texts), create_time=create_time, bakeoff_version=HOSTILE
    )
    report.warnings.append(HOSTILE)
    return report


def test_the_page_loads_nothing_from_outside(page: Page) -> None:
    for element in page.elements:
        for name in _LOADING_ATTRIBUTES & element.attributes.keys():
            assert element.attributes[name].startswith("#"), (element.tag, name)
    assert [] == [e.tag for e in page.elements if e.tag in {"link", "iframe", "object", "embed"}]
    styles = " ".join(element.text for element in page.all("style"))
    styles += " ".join(element.attributes.get("style", "") for element in page.elements)
    assert re.search(r"url\(|@import", styles) is None


def test_the_policy_of_the_page_allows_its_own_scripts_and_no_other(page: Page) -> None:
    policy = next(
        element.attributes["content"]
        for element in page.all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    scripts = [s.text for s in page.all("script") if s.attributes.get("type") is None]
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts
    ]

    assert 2 == len(scripts)
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digests[0]}' 'sha256-{digests[1]}';" in policy
    assert "connect-src" not in policy


def test_the_same_report_gives_the_same_page(report: Report, html: str) -> None:
    assert html == render_html(report)


def test_hostile_texts_stay_texts(hostile_report: Report) -> None:
    page = read_page(render_html(hostile_report))

    assert [] == page.all("img")
    assert 5 == len(page.all("script"))
    shown = "".join(page.visible_text)
    # As text, a label, both parts of a pair, a warning, a processor, a version and a source model.
    assert shown.count(HOSTILE) >= 7
    assert not any("alert(1)" in s.text for s in page.all("script") if not s.attributes)


def test_data_within_scripts_cannot_end_them(hostile_report: Report) -> None:
    page = read_page(render_html(hostile_report))

    data = page.script("report-data")
    assert "<" not in data
    assert HOSTILE in json.loads(data)["warnings"]


def test_the_report_within_the_page_is_the_whole_report(page: Page, report: Report) -> None:
    assert report == Parse(page.script("report-data"), Report())


def test_every_chart_has_its_data_and_says_in_words_what_it_shows(page: Page) -> None:
    charts = json.loads(page.script("chart-data"))
    plots = [e for e in page.elements if "data-chart" in e.attributes]

    assert sorted(charts) == sorted(plot.attributes["data-chart"] for plot in plots)
    assert {
        "tradeoff",
        "latency-distribution",
        "stages",
        "lengths",
        "throughput",
        "memory",
        "cold-start",
        "reliability",
        "abstention",
        "slices-confidence-accuracy",
        "slices-length-accuracy",
    } <= set(charts)
    assert all(plot.attributes["role"] == "img" for plot in plots)
    assert all(len(plot.attributes["aria-label"]) > 20 for plot in plots)


def test_every_chart_is_what_plotly_takes(full_page: Page) -> None:
    """Properties that plotly does not know and values that do not fit are refused."""
    for chart in json.loads(full_page.script("chart-data")).values():
        figure = go.Figure(data=chart["data"], layout=chart["layout"])

        assert len(chart["data"]) == len(figure.data)


def test_everything_that_was_asked_for_has_its_section_and_charts(full_page: Page) -> None:
    sections = {e.attributes["id"] for e in full_page.all("section") if "id" in e.attributes}
    charts = json.loads(full_page.script("chart-data"))

    assert {
        "bounds",
        "latency",
        "under-load",
        "peak-load",
        "load-curve",
        "lengths",
        "throughput",
        "cost",
        "memory-fit",
        "soak",
    } <= sections
    assert {
        "latency-distribution-server-qps-50",
        "stages-server-qps-80-batch-8-delay-5ms",
        "lengths-soak",
        "peak-peak-load-p99-20ms",
        "load-curve",
        "memory-soak",
    } <= set(charts)
    ids = [e.attributes["id"] for e in full_page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))


def test_load_is_shown_as_it_is_in_the_report(full_page: Page, full_report: Report) -> None:
    shown = "".join(full_page.visible_text).replace("\u00a0", " ")

    for result in full_report.candidates:
        for scenario in result.scenarios:
            assert scenario.scenario in shown
            for figure in scenario.figures:
                if figure.HasField("value") and figure.id in {"latency_p99_ms", "peak_qps"}:
                    assert figure_quantity(figure_value(figure)) in shown


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(cell.attributes.get("scope") in {"col", "row"} for cell in page.all("th"))


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]

    assert 1 == levels[0]
    assert 1 == levels.count(1)
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_link_leads_to_a_part_of_the_page(page: Page) -> None:
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    targets = {link.attributes["href"].removeprefix("#") for link in page.all("a")}

    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


def test_the_answer_and_every_reason_are_shown(page: Page, report: Report) -> None:
    shown = "".join(page.visible_text).replace("\u00a0", " ")

    assert report.selection.summary in shown
    for found in report.selection.candidates:
        assert found.why_not in shown
    for warning in report.warnings:
        assert warning in shown


def test_a_report_of_predictions_alone_is_drawn_without_empty_sections(
    hostile_report: Report,
) -> None:
    page = read_page(render_html(hostile_report))

    sections = {e.attributes["id"] for e in page.all("section") if "id" in e.attributes}
    assert not {"latency", "throughput", "memory", "cold-start", "placement"} & sections


def test_many_classes_are_shown_as_the_most_confused_pairs(
    bare_evidence: Callable[..., Evidence], create_time: Timestamp
) -> None:
    names = [f"class {number}" for number in range(16)]
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=names,
    )
    labels = [Label(class_name=name) for name in names for _ in range(2)]
    first = [[1.0 if column == 0 else 0.0 for column in range(16)] for _ in labels]
    evidence = bare_evidence(head, labels, {"a": first}, metrics=["accuracy"])

    page = read_page(
        render_html(assemble(evidence, create_time=create_time, bakeoff_version="0.1.0"))
    )

    shown = "".join(page.visible_text)
    assert "16 classes are too many for a matrix; the 15 pairs that were confused most." in shown
    assert "heat" not in {e.attributes.get("class", "").partition(" ")[0] for e in page.all("td")}


def test_what_an_accelerator_was_like_is_shown(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    conditions = changed.environment.accelerator
    conditions.min_sm_clock_mhz, conditions.max_sm_clock_mhz = 900, 1980
    conditions.max_temperature_celsius = 71
    conditions.throttle_reasons.append("sw-power-cap")
    changed.environment.throttled_period_count = 3

    shown = "".join(read_page(render_html(changed)).visible_text)

    assert "900 to 1,980 MHz" in shown
    assert "71 °C" in shown
    assert "sw-power-cap" in shown
    assert "Periods cut short by the quota" in shown


def test_why_an_accelerator_is_not_known_is_shown(report: Report) -> None:
    changed = Report()
    changed.CopyFrom(report)
    changed.environment.accelerator.absent_reason = "NVML is not installed"

    assert "NVML is not installed" in "".join(read_page(render_html(changed)).visible_text)


def test_when_no_candidate_qualifies_the_page_says_so(
    make_evidence: Callable[..., Evidence], create_time: Timestamp
) -> None:
    evidence = make_evidence(size=60, constraints=["accuracy>=0.999"], metrics=("accuracy",))

    html = render_html(assemble(evidence, create_time=create_time, bakeoff_version="0.1.0"))

    assert "<title>None qualifies: No candidate qualifies" in html


def test_regression_is_drawn_without_classes(
    bare_evidence: Callable[..., Evidence], create_time: Timestamp
) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
        scale=ClassificationHead.SCALE_VALUE,
        labels=["score"],
    )
    labels = [Label(value=float(value)) for value in range(10)]
    outputs = {
        "a": [[value + 0.5] for value in range(10)],
        "b": [[float(value % 3)] for value in range(10)],
    }

    report = assemble(
        bare_evidence(head, labels, outputs), create_time=create_time, bakeoff_version="0.1.0"
    )
    page = read_page(render_html(report))

    sections = {e.attributes["id"] for e in page.all("section") if "id" in e.attributes}
    assert {"quality", "comparisons"} <= sections
    assert not {"confusion", "reliability", "abstention", "wrong-answers"} & sections


def test_a_report_in_which_everything_failed_is_drawn(
    make_evidence: Callable[..., Evidence], create_time: Timestamp
) -> None:
    evidence = make_evidence(size=50, metrics=("accuracy",))
    failed = evidence.candidates[-1]
    evidence = replace(
        evidence,
        candidates=[
            replace(failed, candidate=found.candidate, predictions=())
            for found in evidence.candidates
        ],
    )

    html = render_html(assemble(evidence, create_time=create_time, bakeoff_version="0.1.0"))

    assert "No candidate qualifies: 6 of 6 candidates failed." in html


def test_classes_are_called_what_the_set_calls_them(
    bare_evidence: Callable[..., Evidence], create_time: Timestamp
) -> None:
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=["LABEL_0", "LABEL_1", "LABEL_2"],
    )
    labels = [Label(class_name=name) for name in ("spam", "fine", "good")]
    evidence = bare_evidence(
        head,
        labels,
        {"a": [[0.0, 1.0, 0.0]] * 3},
        label_mapping={"spam": "LABEL_0", "fine": "LABEL_1", "good": "LABEL_1"},
        metrics=["accuracy"],
    )

    report = assemble(evidence, create_time=create_time, bakeoff_version="0.1.0")
    shown = "".join(read_page(render_html(report)).visible_text)

    assert "spam" in shown
    assert "LABEL_0" not in shown
    # Two names of the set stand for it, so that none of them would be right.
    assert "LABEL_1" in shown
