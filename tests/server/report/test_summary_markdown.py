"""A summary holds the answer in few lines, and no text of others as markup."""

import re

import pytest

from bakeoff.server.report import render_summary
from bakeoff.v1 import EarlyStop, Flips, Report, Selection, Slice, SliceDelta

MARKS = {
    Selection.STATE_RECOMMENDED: "### ✅ Recommended: ",
    Selection.STATE_UNDECIDED: "### 🟡 Undecided: ",
    Selection.STATE_NONE_QUALIFIES: "### ❌ None qualifies: ",
}


@pytest.fixture
def variants(report: Report) -> Report:
    """The report with slices that a variant breaks, and with answers in which it differs."""
    made = Report()
    made.CopyFrom(report)
    for field in ("slices", "slice_deltas", "flips"):
        made.ClearField(field)
    original, variant = "candidates/nano.fp32", "candidates/nano.int8-dynamic"
    for result in made.candidates:
        if result.candidate.name in {original, variant}:
            result.candidate.manifest.source_model.sha256 = "c" * 64
    made.selection.recommended = variant
    for number in range(5):
        name = f"length:{number}"
        made.slices.append(Slice(id=name, title=f"bucket {number}", example_count=100))
        made.slice_deltas.append(
            SliceDelta(
                candidate=variant,
                reference=original,
                slice=name,
                figure_id="accuracy",
                candidate_value=0.7,
                reference_value=0.8 + number / 100,
                difference=-0.1 - number / 100,
                outcome=SliceDelta.OUTCOME_BROKEN if number else SliceDelta.OUTCOME_NOT_TOLD,
            )
        )
    made.flips.append(
        Flips(
            candidate=variant,
            reference=original,
            example_count=600,
            flip_count=24,
            broken_count=13,
            mended_count=10,
        )
    )
    return made


def remarks(text: str) -> list[str]:
    """What stands in its list, without the escapes."""
    lines = [line.removeprefix("- ") for line in text.split("\n") if line.startswith("- ")]
    return [re.sub(r"\\(.)", r"\1", line) for line in lines]


def test_it_is_short_and_ends_with_one_line_feed(report: Report) -> None:
    text = render_summary(report)
    assert text.endswith("</sub>\n")
    assert len(text.split("\n")) < 30


@pytest.mark.parametrize("state", MARKS)
def test_the_answer_comes_first_with_its_summary(
    report: Report, state: Selection.State.ValueType
) -> None:
    told = Report()
    told.CopyFrom(report)
    told.selection.state = state
    lines = render_summary(told).split("\n")
    assert lines[0].startswith(MARKS[state])
    assert re.sub(r"\\(.)", r"\1", lines[2]) == report.selection.summary


def test_every_candidate_has_a_row_the_leader_first(report: Report) -> None:
    rows = [line for line in render_summary(report).split("\n") if line.startswith("| ")][2:]
    assert len(report.candidates) == len(rows)
    leader = report.selection.recommended.rpartition("/")[2]
    assert rows[0].startswith(f"| {leader} |")


def test_broken_slices_are_told_worst_first_and_counted(variants: Report) -> None:
    expected = (
        "nano.int8-dynamic is worse than nano.fp32 in 4 slices: "
        "bucket 4 (accuracy 70.0 % against 84.0 %), bucket 3 (accuracy 70.0 % against 83.0 %), "
        "bucket 2 (accuracy 70.0 % against 82.0 %) and 1 more."
    )
    assert expected == remarks(render_summary(variants))[0]


def test_flips_are_told_between_variants_of_one_model_alone(variants: Report) -> None:
    expected = (
        "nano.int8-dynamic answers 24 of 600 examples (4.0 %) otherwise than nano.fp32: "
        "13 went from right to wrong and 10 from wrong to right."
    )
    assert expected in remarks(render_summary(variants))
    variants.flips[0].reference = "candidates/tfidf"
    assert expected.replace("nano.fp32", "tfidf") not in remarks(render_summary(variants))


def test_who_failed_or_was_stopped_is_told_once(variants: Report) -> None:
    variants.candidates[0].early_stop.CopyFrom(EarlyStop(reason="It is surely behind."))
    told = remarks(render_summary(variants))
    failed = [result for result in variants.candidates if result.HasField("error")]
    assert 1 == len(failed)
    assert f"tiny.fp16 failed: {failed[0].error.message}" in told
    assert 1 == sum("failed" in text for text in told)
    assert "tfidf was measured no further: It is surely behind." in told


def test_warnings_are_told_by_their_first_sentence_and_counted_beyond_two(report: Report) -> None:
    made = Report()
    made.CopyFrom(report)
    made.warnings[:] = ["One.", "Two holds 0.5. For a reason.", "Three.", "Four."]
    told = remarks(render_summary(made))
    assert ["One.", "Two holds 0.5.", "2 more warnings in the report."] == told[-3:]


def test_texts_of_others_are_escaped() -> None:
    hostile = Report(warnings=["<b>a|b</b> @everyone [x](y) `z`\n\n# h"])
    hostile.spec.candidates.append("candidates/a")
    hostile.selection.state = Selection.STATE_NONE_QUALIFIES
    expected = r"- \<b\>a\|b\</b\> \@everyone \[x\](y) \`z\` \# h"
    assert expected in render_summary(hostile).split("\n")


def test_the_same_report_gives_the_same_text(full_report: Report) -> None:
    assert render_summary(full_report) == render_summary(full_report)
