"""Markdown holds the answer in well-formed tables, and no text of others as markup."""

import re

from bakeoff.server.report import render_markdown
from bakeoff.v1 import Flips, Report, Selection


def _tables(text: str) -> list[list[str]]:
    blocks = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    return [block.strip().split("\n") for block in blocks]


def _cells(row: str) -> list[str]:
    return re.split(r"(?<!\\)\|", row)[1:-1]


def test_every_table_has_a_rule_and_rows_of_equal_width(report: Report) -> None:
    tables = _tables(render_markdown(report))

    assert 5 == len(tables)
    for head, rule, *rows in tables:
        width = len(_cells(head))
        assert all(re.fullmatch(r" (:---|---:) ", cell) for cell in _cells(rule))
        assert [width] * (len(rows) + 1) == [len(_cells(row)) for row in (rule, *rows)]


def test_the_answer_comes_first_with_its_summary(report: Report) -> None:
    lines = render_markdown(report).split("\n")

    assert lines[0].startswith("## ")
    assert re.sub(r"\\(.)", r"\1", lines[2]) == report.selection.summary


def test_every_candidate_has_a_row_and_every_other_one_its_reason(report: Report) -> None:
    text = render_markdown(report)

    glance = _tables(text)[0]
    assert len(report.candidates) == len(glance) - 2
    reasons = [line for line in text.split("\n") if line.startswith("- **")]
    assert len([s for s in report.selection.candidates if s.why_not]) == len(reasons)


def test_texts_of_others_are_escaped() -> None:
    hostile = Report(warnings=["<b>a|b</b> @everyone [x](y) `z`\n\n# h"])
    hostile.spec.candidates.append("candidates/a")
    hostile.selection.state = Selection.STATE_NONE_QUALIFIES

    text = render_markdown(hostile)

    expected = r"- \<b\>a\|b\</b\> \@everyone \[x\](y) \`z\` \# h"
    assert expected in text.split("\n")


def test_the_same_report_gives_the_same_text(report: Report) -> None:
    assert render_markdown(report) == render_markdown(report)


def test_flips_of_variants_and_calibration_take_a_line_each(report: Report) -> None:
    made = Report()
    made.CopyFrom(report)
    original, variant = "candidates/nano.fp32", "candidates/nano.int8-dynamic"
    for result in made.candidates:
        if result.candidate.name in {original, variant}:
            result.candidate.manifest.source_model.sha256 = "c" * 64
    made.ClearField("flips")
    made.flips.append(
        Flips(candidate=variant, reference=original, example_count=600, flip_count=24)
    )
    below = render_markdown(made).partition("### Answers and confidence\n\n")[2]
    flips, calibration, after = below.split("\n")[:3]
    assert flips.startswith("- nano.int8-dynamic answers 24 of 600 examples (4.0 %) otherwise than")
    assert calibration.startswith("- Mean distance of confidence from the share of right answers: ")
    (ece,) = [one for one in made.candidates[0].quality if one.id == "ece"]
    assert f"tfidf {ece.value:.3f} ({ece.interval.lower:.3f} to " in calibration
    assert "" == after


def test_what_was_asked_for_beyond_a_glance_has_tables_of_its_own(full_report: Report) -> None:
    text = render_markdown(full_report)

    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    expected = [
        "Bounds on latency",
        "Latency under load",
        "Peak load",
        "Throughput against latency",
        "Latency by length",
        "Energy and cost",
        "What fits into 1,024 MiB",
        "Memory under lasting load",
    ]
    assert expected == [heading for heading in headings if heading in expected]
    for head, rule, *rows in _tables(text):
        assert {len(_cells(head))} == {len(_cells(row)) for row in (rule, *rows)}


def test_the_report_of_everything_still_fits_a_comment(full_report: Report) -> None:
    assert len(render_markdown(full_report)) < 65_536
