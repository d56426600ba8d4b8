"""A report follows from what is stored, byte for byte, over the wire."""

import hashlib
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.api.running import running_server
from bakeoff.server.settings import Settings
from bakeoff.server.store import Store
from bakeoff.v1 import (
    AdaptiveSettings,
    DeleteEvaluationSetRequest,
    Evaluation,
    EvaluationSpec,
    Offline,
    RegenerateReportRequest,
    RegenerateReportResponse,
    RescoreEvaluationRequest,
    Scenario,
    SingleStream,
    StatisticsSettings,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
QUICK_LOAD = {
    "min_duration": Duration(nanos=100_000_000),
    "max_duration": Duration(seconds=1),
    "min_query_count": 30,
    "block_count": 3,
}


async def regenerated(caller: "Caller", name: str) -> RegenerateReportResponse:
    return await caller.evaluations.RegenerateReport(RegenerateReportRequest(name=name))


async def test_a_report_made_anew_is_the_stored_one_byte_for_byte(
    tmp_path: Path, tools: "Tools"
) -> None:
    """Quality, load, memory and answer; again by a server started anew; and not after a change."""
    settings = Settings(address="127.0.0.1:0", data_dir=tmp_path / "data", shutdown_grace_s=1)
    async with running_server(settings) as server, tools.calling(server.address) as caller:
        await caller.upload_candidate("right", tools.bundle())
        await caller.upload_candidate("wrong", tools.bundle(wrong_words=5))
        await caller.upload_set("pets", tools.encoded(tools.labelled(40)))
        spec = tools.spec("right", "wrong")
        spec.constraints.extend(["accuracy>=0.9", "host_peak_mib<=4GiB"])
        spec.scenarios.append(Scenario(offline=Offline(), **QUICK_LOAD))
        spec.scenarios.append(Scenario(single_stream=SingleStream(), **QUICK_LOAD))
        stored = await caller.ended((await caller.create(spec)).name)
        assert Evaluation.STATE_SUCCEEDED == stored.state
        assert [2, 2] == [len(result.scenarios) for result in stored.report.candidates]
        found = await regenerated(caller, stored.name)

    content = stored.report.SerializeToString(deterministic=True)
    assert [] == list(found.differences)
    assert found.identical
    assert content == found.report.SerializeToString(deterministic=True)
    assert hashlib.sha256(content).hexdigest() == found.stored_sha256 == found.regenerated_sha256

    async with running_server(settings) as server, tools.calling(server.address) as caller:
        assert found == await regenerated(caller, stored.name)

    store = Store.open(settings.data_dir)
    changed = store.evaluation(stored.name)
    changed.report.candidates[1].quality[0].value += 0.01
    changed.report.selection.summary = "Take the other one."
    store.save_evaluation(changed)
    store.close()
    async with running_server(settings) as server, tools.calling(server.address) as caller:
        told = await regenerated(caller, stored.name)
    assert not told.identical
    assert ["candidates[1].quality[0].value", "selection.summary"] == list(told.differences)
    assert stored.report == told.report
    assert found.stored_sha256 == told.regenerated_sha256 != told.stored_sha256


async def test_a_report_that_was_scored_anew_is_made_anew_too(
    stocked: "Caller", finished: Evaluation
) -> None:
    request = RescoreEvaluationRequest(
        name=finished.name,
        spec=EvaluationSpec(
            metrics=["f1.macro"], statistics=StatisticsSettings(resample_count=150, seed=3)
        ),
        request_id=str(uuid.uuid4()),
    )
    rescored = (await stocked.evaluations.RescoreEvaluation(request)).evaluation
    found = await regenerated(stocked, rescored.name)
    assert found.identical
    assert rescored.report == found.report


async def test_without_a_report_or_its_set_nothing_is_made_anew(
    stocked: "Caller", tools: "Tools"
) -> None:
    await stocked.upload_set("fleeting", tools.encoded(tools.labelled(12)))
    created = await stocked.create(tools.spec("right", evaluation_set="fleeting"))
    failure = await stocked.failure(regenerated(stocked, created.name))
    assert (PRECONDITION, "WRONG_STATE") == (failure.code, failure.reason)
    await stocked.ended(created.name)
    gone = DeleteEvaluationSetRequest(name="evaluationSets/fleeting")
    await stocked.sets.DeleteEvaluationSet(gone)
    failure = await stocked.failure(regenerated(stocked, created.name))
    assert (PRECONDITION, "FAILED_PRECONDITION") == (failure.code, failure.reason)
    assert "it was deleted" in failure.message


async def test_a_report_of_candidates_that_were_stopped_early_is_made_anew_too(
    stocked: "Caller", tools: "Tools"
) -> None:
    await stocked.upload_set("many-pets", tools.encoded(tools.labelled(1000)))
    spec = tools.spec("right", "wrong", evaluation_set="many-pets")
    spec.constraints.append("accuracy>=0.9")
    spec.adaptive.CopyFrom(AdaptiveSettings(error_rate=0.1, look_count=4))
    stored = await stocked.ended((await stocked.create(spec)).name)
    assert stored.report.candidates[1].HasField("early_stop")
    found = await regenerated(stocked, stored.name)
    assert [] == list(found.differences)
    assert found.identical
