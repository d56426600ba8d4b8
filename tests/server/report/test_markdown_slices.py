"""Markdown tells which slices a variant broke, and where each candidate is weakest."""

import re
from collections.abc import Iterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_markdown
from bakeoff.server.types import Evidence
from bakeoff.v1 import Report, Slice, SliceDelta

MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def broken(broken_evidence: Evidence) -> Report:
    """The report of an int8 variant that fails in one part of 21."""
    broken_evidence.spec.slices.columns.append("part")
    broken_evidence.spec.slices.buckets.extend(["confidence", "difficulty"])
    return assemble(
        broken_evidence, create_time=Timestamp(seconds=1_790_000_300), bakeoff_version="0.1.0"
    )


def section(report: Report) -> str:
    """What stands below the heading, without escapes."""
    _, _, text = render_markdown(report).partition("### Slices\n\n")
    return re.sub(
        r"\\(.)", r"\1", re.split(r"^(?:###|<sub>evaluations)", text, flags=re.MULTILINE)[0]
    )


def rows(text: str, caption: str) -> Iterator[list[str]]:
    """Cells of the table below a caption."""
    table = re.search(rf"\*\*{caption}\*\*\n\n(.*?)\n\n", text, re.DOTALL)
    assert table is not None
    for line in table[1].split("\n")[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_broken_slice_stands_first_with_difference_interval_and_corrected_p(
    broken: Report,
) -> None:
    text = section(broken)
    (row,) = rows(text, "1 slice broken by a variant")
    (delta,) = [
        one
        for one in broken.slice_deltas
        if one.slice == "part=p7" and one.candidate == "candidates/m.int8"
    ]
    part, candidate, outcome, reference, difference, p, examples = row
    assert ("part: p7<br><sub>accuracy</sub>", "m.int8", "**broken**") == (part, candidate, outcome)
    assert reference.startswith("m.fp32<br>")
    assert f"{MINUS}{-100 * delta.difference:.1f} points" in difference
    assert f"{MINUS}{-100 * delta.interval.lower:.1f} to {MINUS}" in difference
    assert "< 0.0001" == p or float(p) == pytest.approx(delta.adjusted_p_value, rel=0.05)
    assert "60" == examples
    assert text.index("broken by a variant") < text.index("Where each candidate is weakest")


def test_what_is_expected_by_chance_is_said(broken: Report) -> None:
    lead = section(broken).split("\n")[0]
    assert lead.startswith(f"{len(broken.slices)} parts of the set by themselves.")
    assert "5 % at most are expected to be so by chance" in lead


def test_other_models_are_told_in_one_line(broken: Report) -> None:
    others = [one.outcome for one in broken.slice_deltas if one.reference == "candidates/linear"]
    better = others.count(SliceDelta.OUTCOME_IMPROVED)
    assert better > 1
    line = f"- Other models against the baseline: worse in 0 slices, better in {better}."
    assert line in section(broken).split("\n")


def test_the_two_weakest_slices_of_each_are_told_by_value(broken: Report) -> None:
    drawn = {
        one.id
        for one in broken.slices
        if one.kind in {Slice.KIND_CONFIDENCE, Slice.KIND_DIFFICULTY}
    }
    assert drawn
    expected = {}
    for result in broken.candidates:
        label = result.candidate.name.rpartition("/")[2]
        expected[label] = sorted(
            found.figures[0].value for found in result.slices if found.slice not in drawn
        )[:2]
    told = {
        candidate: [float(re.search(r"<sub>([\d.]+) %", cell)[1]) / 100 for cell in cells]
        for candidate, _, *cells in rows(section(broken), "Where each candidate is weakest")
    }
    assert {name: pytest.approx(two, abs=0.001) for name, two in expected.items()} == told
    assert "the worst of many looks worse than it is" in section(broken)


def test_an_error_is_weakest_where_it_is_highest(broken_evidence: Evidence) -> None:
    broken_evidence.spec.slices.metrics.append("error_rate")
    broken_evidence.spec.slices.columns.append("part")
    report = assemble(broken_evidence, create_time=Timestamp(), bakeoff_version="0.1.0")
    table = rows(section(report), "Where each candidate is weakest")
    first = {candidate: cell for candidate, _, cell, _ in table}
    assert first["m.int8"].startswith("part: p7<br>")


def test_at_most_ten_broken_slices_are_shown_and_the_others_counted(broken: Report) -> None:
    (one,) = [
        delta
        for delta in broken.slice_deltas
        if delta.slice == "part=p7" and delta.candidate == "candidates/m.int8"
    ]
    broken.slice_deltas.extend([one] * 11)
    text = section(broken)
    assert 10 == len(list(rows(text, "12 slices broken by a variant")))
    assert "2 more slices in the data." in text


def test_it_says_so_when_no_variant_breaks_a_slice(broken: Report) -> None:
    for delta in broken.slice_deltas:
        delta.outcome = SliceDelta.OUTCOME_NOT_TOLD
    text = section(broken)
    assert "- No variant is shown to break a slice of what it was made from.\n" in text
    assert "broken by a variant" not in text


def test_titles_of_slices_are_escaped(broken: Report) -> None:
    for one in broken.slices:
        one.title = "<b>a|b</b> @everyone"
    assert "<b>" not in render_markdown(broken)
    assert r"\<b\>a\|b\</b\> \@everyone" in render_markdown(broken)


def test_nothing_stands_there_without_slices(broken: Report) -> None:
    broken.ClearField("slices")
    assert "### Slices" not in render_markdown(broken)
