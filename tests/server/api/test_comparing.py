"""One evaluation against an earlier one, over the wire."""

from typing import TYPE_CHECKING

import grpc
import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from scipy import stats

from bakeoff.v1 import (
    CandidateChange,
    CandidatePair,
    CompareEvaluationsRequest,
    Comparison,
    ConstraintResult,
    CostChange,
    Evaluation,
    EvaluationComparison,
    SingleStream,
    StatisticsSettings,
    Validity,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def releases(stocked: "Caller", tools: "Tools") -> tuple[Evaluation, Evaluation]:
    """Evaluations of an old and a new candidate, on the same set and machine."""
    old = await stocked.create(tools.spec("wrong"), evaluation_id="old-release")
    new = await stocked.create(tools.spec("right"), evaluation_id="new-release")
    return await stocked.ended(old.name), await stocked.ended(new.name)


async def compared(
    caller: "Caller", name: str, against: str, **fields: object
) -> EvaluationComparison:
    request = CompareEvaluationsRequest(name=name, against=against, **fields)
    return (await caller.evaluations.CompareEvaluations(request)).comparison


async def wrong_examples(caller: "Caller", evaluation: Evaluation) -> set[str]:
    (candidate,) = evaluation.spec.candidates
    found = await caller.all_predictions(evaluation.name, candidate, wrong_only=True)
    return {one.example_id for one in found}


async def test_quality_is_compared_example_by_example(
    stocked: "Caller", releases: tuple[Evaluation, Evaluation]
) -> None:
    old, new = releases
    found = await compared(stocked, new.name, old.name)
    assert (new.name, old.name) == (found.evaluation, found.against)
    assert found.same_examples
    (change,) = found.candidates
    assert ("candidates/right", "candidates/wrong") == (change.candidate, change.baseline)
    wrong_now, wrong_before = [await wrong_examples(stocked, one) for one in (new, old)]
    accuracy = change.comparisons[0]
    assert "accuracy" == accuracy.figure_id
    assert len(wrong_before - wrong_now) == accuracy.candidate_only_right_count
    assert len(wrong_now - wrong_before) == accuracy.baseline_only_right_count
    expected = stats.binomtest(
        len(wrong_now - wrong_before), len(wrong_now ^ wrong_before), 0.5
    ).pvalue
    assert pytest.approx(expected) == accuracy.p_value
    assert accuracy.p_value <= accuracy.adjusted_p_value
    assert Comparison.VERDICT_BETTER == accuracy.verdict
    assert new.report.candidates[0].quality[0].value == accuracy.candidate_value
    assert old.report.candidates[0].quality[0].value == accuracy.baseline_value


async def test_turned_round_a_comparison_says_the_opposite(
    stocked: "Caller", releases: tuple[Evaluation, Evaluation]
) -> None:
    old, new = releases
    there = (await compared(stocked, new.name, old.name)).candidates[0].comparisons[0]
    back = (await compared(stocked, old.name, new.name)).candidates[0].comparisons[0]
    assert there.difference == -back.difference
    assert Comparison.VERDICT_WORSE == back.verdict


async def test_an_evaluation_against_itself_shows_no_change(
    stocked: "Caller", finished: Evaluation
) -> None:
    found = await compared(stocked, finished.name, finished.name)
    assert ["candidates/right", "candidates/wrong"] == [one.baseline for one in found.candidates]
    assert {0.0} == {one.difference for change in found.candidates for one in change.comparisons}
    verdicts = {one.verdict for change in found.candidates for one in change.comparisons}
    assert verdicts <= {Comparison.VERDICT_EQUIVALENT, Comparison.VERDICT_UNDECIDED}
    costs = [cost for change in found.candidates for cost in change.costs if cost.HasField("ratio")]
    assert {1.0} == {cost.ratio for cost in costs}
    assert {CostChange.OUTCOME_ALIKE} == {cost.outcome for cost in costs}


async def test_cost_on_the_same_machine_is_a_ratio(
    stocked: "Caller", releases: tuple[Evaluation, Evaluation]
) -> None:
    old, new = releases
    found = await compared(stocked, new.name, old.name)
    assert found.same_fingerprint
    costs = {one.now.id: one for one in found.candidates[0].costs}
    assert {"host_peak_mib", "steady_mib", "bundle_mib", "load_ms"} <= set(costs)
    peak = costs["host_peak_mib"]
    assert pytest.approx(peak.now.value / peak.before.value) == peak.ratio
    assert any("measured at different times" in warning for warning in found.warnings)


async def test_pairs_and_level_are_as_asked(
    stocked: "Caller", finished: Evaluation, releases: tuple[Evaluation, Evaluation]
) -> None:
    _, new = releases
    found = await compared(
        stocked,
        finished.name,
        new.name,
        pairs=[CandidatePair(candidate="candidates/wrong", baseline="candidates/right")],
        statistics=StatisticsSettings(confidence_level=0.8, resample_count=100),
    )
    (change,) = found.candidates
    assert isinstance(change, CandidateChange)
    assert {0.8} == {one.interval.level for one in change.comparisons if one.HasField("interval")}


async def test_unlike_examples_are_never_paired(
    stocked: "Caller", tools: "Tools", finished: Evaluation
) -> None:
    await stocked.upload_set("more-pets", tools.encoded(tools.labelled(50)))
    created = await stocked.create(tools.spec("right", evaluation_set="more-pets"))
    other = await stocked.ended(created.name)
    found = await compared(stocked, other.name, finished.name)
    assert not found.same_examples
    assert [] == list(found.candidates[0].comparisons)
    assert any("unlike examples" in warning for warning in found.warnings)


async def test_what_cannot_be_compared_is_refused_with_a_reason(
    stocked: "Caller", finished: Evaluation
) -> None:
    ghost = CandidatePair(candidate="candidates/ghost", baseline="candidates/right")
    twice = [CandidatePair(candidate="candidates/right", baseline="candidates/right")] * 2
    for fields, code, reason in (
        ({"against": "evaluations/ghost"}, NOT_FOUND, "NOT_FOUND"),
        ({"pairs": [ghost]}, NOT_FOUND, "NOT_FOUND"),
        ({"pairs": twice}, INVALID, "INVALID_FIELD"),
        ({"statistics": StatisticsSettings(confidence_level=0.2)}, INVALID, "INVALID_FIELD"),
    ):
        against = {"against": finished.name, **fields}
        failure = await stocked.failure(compared(stocked, finished.name, **against))
        assert (code, reason) == (failure.code, failure.reason)
    assert ["statistics.confidence_level"] == list(failure.fields)


async def test_what_has_no_report_cannot_be_compared(
    stocked: "Caller", finished: Evaluation, tools: "Tools"
) -> None:
    created = await stocked.create(tools.spec("right"))
    for name, against in ((created.name, finished.name), (finished.name, created.name)):
        failure = await stocked.failure(compared(stocked, name, against))
        assert (PRECONDITION, "WRONG_STATE") == (failure.code, failure.reason)
    await stocked.ended(created.name)


async def test_constraints_are_judged_against_the_earlier_candidate(
    stocked: "Caller", releases: tuple[Evaluation, Evaluation]
) -> None:
    old, new = releases
    expressions = [
        "accuracy >= baseline - 1pt",
        "error_rate <= 1.2 x baseline",
        "accuracy >= 0.99",
        "bundle_mib <= 1.01 x baseline",
        "host_peak_mib <= baseline + 4096MiB",
    ]
    outcomes = {}
    for now, before in ((new, old), (old, new)):
        found = await compared(stocked, now.name, before.name, constraints=expressions)
        results = found.candidates[0].constraints
        assert expressions == [one.expression for one in results]
        outcomes[now.name] = [one.outcome for one in results]
    met, violated, undecided = (
        ConstraintResult.OUTCOME_MET,
        ConstraintResult.OUTCOME_VIOLATED,
        ConstraintResult.OUTCOME_UNDECIDED,
    )
    # Of 40 right answers, the interval of the share reaches below 0.99.
    assert [met, met, undecided, met, met] == outcomes[new.name]
    # Nothing is a multiple of no errors at all.
    assert [violated, undecided, violated, met, met] == outcomes[old.name]
    difference = results[0]
    assert ConstraintResult.RELATION_DIFFERENCE == difference.relation
    assert "tango-score" == difference.relation_interval.method
    assert pytest.approx(0.95) == difference.relation_interval.level


async def test_a_bound_relative_to_unlike_examples_is_undecided_and_says_why(
    stocked: "Caller", tools: "Tools", finished: Evaluation
) -> None:
    await stocked.upload_set("most-pets", tools.encoded(tools.labelled(60)))
    created = await stocked.create(tools.spec("right", evaluation_set="most-pets"))
    other = await stocked.ended(created.name)
    constraints = ["accuracy >= baseline - 50pt", "accuracy >= 0.5"]
    found = await compared(stocked, other.name, finished.name, constraints=constraints)
    relative, absolute = found.candidates[0].constraints
    assert ConstraintResult.OUTCOME_UNDECIDED == relative.outcome
    assert "unlike examples" in relative.explanation
    assert ConstraintResult.OUTCOME_MET == absolute.outcome


async def test_constraints_that_cannot_be_read_are_refused(
    stocked: "Caller", finished: Evaluation
) -> None:
    for constraints, reason in (
        (["accuracy"], "EXPRESSION_INVALID"),
        (["wisdom >= 1"], "UNKNOWN_FIGURE"),
        (["accuracy{slice=size > 3} >= 0.5"], "EXPRESSION_INVALID"),
        (["accuracy >= 0"] * 101, "INVALID_FIELD"),
    ):
        failure = await stocked.failure(
            compared(stocked, finished.name, finished.name, constraints=constraints)
        )
        assert (INVALID, reason) == (failure.code, failure.reason)


async def test_a_candidate_keeps_a_bound_relative_to_itself(
    stocked: "Caller", finished: Evaluation
) -> None:
    constraints = ["accuracy >= baseline", "host_peak_mib <= 1 x baseline"]
    found = await compared(stocked, finished.name, finished.name, constraints=constraints)
    outcomes = {one.outcome for change in found.candidates for one in change.constraints}
    assert {ConstraintResult.OUTCOME_MET} == outcomes


async def test_load_is_compared_at_the_level_that_is_asked_for(
    stocked: "Caller", tools: "Tools"
) -> None:
    """Figures are found anew from observations; a disturbed measurement leaves bounds open."""
    spec = tools.spec("right")
    spec.scenarios.add(
        single_stream=SingleStream(),
        min_duration=Duration(nanos=100_000_000),
        max_duration=Duration(seconds=1),
        min_query_count=30,
        block_count=3,
    )
    first, second = [await stocked.ended((await stocked.create(spec)).name) for _ in range(2)]
    found = await compared(
        stocked,
        second.name,
        first.name,
        constraints=["latency_p50_ms <= 1000 x baseline", "latency_p50_ms <= 60s"],
        statistics=StatisticsSettings(confidence_level=0.8),
    )
    (change,) = found.candidates
    latency = next(one for one in change.costs if one.now.id == "latency_p50_ms")
    assert pytest.approx(latency.now.value / latency.before.value) == latency.ratio
    assert 0.95 == latency.interval.level
    relative, absolute = change.constraints
    assert ConstraintResult.OUTCOME_MET == absolute.outcome
    assert 0.8 == absolute.relation_interval.level
    states = {one.report.candidates[0].scenarios[0].validity.state for one in (first, second)}
    if Validity.STATE_SUSPECT in states:
        assert ConstraintResult.OUTCOME_UNDECIDED == relative.outcome
        assert CostChange.OUTCOME_NOT_TOLD == latency.outcome
    else:
        assert ConstraintResult.OUTCOME_MET == relative.outcome
        interval = relative.relation_interval
        assert ("mover", 0.8) == (interval.method, interval.level)
