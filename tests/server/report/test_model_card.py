"""A model card's section has the headings of the hub's template, and the report's own figures."""

import re
from pathlib import Path

import pytest

from bakeoff.server.report import render_model_card
from bakeoff.v1 import (
    CandidateResult,
    ClassificationHead,
    Figure,
    Flips,
    Interval,
    Report,
    Slice,
    SliceDelta,
    SliceResult,
)

TEMPLATE_HEADINGS = [
    "## Evaluation",
    "### Testing Data, Factors & Metrics",
    "#### Testing Data",
    "#### Factors",
    "#### Metrics",
    "### Results",
]


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def table_below(text: str, heading: str) -> list[list[str]]:
    """Rows of the first table below a heading, its head first."""
    below = text.split(f"{heading}\n", 1)[1]
    block = re.search(r"(?:^\|.*\|\n)+", below, re.MULTILINE)
    assert block is not None
    head, _, *rows = block[0].strip().split("\n")
    return [cells(row) for row in (head, *rows)]


def headings(text: str) -> list[str]:
    return re.findall(r"^(#+ .*)$", text, re.MULTILINE)


@pytest.fixture
def sliced(report: Report) -> Report:
    """The report with two slices, in one of which a candidate is worse than the baseline."""
    made = Report()
    made.CopyFrom(report)
    for field in ("slices", "slice_deltas", "flips"):
        made.ClearField(field)
    made.slices.append(Slice(id="a", kind=Slice.KIND_LENGTH, title="short", example_count=300))
    made.slices.append(Slice(id="b", kind=Slice.KIND_COLUMN, title="web", example_count=200))
    for result in made.candidates:
        del result.slices[:]
        if result.quality:
            result.slices.extend(slice_results(result))
    made.slice_deltas.append(
        SliceDelta(
            candidate="candidates/nano.fp32",
            reference="candidates/tfidf",
            slice="b",
            figure_id="accuracy",
            difference=-0.1,
            outcome=SliceDelta.OUTCOME_BROKEN,
        )
    )
    return made


def slice_results(result: CandidateResult) -> list[SliceResult]:
    interval = Interval(lower=0.65, upper=0.75, level=0.95, method="wilson")
    figure = Figure(id="accuracy", value=0.7, unit="1", interval=interval)
    assert result.quality
    return [SliceResult(slice=part, example_count=300, figures=[figure]) for part in ("a", "b")]


def test_the_headings_stand_in_the_order_of_the_template(sliced: Report) -> None:
    found = headings(render_model_card(sliced))
    assert TEMPLATE_HEADINGS == [heading for heading in found if heading in TEMPLATE_HEADINGS]


def test_the_template_has_these_headings() -> None:
    """The hub's own library ships the template that cards are made from."""
    hub = pytest.importorskip("huggingface_hub", reason="needs the exporter extra")
    template = Path(hub.__file__).parent / "templates" / "modelcard_template.md"
    found = headings(template.read_text(encoding="utf-8"))
    assert TEMPLATE_HEADINGS == [heading for heading in found if heading in TEMPLATE_HEADINGS]


def test_every_metric_of_every_scored_candidate_is_in_the_results(report: Report) -> None:
    head, *rows = table_below(render_model_card(report), "### Results")
    scored = {
        one.candidate.name.rpartition("/")[2]: one for one in report.candidates if one.quality
    }
    assert set(scored) == set(head[1:])
    assert report.selection.recommended.rpartition("/")[2] == head[1]
    leader = scored[head[1]]
    accuracy = next(figure for figure in leader.quality if figure.id == "accuracy")
    interval = f"{100 * accuracy.interval.lower:.1f} to {100 * accuracy.interval.upper:.1f}"
    assert ["Accuracy", f"{100 * accuracy.value:.1f} %<br><sub>{interval}</sub>"] == rows[0][:2]
    assert len(leader.quality) == len(rows)


def test_every_metric_is_told_with_its_direction_and_interval(report: Report) -> None:
    expected = "- **Accuracy** (`accuracy`), higher is better, 95 % interval by Wilson"
    assert expected in render_model_card(report).split("\n")


def test_the_data_are_told_with_their_classes_and_digest(report: Report) -> None:
    text = render_model_card(report)
    count = len(report.evaluation_set.label_counts)
    assert f"- {report.evaluation_set.example_count:,} examples for text-classification" in text
    assert f"- {count} classes: " in text
    assert f"- SHA-256 of the data: {report.evaluation_set.sha256}" in text


def test_slices_stand_with_their_counts_and_what_is_worse_there(sliced: Report) -> None:
    text = render_model_card(sliced)
    assert "by attributes of the examples and length of the input." in text
    head, short, web = table_below(text, "#### Slices")
    worse = head.index("nano.fp32 (accuracy)")
    figure = "70.0 %<br><sub>65.0 to 75.0</sub>"
    assert ["short", "300", *[figure] * (len(head) - 2)] == short
    assert ["web", "200"] == web[:2]
    assert "**70.0 %, worse**<br><sub>65.0 to 75.0</sub>" == web[worse]
    assert len(head) - 3 == web.count(figure)


def test_slices_that_answers_have_drawn_are_left_out(sliced: Report) -> None:
    for part, kind in zip(
        sliced.slices, (Slice.KIND_DIFFICULTY, Slice.KIND_CONFIDENCE), strict=True
    ):
        part.kind = kind
    assert not {"#### Factors", "#### Slices"} & set(headings(render_model_card(sliced)))


def test_accuracy_under_another_name_is_told_once(report: Report) -> None:
    made = Report()
    made.CopyFrom(report)
    for result in made.candidates:
        result.candidate.manifest.classification.problem_type = (
            ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL
        )
        for figure in list(result.quality):
            if figure.id == "accuracy":
                result.quality.add().CopyFrom(figure)
                result.quality[-1].id = "recall.micro"
    _, *rows = table_below(render_model_card(made), "### Results")
    assert "Accuracy" in {row[0] for row in rows}
    assert "Micro recall" not in {row[0] for row in rows}


def test_without_slices_there_is_nothing_about_them(sliced: Report) -> None:
    del sliced.slices[:]
    found = headings(render_model_card(sliced))
    assert not {"#### Factors", "#### Slices"} & set(found)


def test_flips_stand_below_the_comparison(sliced: Report) -> None:
    pair = ("candidates/nano.fp32", "candidates/nano.int8-dynamic")
    for result in sliced.candidates:
        if result.candidate.name in pair:
            result.candidate.manifest.source_model.sha256 = "c" * 64
    sliced.flips.append(
        Flips(candidate=pair[1], reference=pair[0], example_count=600, flip_count=24)
    )
    below = render_model_card(sliced).split("#### Compared with tfidf\n", 1)[1]
    assert "\n- nano.int8-dynamic answers 24 of 600 examples (4.0 %) otherwise than" in below


def test_costs_stand_with_the_machine_that_they_hold_for(report: Report) -> None:
    text = render_model_card(report)
    rows = table_below(text, "#### Speed and Memory")
    assert "P99 latency" in {row[0] for row in rows}
    assert f"- Hardware: {report.environment.fingerprint.cpu_model}" in text


def test_every_table_has_rows_of_equal_width(sliced: Report) -> None:
    for block in re.findall(r"(?:^\|.*\|\n)+", render_model_card(sliced), re.MULTILINE):
        assert 1 == len({len(cells(row)) for row in block.strip().split("\n")})


def test_texts_of_others_are_escaped() -> None:
    hostile = Report(warnings=["<b>a|b</b> @everyone [x](y) `z`\n\n# h"])
    hostile.spec.candidates.append("candidates/a")
    expected = r"- \<b\>a\|b\</b\> \@everyone \[x\](y) \`z\` \# h"
    assert expected in render_model_card(hostile).split("\n")


def test_the_same_report_gives_the_same_text(full_report: Report) -> None:
    text = render_model_card(full_report)
    assert render_model_card(full_report) == text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
