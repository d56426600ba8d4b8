"""An answer may turn on one class or one slice, by the figures that the report shows of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.quality import Certainty
from bakeoff.server.report import assemble, render_html, render_markdown
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.report.parts import Parts
from bakeoff.server.slices import Kind, Slice
from bakeoff.server.statistics import paired_difference, share_interval
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Evidence
from bakeoff.v1 import (
    CandidateResult,
    CandidateSelection,
    ConstraintResult,
    Report,
    Selection,
    SliceSettings,
)

Answer = Callable[..., Report]
MET, VIOLATED, UNDECIDED = (
    ConstraintResult.OUTCOME_MET,
    ConstraintResult.OUTCOME_VIOLATED,
    ConstraintResult.OUTCOME_UNDECIDED,
)
_PART_7 = "accuracy{slice=part=p7}"


@pytest.fixture
def answer(broken_evidence: Evidence, create_time: Timestamp) -> Answer:
    """The report of the three candidates under expressions; the column of parts is asked for."""

    def assembled(
        constraints: Sequence[str] = (),
        objectives: Sequence[str] = (),
        frontier_figures: Sequence[str] = (),
        predicates: Sequence[str] = (),
        min_example_count: int = 0,
    ) -> Report:
        evidence = broken_evidence
        evidence.spec.constraints.extend(constraints)
        evidence.spec.objectives.extend(objectives)
        evidence.spec.frontier_figures.extend(frontier_figures)
        evidence.spec.slices.CopyFrom(
            SliceSettings(
                columns=["part"], predicates=predicates, min_example_count=min_example_count
            )
        )
        return assemble(replace(evidence), create_time=create_time, bakeoff_version="0.1.0")

    return assembled


def _of(report: Report, name: str) -> tuple[CandidateSelection, CandidateResult]:
    at = [one.candidate.name for one in report.candidates].index(f"candidates/{name}")
    return report.selection.candidates[at], report.candidates[at]


def test_a_candidate_that_breaks_a_slice_is_out_though_it_is_good_over_all(
    answer: Answer,
) -> None:
    bound = f"{_PART_7} >= 0.7"

    report = answer(["accuracy >= 0.8", bound])

    judged, result = _of(report, "m.int8")
    assert [MET, VIOLATED] == [one.outcome for one in judged.constraints]
    found = judged.constraints[1]
    in_table = next(one for one in result.slices if one.slice == "part=p7").figures[0]
    assert in_table.value == found.figure.value
    assert "slice=part=p7" == found.figure.part
    count = in_table.observation_count
    level = 1 - 0.05 / 3
    expected = share_interval(round(in_table.value * count), count, level)
    assert (expected.lower, expected.upper) == (
        found.relation_interval.lower,
        found.relation_interval.upper,
    )
    assert f"breaks {bound}. Accuracy (slice part=p7) is" in judged.why_not


def test_a_slice_is_set_against_the_baseline_on_its_own_examples(
    broken_evidence: Evidence, answer: Answer
) -> None:
    report = answer([f"{_PART_7} >= baseline - 1pt"])

    rights = {}
    for one in broken_evidence.candidates:
        answers = [np.argmax(each.classification.values) for each in one.predictions]
        truth = [("ham", "spam").index(key.label.class_name) for key in broken_evidence.keys]
        inside = [key.attributes["part"] == "p7" for key in broken_evidence.keys]
        rights[one.candidate.name] = (np.array(answers) == truth)[inside]
    ours, theirs = rights["candidates/m.int8"], rights["candidates/linear"]
    expected = paired_difference(
        int(np.sum(ours & ~theirs)), int(np.sum(theirs & ~ours)), len(ours), 1 - 0.05 / 3
    )
    found = _of(report, "m.int8")[0].constraints[0].relation_interval
    assert (expected.lower, expected.upper) == (found.lower, found.upper)
    assert "tango-score" == found.method


def test_the_figure_of_a_class_is_that_of_the_table_of_classes(answer: Answer) -> None:
    names = [f"{name}{{class=spam}}" for name in ("precision", "recall", "f1", "roc_auc")]

    report = answer([f"{name} >= 0.1" for name in names])

    for result in report.candidates:
        table = {one.id: one for one in result.classes[1].figures}
        for found in result.part_figures:
            assert replace(figure_value(found), part="") == figure_value(table[found.id])
        assert [name.partition("{")[0] for name in names] == [one.id for one in result.part_figures]
    outcomes = {one.outcome for sel in report.selection.candidates for one in sel.constraints}
    assert {MET} == outcomes


def test_a_class_goes_by_the_name_that_the_set_has_for_it_too(
    broken_evidence: Evidence, answer: Answer
) -> None:
    broken_evidence.spec.label_mapping["junk"] = "spam"
    bounds = ["recall{class=junk} >= baseline", "recall{class=spam} >= baseline"]

    report = answer(bounds, ["max:f1{class=junk}"])

    for judged in report.selection.candidates:
        as_the_set, as_candidates = judged.constraints
        assert as_candidates.relation_interval == as_the_set.relation_interval
        assert as_candidates.figure.value == as_the_set.figure.value
    with pytest.raises(UnknownFigureError, match='no class "jnuk"; did you mean junk'):
        answer(["recall{class=jnuk} >= 0.5"])


def test_what_is_needed_counts_examples_of_the_whole_set(answer: Answer) -> None:
    """A slice of a twenty-first of the set grows by one example for each 21 of the set."""
    report = answer(
        [f"{_PART_7} >= 0.85", "accuracy{slice=length <= 8} >= 0.87"], predicates=["length <= 8"]
    )

    (in_part, _) = _of(report, "m.fp32")[0].constraints
    assert UNDECIDED == in_part.outcome
    interval, value = in_part.relation_interval, in_part.relation_value
    times = ((interval.lower - value) / (0.85 - value)) ** 2
    assert int(np.ceil(21 * 60 * (times - 1))) == in_part.more_examples_needed


@pytest.mark.parametrize(
    ("bound", "settings", "why"),
    [
        ("accuracy{slice=part=p77} >= 0", {}, "draws no slice part=p77; the nearest is part=p7"),
        (
            "accuracy{slice=part=p7} >= 0",
            {"min_example_count": 61},
            "the slice holds 60 of the 61 examples that it takes to be looked at",
        ),
        ("accuracy{slice=length:3-5} >= 0", {}, "draws no slice length:3-5; the nearest is len"),
    ],
)
def test_a_slice_that_turns_out_not_to_be_looked_at_is_undecided_and_says_why(
    answer: Answer, bound: str, settings: dict[str, int], why: str
) -> None:
    report = answer([bound], **settings)

    assert Selection.STATE_UNDECIDED == report.selection.state
    for judged in report.selection.candidates:
        assert UNDECIDED == judged.constraints[0].outcome
        assert why in judged.constraints[0].explanation


def test_objectives_the_frontier_and_probabilities_take_parts(answer: Answer) -> None:
    report = answer(
        constraints=["recall{class=ham} >= baseline"],
        objectives=[f"max:{_PART_7} within 5pt", "max:0.5*recall{class=spam} + 0.5*accuracy"],
        frontier_figures=[_PART_7, "f1{class=ham}"],
    )

    selection = report.selection
    assert (Selection.STATE_RECOMMENDED, "candidates/m.fp32") == (
        selection.state,
        selection.recommended,
    )
    assert [_PART_7, "f1{class=ham}"] == list(selection.frontier_figures)
    judged, result = _of(report, "m.fp32")
    assert [_PART_7, "utility"] == [figure_value(one).key for one in judged.objectives]
    assert judged.on_frontier
    assert judged.frontier_probability > 0.95
    assert judged.rank_probabilities[0] > 0.95
    assert judged.qualification_probability > 0.99
    of_int8, _ = _of(report, "m.int8")
    assert "Its accuracy (slice part=p7) of 48.3 % is" in of_int8.why_not
    keys = [figure_value(one).key for one in result.part_figures]
    assert ["recall{class=ham}", _PART_7, "recall{class=spam}", "f1{class=ham}"] == keys


def test_page_and_markdown_name_the_part(answer: Answer) -> None:
    bound = f"{_PART_7} >= 0.7"
    report = answer([bound], [f"max:{_PART_7}"], [_PART_7, "recall{class=spam}"])

    page, markdown = render_html(report), render_markdown(report)

    assert "accuracy (slice part=p7)" in page
    assert "recall (class spam)" in page
    assert "accuracy (slice part=p7)" in markdown


def test_parts_are_drawn_together_over_candidates(make_sample: Callable[..., Sample]) -> None:
    """Two candidates with the same answers are level in every draw of a slice and of a class."""
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 2, 200)
    outputs = np.eye(2)[np.where(rng.random(200) < 0.8, truth, 1 - truth)]
    samples = {name: make_sample(truth, outputs) for name in ("a", "b")}
    first_half = Slice("first", Kind.PREDICATE, "first", np.arange(200) < 100)
    parts = Parts(samples, {"first": first_half})
    pairing = Pairing(samples, {}, Certainty(0.95, 400, seed=2), parts=parts)
    keys = ["accuracy", "accuracy{slice=first}", "f1{class=c1}"]

    drawn = pairing.draws(keys)

    assert keys == list(drawn)
    for key in keys:
        assert drawn[key]["a"].tolist() == drawn[key]["b"].tolist()
    share = samples["a"].right[:100].mean()
    assert pytest.approx(share, abs=0.01) == drawn["accuracy{slice=first}"]["a"].mean()
    expected = np.sqrt(share * (1 - share) / 100)
    assert pytest.approx(expected, rel=0.2) == drawn["accuracy{slice=first}"]["a"].std()


def test_the_whole_set_and_its_part_are_drawn_together(make_sample: Callable[..., Sample]) -> None:
    """Half of the set is half of what its accuracy varies by: they correlate by the root of 1/2."""
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 2, 400)
    outputs = np.eye(2)[np.where(rng.random(400) < 0.8, truth, 1 - truth)]
    samples = {"a": make_sample(truth, outputs)}
    parts = Parts(samples, {"even": Slice("even", Kind.PREDICATE, "even", np.arange(400) % 2 == 0)})
    pairing = Pairing(samples, {}, Certainty(0.95, 2000, seed=2), parts=parts)

    drawn = pairing.draws(["accuracy", "accuracy{slice=even}"])

    whole, even = drawn["accuracy"]["a"], drawn["accuracy{slice=even}"]["a"]
    assert pytest.approx(0.5**0.5, abs=0.06) == np.corrcoef(whole, even)[0, 1]
