"""Answers that candidates change, and what thresholds cost, in tables."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format
from rich.console import Console

from bakeoff import v1
from bakeoff.client.cli import bakeoff
from bakeoff.client.display.report import print_report

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]


def _flip(identity: str, expected: str, reference: str, candidate: str) -> v1.Flip:
    return v1.Flip(
        example_id=identity,
        text=f"text of {identity}",
        expected=expected,
        candidate_answer=candidate,
        reference_answer=reference,
        candidate_confidence=0.75,
    )


@pytest.fixture
def report() -> v1.Report:
    """One candidate that breaks one answer, mends one and changes a wrong one."""
    return v1.Report(
        evaluation="evaluations/one",
        candidates=[
            v1.CandidateResult(
                candidate=v1.Candidate(name="candidates/m.int8"),
                abstention=v1.Abstention(
                    thresholds=[
                        v1.ThresholdCost(
                            threshold=0.95,
                            coverage=v1.Figure(
                                value=0.5,
                                unit="1",
                                interval=v1.Interval(lower=0.25, upper=0.75),
                            ),
                            accuracy=v1.Figure(unit="1", absent_reason="none"),
                        )
                    ]
                ),
            )
        ],
        flips=[
            v1.Flips(
                candidate="candidates/m.int8",
                reference="candidates/m.fp32",
                example_count=2400,
                flip_count=3,
                broken_count=1,
                mended_count=1,
                flips=[
                    _flip("e1", "yes", "yes", "no"),
                    _flip("e2", "yes", "no", "yes"),
                    _flip("e3", "yes", "no", "maybe"),
                ],
            ),
            v1.Flips(candidate="candidates/m.fp32", reference="candidates/b", example_count=2400),
        ],
    )


@pytest.fixture
def run(shelf: "Shelf", serve: Callable[..., str], report: v1.Report) -> Run:
    shelf.evaluations["evaluations/one"] = v1.Evaluation(
        name="evaluations/one", state=v1.Evaluation.STATE_SUCCEEDED, report=report
    )
    address = serve(shelf)

    def invoke(*words: str) -> Result:
        return CliRunner(env={"BAKEOFF_SERVER": address}).invoke(bakeoff, words)

    return invoke


def _lines(report: v1.Report, *, details: bool = False) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    print_report(console, report, details=details)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_a_report_counts_the_answers_that_differ(report: v1.Report) -> None:
    lines = _lines(report)

    assert ["m.int8", "m.fp32", "2,400", "3", "1", "1"] in lines
    assert ["m.fp32", "b", "2,400", "0", "0", "0"] in lines


def test_thresholds_are_details(report: v1.Report) -> None:
    row = ["m.int8", "0.95", "0.5000", "[0.2500,", "0.7500]", "-", "(none)"]

    assert row not in _lines(report)
    assert row in _lines(report, details=True)


def test_flips_are_listed_with_what_became_of_each(run: Run) -> None:
    listed = run("evaluations", "flips", "one", "--candidate", "m.int8").stdout

    title, header, *rows = [line.split() for line in listed.splitlines()]
    assert ["m.int8", "against", "m.fp32:", "3", "of", "3"] == title[:6]
    assert ["id", "text", "expected", "m.fp32", "m.int8"] == header
    assert [
        ["e1", "text", "of", "e1", "yes", "yes", "no", "(0.7500)", "broken"],
        ["e2", "text", "of", "e2", "yes", "no", "yes", "(0.7500)", "mended"],
        ["e3", "text", "of", "e3", "yes", "no", "maybe", "(0.7500)", "still", "wrong"],
    ] == rows


def test_flips_are_json_lines_of_all_candidates(run: Run, report: v1.Report) -> None:
    listed = run("evaluations", "flips", "one", "--format", "json").stdout

    assert list(report.flips) == [
        json_format.Parse(line, v1.Flips()) for line in listed.splitlines()
    ]


def test_a_candidate_that_is_compared_with_nobody_is_refused(run: Run) -> None:
    outcome = run("evaluations", "flips", "one", "--candidate", "b")

    assert 2 == outcome.exit_code
    assert "compared with another: m.int8, m.fp32; got 'b'" in " ".join(outcome.stderr.split())
