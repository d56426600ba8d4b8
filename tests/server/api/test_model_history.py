"""How a model went from version to version, over the wire."""

import uuid
from typing import TYPE_CHECKING

import grpc
import pytest
import pytest_asyncio
from scipy import stats

from bakeoff.v1 import (
    DeleteEvaluationSetRequest,
    Evaluation,
    EvaluationSpec,
    GetModelHistoryRequest,
    HistorySeries,
    ModelHistory,
    RescoreEvaluationRequest,
    StatisticsSettings,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
MODEL = "pet-namer"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def versions(stocked: "Caller", tools: "Tools") -> list[Evaluation]:
    """Four evaluations of three versions; the third version answers worse than the second."""
    await stocked.upload_set("names", tools.encoded(tools.labelled(120)))
    ended = []
    for number, (version, wrong_words) in enumerate([("a", 4), ("b", 0), ("b", 0), ("c", 4)]):
        bundle = tools.bundle(wrong_words=wrong_words)
        bundle.manifest.source_model.name = MODEL
        bundle.manifest.source_model.sha256 = version * 64
        await stocked.upload_candidate(f"namer-{version}", bundle)
        spec = tools.spec(f"namer-{version}", evaluation_set="names")
        created = await stocked.create(spec, evaluation_id=f"names-{number}")
        ended.append(await stocked.ended(created.name))
    return ended


async def history_of(caller: "Caller", **fields: object) -> ModelHistory:
    request = GetModelHistoryRequest(**{"model": MODEL, **fields})
    return (await caller.evaluations.GetModelHistory(request)).history


async def series_of(caller: "Caller", figure: str, **fields: object) -> HistorySeries:
    history = await history_of(caller, **fields)
    (series,) = [one for one in history.series if one.figure == figure]
    return series


async def test_each_evaluation_is_a_point_the_oldest_first(
    stocked: "Caller", versions: list[Evaluation]
) -> None:
    history = await history_of(stocked)
    assert MODEL == history.model
    assert {"accuracy", "host_peak_mib"} == {one.figure for one in history.series}
    accuracy = history.series[0]
    assert [one.name for one in versions] == [point.evaluation for point in accuracy.points]
    assert [version * 64 for version in "abbc"] == [one.source_sha256 for one in accuracy.points]
    values = [one.report.candidates[0].quality[0].value for one in versions]
    assert values == [point.figure.value for point in accuracy.points]
    assert versions[0].report.create_time == accuracy.points[0].create_time
    assert versions[0].report.evaluation_set.sha256 == accuracy.evaluation_set_sha256
    assert versions[0].report.environment.fingerprint == accuracy.fingerprint
    assert "fp32" == accuracy.variant


async def test_a_version_that_answers_worse_is_found_by_paired_examples(
    stocked: "Caller", versions: list[Evaluation]
) -> None:
    series = await series_of(stocked, "accuracy")
    (regression,) = series.regressions
    assert versions[3].name == regression.evaluation
    assert versions[2].name == regression.previous_evaluation
    assert "candidates/namer-c" == regression.candidate
    assert "candidates/namer-b" == regression.previous_candidate
    assert "paired-examples" == regression.basis
    wrong = [
        {
            one.example_id
            for one in await stocked.all_predictions(
                versions[number].name, versions[number].spec.candidates[0], wrong_only=True
            )
        }
        for number in range(4)
    ]
    p_values = [
        stats.binomtest(len(wrong[now] - wrong[before]), len(wrong[now] ^ wrong[before])).pvalue
        for before, now in ((0, 1), (2, 3))
    ]
    expected = stats.false_discovery_control(p_values)[1]
    assert pytest.approx(expected) == regression.adjusted_p_value
    assert -len(wrong[3]) / 120 == pytest.approx(regression.difference)


async def test_what_was_scored_anew_is_no_point_of_its_own(
    stocked: "Caller", versions: list[Evaluation]
) -> None:
    request = RescoreEvaluationRequest(
        name=versions[0].name,
        spec=EvaluationSpec(
            metrics=["accuracy", "mcc"], statistics=StatisticsSettings(resample_count=100)
        ),
        request_id=str(uuid.uuid4()),
    )
    await stocked.evaluations.RescoreEvaluation(request)
    accuracy = await series_of(stocked, "accuracy")
    assert [one.name for one in versions] == [point.evaluation for point in accuracy.points]


async def test_figures_variant_and_set_narrow_it_down(
    stocked: "Caller", versions: list[Evaluation]
) -> None:
    f1 = await history_of(stocked, figures=["f1.macro", "bundle_mib"])
    assert {"f1.macro", "bundle_mib"} == {one.figure for one in f1.series}
    same = await history_of(stocked, variant="fp32", evaluation_set="evaluationSets/names")
    assert len(versions) == len(same.series[0].points)


async def test_what_cannot_be_followed_is_refused_with_a_reason(
    stocked: "Caller", versions: list[Evaluation]
) -> None:
    del versions  # there must be a model
    for fields, code, reason in (
        ({"model": ""}, INVALID, "INVALID_FIELD"),
        ({"model": "nobody"}, NOT_FOUND, "NOT_FOUND"),
        ({"variant": "int8-dynamic"}, NOT_FOUND, "NOT_FOUND"),
        ({"evaluation_set": "evaluationSets/pets"}, NOT_FOUND, "NOT_FOUND"),
        ({"figures": ["accuracy", "latency_p99_ms@sever"]}, NOT_FOUND, "NOT_FOUND"),
        ({"figures": ["wisdom"]}, INVALID, "UNKNOWN_FIGURE"),
        ({"figures": ["accuracy>1"]}, INVALID, "EXPRESSION_INVALID"),
        ({"evaluation_set": "names"}, INVALID, "INVALID_NAME"),
        ({"statistics": StatisticsSettings(resample_count=1)}, INVALID, "INVALID_FIELD"),
    ):
        failure = await stocked.failure(history_of(stocked, **fields))
        assert (code, reason) == (failure.code, failure.reason)


async def test_without_the_set_steps_are_judged_by_intervals(
    stocked: "Caller", tools: "Tools"
) -> None:
    """No p-value is told then, and the interval is that of two independent figures."""
    await stocked.upload_set("passing", tools.encoded(tools.labelled(400)))
    for version, wrong_words in (("x", 0), ("y", 4)):
        bundle = tools.bundle(wrong_words=wrong_words)
        bundle.manifest.source_model.name = "passing-namer"
        bundle.manifest.source_model.sha256 = version * 64
        await stocked.upload_candidate(f"passing-{version}", bundle)
        spec = tools.spec(f"passing-{version}", evaluation_set="passing")
        await stocked.ended((await stocked.create(spec)).name)
    gone = DeleteEvaluationSetRequest(name="evaluationSets/passing")
    await stocked.sets.DeleteEvaluationSet(gone)
    series = await series_of(stocked, "accuracy", model="passing-namer")
    (regression,) = series.regressions
    assert "intervals" == regression.basis
    assert not regression.HasField("adjusted_p_value")
    assert "mover" == regression.interval.method
    assert regression.interval.upper < 0
