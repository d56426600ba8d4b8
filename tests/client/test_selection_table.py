"""Where each candidate stands is shown with how sure that is."""

import io

import pytest
from rich.console import Console

from bakeoff import v1
from bakeoff.client.display.selection import standings

MET = v1.ConstraintResult.OUTCOME_MET
UNDECIDED = v1.ConstraintResult.OUTCOME_UNDECIDED
VIOLATED = v1.ConstraintResult.OUTCOME_VIOLATED


def _shown(report: v1.Report) -> str:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    console.print(standings(report))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _report(*candidates: v1.CandidateSelection) -> v1.Report:
    return v1.Report(
        spec=v1.EvaluationSpec(objectives=["max:accuracy"]),
        selection=v1.Selection(resample_count=2000, candidates=candidates),
    )


def test_shares_of_resamples_stand_beside_rank_and_objectives() -> None:
    figure = v1.Figure(
        id="accuracy", unit="1", value=0.8613, interval=v1.Interval(lower=0.85, upper=0.87)
    )
    found = v1.CandidateSelection(
        candidate="candidates/a",
        rank=1,
        objectives=[figure],
        qualification_probability=0.9999,
        rank_probabilities=[0.62, 0.3799],
        frontier_probability=1.0,
    )

    title, _, row = _shown(_report(found)).splitlines()[:3]

    assert "Standing, with shares of 2,000 resamples" == title.strip()
    assert [
        "a",
        "qualifies",
        "1",
        "0.8613",
        "[0.8500,",
        "0.8700]",
        ">99",
        "%",
        "62",
        "%",
        "100",
        "%",
    ] == (row.split())


def test_what_was_not_found_is_a_dash() -> None:
    row = _shown(_report(v1.CandidateSelection(candidate="candidates/a"))).splitlines()[2]

    assert ["a", "qualifies", "-", "-", "-", "-", "-"] == row.split()


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ([MET, MET], "qualifies"),
        ([MET, UNDECIDED], "undecided"),
        ([UNDECIDED, VIOLATED], "does not qualify"),
    ],
)
def test_whether_a_candidate_qualifies_is_told_in_words(
    outcomes: list[v1.ConstraintResult.Outcome.ValueType], word: str
) -> None:
    found = v1.CandidateSelection(
        candidate="candidates/a",
        constraints=[v1.ConstraintResult(outcome=outcome) for outcome in outcomes],
    )

    row = _shown(_report(found)).splitlines()[2]

    assert word == row.removeprefix("a").strip().partition("  ")[0]


def test_a_candidate_that_failed_does_not_qualify() -> None:
    report = _report(v1.CandidateSelection(candidate="candidates/a"))
    failed = report.candidates.add(candidate=v1.Candidate(name="candidates/a"))
    failed.error.message = "the worker ended"

    assert "does not qualify" in _shown(report).splitlines()[2]


def test_nothing_is_shown_of_an_answer_without_resamples() -> None:
    assert standings(v1.Report()) is None
