"""Slices of a report."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_html
from bakeoff.server.report.page import roster
from bakeoff.server.report.page.document import Chart, Fold, Note, Section, Table, Tone
from bakeoff.server.report.page.slices import slices
from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import (
    Candidate,
    ClassificationHead,
    ClassNames,
    Label,
    Report,
    Slice,
    SliceDelta,
    SliceSettings,
)

from .slice_evidence import PART_SIZE, PARTS

BareEvidence = Callable[..., Evidence]


def assembled(evidence: Evidence) -> Report:
    return assemble(evidence, create_time=Timestamp(seconds=1_790_000_300), bakeoff_version="0.1.0")


def renamed(found: CandidateEvidence, name: str) -> Candidate:
    candidate = Candidate()
    candidate.CopyFrom(found.candidate)
    candidate.name = name
    return candidate


def asking(evidence: Evidence, **fields: object) -> Evidence:
    evidence.spec.slices.CopyFrom(SliceSettings(**fields))
    return evidence


def named(report: Report, outcome: SliceDelta.Outcome.ValueType) -> set[tuple[str, str, str]]:
    return {
        (delta.candidate, delta.reference, delta.slice)
        for delta in report.slice_deltas
        if delta.outcome == outcome
    }


def test_the_slice_that_int8_breaks_is_named_against_its_fp32(broken_evidence: Evidence) -> None:
    asked = asking(broken_evidence, columns=["part"], buckets=["none"])
    report = assembled(asked)
    assert {f"part=p{index}" for index in range(PARTS)} == {one.id for one in report.slices}
    broken = named(report, SliceDelta.OUTCOME_BROKEN)
    assert {("candidates/m.int8", "candidates/m.fp32", "part=p7")} == broken
    (delta,) = [one for one in report.slice_deltas if one.outcome == SliceDelta.OUTCOME_BROKEN]
    assert (PART_SIZE, "accuracy", "exact-mcnemar") == (
        delta.example_count,
        delta.figure_id,
        delta.test,
    )
    assert delta.candidate_value - delta.reference_value == pytest.approx(delta.difference)
    assert delta.interval.lower < delta.difference < delta.interval.upper < 0
    assert delta.p_value < delta.adjusted_p_value <= 0.05


def test_every_candidate_has_figures_in_every_slice(broken_evidence: Evidence) -> None:
    report = assembled(asking(broken_evidence, columns=["part"]))
    kinds = {one.kind for one in report.slices}
    assert {
        Slice.KIND_COLUMN,
        Slice.KIND_LENGTH,
        Slice.KIND_CLASS,
        Slice.KIND_CONFIDENCE,
        Slice.KIND_DIFFICULTY,
    } == kinds
    sizes = {one.id: one.example_count for one in report.slices}
    for result in report.candidates:
        assert list(sizes) == [found.slice for found in result.slices]
        for found in result.slices:
            (figure,) = found.figures
            assert sizes[found.slice] == found.example_count == figure.observation_count
            assert figure.HasField("interval") == (not found.slice.startswith("difficulty:"))


def test_only_slices_that_no_answer_draws_are_compared(broken_evidence: Evidence) -> None:
    report = assembled(broken_evidence)
    compared = {delta.slice for delta in report.slice_deltas}
    drawn_by_answers = {Slice.KIND_CONFIDENCE, Slice.KIND_DIFFICULTY}
    expected = {one.id for one in report.slices if one.kind not in drawn_by_answers}
    assert expected == compared


def test_slices_of_length_part_the_set(broken_evidence: Evidence) -> None:
    report = assembled(asking(broken_evidence, buckets=["length"]))
    ranges = [one.id.removeprefix("length:").split("-") for one in report.slices]
    assert ["1", str(PARTS)] == [ranges[0][0], ranges[-1][1]]
    assert all(int(after[0]) == int(before[1]) + 1 for before, after in pairwise(ranges))
    assert PARTS * PART_SIZE == sum(one.example_count for one in report.slices)


def test_a_condition_is_a_slice_and_one_too_small_is_told(broken_evidence: Evidence) -> None:
    asked = asking(
        broken_evidence,
        predicates=['part == "p3" and length > 2', 'id == "e1"'],
        buckets=["none"],
        metrics=["f1.macro", "accuracy"],
    )
    report = assembled(asked)
    assert [('part == "p3" and length > 2', PART_SIZE)] == [
        (one.id, one.example_count) for one in report.slices
    ]
    assert ["f1.macro", "accuracy"] == [
        figure.id for figure in report.candidates[0].slices[0].figures
    ]
    assert (
        'The slice "id == "e1"" holds 1 example and is not looked at: it takes 20.'
        in report.warnings
    )


def test_the_same_evidence_gives_the_same_slices(broken_evidence: Evidence) -> None:
    asked = asking(broken_evidence, metrics=["f1.macro"], columns=["part"])
    first, second = (assembled(asked).SerializeToString(deterministic=True) for _ in range(2))
    assert first == second


def test_a_report_without_slices_holds_none(broken_evidence: Evidence) -> None:
    report = assembled(asking(broken_evidence, buckets=["none"]))
    assert ([], []) == (list(report.slices), list(report.slice_deltas))
    assert [] == list(report.candidates[0].slices)


def test_groups_of_examples_count_together(broken_evidence: Evidence) -> None:
    asked = asking(broken_evidence, buckets=["length"])
    for index, key in enumerate(asked.keys):
        key.attributes["document"] = str(index // 30)
    asked.spec.statistics.group_attribute = "document"
    report = assembled(asked)
    assert {"cluster-sign-flip"} == {delta.test for delta in report.slice_deltas}


def test_a_candidate_that_failed_has_no_slices(broken_evidence: Evidence) -> None:
    partly = replace(
        broken_evidence.candidates[2], predictions=broken_evidence.candidates[2].predictions[:40]
    )
    evidence = replace(broken_evidence, candidates=[*broken_evidence.candidates[:2], partly])
    report = assembled(evidence)
    assert [] == list(report.candidates[2].slices)
    assert {"candidates/m.fp32"} == {delta.candidate for delta in report.slice_deltas}


def test_labels_that_are_numbers_and_several_classes_are_sliced_too(
    bare_evidence: BareEvidence,
) -> None:
    real = bare_evidence(
        ClassificationHead(
            problem_type=ClassificationHead.PROBLEM_TYPE_REGRESSION,
            scale=ClassificationHead.SCALE_VALUE,
            labels=["score"],
        ),
        [Label(value=index / 10) for index in range(60)],
        {name: [[index / 9 + bias] for index in range(60)] for name, bias in (("a", 0), ("b", 1))},
    )
    report = assembled(asking(real, predicates=["label > 3"], metrics=["mae"]))
    assert [("label > 3", Slice.KIND_PREDICATE, 29)] == [
        (one.id, one.kind, one.example_count) for one in report.slices if ":" not in one.id
    ]
    several = bare_evidence(
        ClassificationHead(
            problem_type=ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
            scale=ClassificationHead.SCALE_LOGITS,
            labels=["x", "y"],
        ),
        [Label(class_names=ClassNames(names=["x", "y"][index % 2 :])) for index in range(60)],
        {name: [[1.0, -1.0]] * 60 for name in ("a", "b")},
    )
    report = assembled(asking(several, buckets=["class"]))
    assert {"class:x": 30, "class:y": 60} == {one.id: one.example_count for one in report.slices}
    assert {"f1.micro"} == {delta.figure_id for delta in report.slice_deltas}


def section(report: Report) -> Section:
    found = slices(roster(report))
    assert found is not None
    return found


def test_the_page_names_what_a_variant_breaks_first(broken_evidence: Evidence) -> None:
    shown = section(assembled(asking(broken_evidence, columns=["part"], buckets=["none"])))
    first, others, weakest, by_column = shown.parts
    assert isinstance(first, Table)
    assert [["part: p7", "m.int8", "broken", "m.fp32"]] == [
        [cell.text for cell in row[:4]] for row in first.rows
    ]
    assert isinstance(weakest, Table)
    assert ("m.int8", "part: p7") in {(row[0].text, row[2].text) for row in weakest.rows}
    assert "5 % at most are expected to be so by chance" in shown.lead
    assert isinstance(by_column, Fold)
    (table,) = by_column.parts
    assert isinstance(table, Table)
    (row,) = [row for row in table.rows if row[0].text == "part: p7"]
    assert (Tone.BAD, True) == (row[-1].tone, row[-1].detail.endswith(", broken"))
    assert isinstance(others, Fold)
    (differing,) = others.parts
    assert isinstance(differing, Table)
    assert {("m.fp32", "better", "linear")} == {
        (row[1].text, row[2].text, row[3].text) for row in differing.rows
    }


def test_the_page_says_so_when_nothing_is_broken(broken_evidence: Evidence) -> None:
    fp32, _ = broken_evidence.candidates[1:]
    twin = replace(fp32, candidate=renamed(fp32, "candidates/twin"))
    alike = replace(broken_evidence, candidates=[fp32, twin])
    alike.spec.baseline = "candidates/m.fp32"
    alike.spec.candidates[:] = ["candidates/m.fp32", "candidates/twin"]
    note = section(assembled(alike)).parts[0]
    assert isinstance(note, Note)
    assert "No variant is shown to break a slice of what it was made from." == note.text


def test_the_page_says_so_when_nothing_was_compared(broken_evidence: Evidence) -> None:
    alone = replace(broken_evidence, candidates=broken_evidence.candidates[:1])
    alone.spec.candidates[:] = ["candidates/linear"]
    assert "Nothing was compared" in section(assembled(alone)).lead


def test_the_page_says_so_when_no_other_model_differs(broken_evidence: Evidence) -> None:
    linear, fp32, _ = broken_evidence.candidates
    twin = replace(linear, candidate=renamed(fp32, "candidates/twin"))
    alike = replace(broken_evidence, candidates=[linear, twin])
    alike.spec.candidates[:] = ["candidates/linear", "candidates/twin"]
    note = section(assembled(alike)).parts[0]
    assert isinstance(note, Note)
    assert "No other model is shown to be better or worse" in note.text


def test_the_page_draws_lengths_and_says_what_answers_drew(broken_evidence: Evidence) -> None:
    report = assembled(broken_evidence)
    folds = {part.title: part for part in section(report).parts if isinstance(part, Fold)}
    assert [
        "By length of the input",
        "By true class",
        "By confidence of the baseline",
        "By difficulty",
    ] == [title for title in folds if title.startswith("By ")]
    (chart,) = folds["By length of the input"].parts
    assert isinstance(chart, Chart)
    assert ["linear", "m.fp32", "m.int8"] == [trace["name"] for trace in chart.traces]
    for title in ("By confidence of the baseline", "By difficulty"):
        remark = folds[title].parts[0]
        assert isinstance(remark, Note)
        assert "draw" in remark.text
    assert 'id="slices"' in render_html(report)


def test_a_report_without_slices_has_no_section(broken_evidence: Evidence) -> None:
    assert slices(roster(assembled(asking(broken_evidence, buckets=["none"])))) is None
