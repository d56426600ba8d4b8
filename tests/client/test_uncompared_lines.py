"""A report in tables says what is not compared with the baseline."""

import io

import pytest
from google.rpc import code_pb2, status_pb2
from rich.console import Console

from bakeoff import v1
from bakeoff.client.display.report import print_report


def result(name: str, *, scored: bool = True) -> v1.CandidateResult:
    quality = [v1.Figure(id="accuracy", value=0.8, unit="1")] if scored else []
    return v1.CandidateResult(candidate=v1.Candidate(name=f"candidates/{name}"), quality=quality)


def stopped(name: str, example_count: int) -> v1.CandidateResult:
    made = result(name, scored=False)
    made.early_stop.CopyFrom(v1.EarlyStop(example_count=example_count, reason="It is behind."))
    return made


def failed(name: str) -> v1.CandidateResult:
    made = result(name, scored=False)
    made.error.CopyFrom(status_pb2.Status(code=code_pb2.ABORTED, message="crashed"))
    return made


def lines(*results: v1.CandidateResult) -> list[str]:
    """What is said, of a report whose first candidate is the baseline."""
    report = v1.Report(
        spec=v1.EvaluationSpec(candidates=[one.candidate.name for one in results]),
        evaluation_set=v1.EvaluationSet(name="evaluationSets/s", example_count=2400),
        candidates=results,
    )
    paper = io.StringIO()
    print_report(Console(file=paper, width=100), report)
    return [line.strip() for line in paper.getvalue().split("\n") if "Not compared" in line]


@pytest.mark.parametrize(
    ("results", "told"),
    [
        (
            [stopped("a", 731), result("b"), stopped("c", 492)],
            ["Not compared: the baseline a was stopped after 731 of 2,400 examples"],
        ),
        (
            [result("a"), stopped("b", 492), failed("c")],
            [
                "Not compared: b was stopped after 492 of 2,400 examples",
                "Not compared: c failed",
            ],
        ),
        (
            [stopped("a", 0), result("b")],
            ["Not compared: the baseline a was stopped before it answered an example"],
        ),
        (
            [result("a", scored=False), result("b")],
            ["Not compared: the baseline a was not scored"],
        ),
        ([result("a"), result("b")], []),
        ([stopped("a", 731)], []),
    ],
)
def test_what_is_not_compared_is_said_with_its_reason(
    results: list[v1.CandidateResult], told: list[str]
) -> None:
    assert told == lines(*results)
