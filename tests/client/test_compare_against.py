"""`bakeoff compare --against`, and the call behind it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from bakeoff import v1
from bakeoff.client import AsyncClient, Client
from bakeoff.client.cli import bakeoff

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]
MET, VIOLATED, UNDECIDED = (
    v1.ConstraintResult.OUTCOME_MET,
    v1.ConstraintResult.OUTCOME_VIOLATED,
    v1.ConstraintResult.OUTCOME_UNDECIDED,
)


@pytest.fixture
def run(shelf: "Shelf", serve: Callable[..., str]) -> Run:
    address = serve(shelf)

    def invoke(*words: str) -> Result:
        return CliRunner(env={"BAKEOFF_SERVER": address}).invoke(bakeoff, ("compare", *words))

    return invoke


def change(*outcomes: v1.ConstraintResult.Outcome.ValueType) -> v1.CandidateChange:
    return v1.CandidateChange(
        candidate="candidates/new",
        baseline="candidates/old",
        comparisons=[
            v1.Comparison(
                figure_id="accuracy",
                candidate_value=0.75,
                baseline_value=0.875,
                difference=-0.125,
                interval=v1.Interval(lower=-0.2, upper=-0.05),
                adjusted_p_value=0.0123,
                verdict=v1.Comparison.VERDICT_WORSE,
            )
        ],
        costs=[
            v1.CostChange(
                now=v1.Figure(id="latency_p99_ms", scenario="server", unit="ms", value=8.5),
                before=v1.Figure(id="latency_p99_ms", scenario="server", unit="ms", value=17),
                ratio=0.5,
                interval=v1.Interval(lower=0.25, upper=0.75),
                outcome=v1.CostChange.OUTCOME_BETTER,
            ),
            v1.CostChange(
                now=v1.Figure(id="model_latency_mean_ms", scenario="server", value=1),
                outcome=v1.CostChange.OUTCOME_NOT_COMPARED,
            ),
        ],
        constraints=[
            v1.ConstraintResult(
                expression="accuracy >= baseline - 1pt", outcome=outcome, explanation="It is so."
            )
            for outcome in outcomes
        ],
    )


def test_what_became_of_a_candidate_is_told_in_tables(shelf: "Shelf", run: Run) -> None:
    shelf.comparison = v1.EvaluationComparison(
        evaluation="evaluations/june",
        against="evaluations/may",
        candidates=[change(MET)],
        warnings=["Mind the gap."],
    )
    outcome = run("june", "--against", "may", "--constraint", "accuracy >= baseline - 1pt")
    assert 0 == outcome.exit_code
    for expected in (
        "new of june against old of may",
        *("accuracy", "0.7500", "0.8750", "-0.1250", "[-0.2000, -0.0500]", "0.0123", "worse"),
        *("latency_p99_ms@server", "8.5", "17", "0.5", "[0.25, 0.75]", "better"),
        *("accuracy >= baseline - 1pt", "met", "It is so.", "Mind the gap."),
    ):
        assert expected in outcome.stdout
    assert "model_latency_mean_ms" not in outcome.stdout
    assert "not compared" in run("june", "--against", "may", "--details").stdout
    as_json = run("june", "--against", "may", "--format", "json")
    assert shelf.comparison == json_format.Parse(as_json.stdout, v1.EvaluationComparison())


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((), 0),
        ((MET, MET), 0),
        ((MET, VIOLATED), 3),
        ((MET, UNDECIDED), 4),
        ((UNDECIDED, VIOLATED), 3),
    ],
)
def test_the_exit_code_tells_whether_the_constraints_hold(
    shelf: "Shelf", run: Run, outcomes: tuple[v1.ConstraintResult.Outcome.ValueType, ...], code: int
) -> None:
    shelf.comparison = v1.EvaluationComparison(candidates=[change(*outcomes)])
    assert code == run("june", "--against", "may").exit_code


def test_pairs_and_constraints_are_sent_as_given(shelf: "Shelf", run: Run) -> None:
    run(
        *("june", "--against", "evaluations/may", "--pair", "new=old"),
        *("--pair", "candidates/other=former", "--constraint", "accuracy >= baseline"),
    )
    expected = v1.CompareEvaluationsRequest(
        name="evaluations/june",
        against="evaluations/may",
        pairs=[
            v1.CandidatePair(candidate="candidates/new", baseline="candidates/old"),
            v1.CandidatePair(candidate="candidates/other", baseline="candidates/former"),
        ],
        constraints=["accuracy >= baseline"],
    )
    assert [expected] == shelf.compared


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("a", "b", "--against", "c"), "--against takes one evaluation to judge, got 2."),
        (("a", "--pair", "x=y"), "--pair and --constraint need --against"),
        (("a", "--constraint", "accuracy >= baseline"), "need --against"),
        (("a", "--against", "b", "--pair", "x"), "--pair takes CANDIDATE=EARLIER, got 'x'."),
        (("a", "--against", "b", "--pair", "x=y", "--pair", "x=z"), "got x again"),
    ],
)
def test_wrong_usage_is_told_before_a_server_is_asked(
    shelf: "Shelf", run: Run, words: tuple[str, ...], expected: str
) -> None:
    outcome = run(*words)
    assert 2 == outcome.exit_code
    assert expected in outcome.stderr
    assert [] == shelf.compared


async def test_both_clients_compare_with_pairs_and_statistics(
    shelf: "Shelf", serve: Callable[..., str], client_of: Callable[..., Client]
) -> None:
    shelf.comparison = v1.EvaluationComparison(same_examples=True)
    statistics = v1.StatisticsSettings(confidence_level=0.9)
    found = client_of(shelf).compare_evaluations("a", "b", pairs={"x": "y"}, statistics=statistics)
    async with AsyncClient(serve(shelf)) as client:
        awaited = await client.compare_evaluations(
            "a", "b", pairs={"x": "y"}, statistics=statistics
        )
    assert shelf.comparison == found == awaited
    assert shelf.compared[0] == shelf.compared[1]
    assert statistics == shelf.compared[0].statistics
