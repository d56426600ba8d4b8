"""A server whose limits are small."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc
import pytest
import pytest_asyncio

from bakeoff.server.api.running import running_server
from bakeoff.server.settings import Settings
from bakeoff.v1 import CancelEvaluationRequest, Evaluation, ListEvaluationsRequest

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small(
    tmp_path_factory: pytest.TempPathFactory, tools: "Tools"
) -> AsyncIterator["Caller"]:
    settings = Settings(
        address="127.0.0.1:0",
        data_dir=tmp_path_factory.mktemp("small") / "data",
        max_candidate_bytes=10_000,
        max_evaluation_set_bytes=5000,
        max_example_count=40,
        max_unfinished_evaluation_count=1,
        shutdown_grace_s=0,
    )
    async with running_server(settings) as server, tools.calling(server.address) as caller:
        await caller.upload_candidate("right", tools.bundle())
        await caller.upload_set("pets", tools.encoded(tools.labelled(40)))
        yield caller


async def test_a_bundle_beyond_the_limit_is_refused_before_its_first_byte(
    small: "Caller", tools: "Tools"
) -> None:
    bundle = tools.bundle(replaced={"model.onnx": bytes(20_000)})
    failure = await small.failure(small.upload_candidate("large", bundle))
    assert (failure.code, failure.reason) == (EXHAUSTED, "TOO_LARGE")
    assert failure.metadata["limit_bytes"] == "10000"
    assert failure.retry_after_s is None


async def test_a_set_beyond_the_limits_is_refused(small: "Caller", tools: "Tools") -> None:
    too_many = tools.labelled(41)
    too_large = tools.labelled(5)
    too_large[4].text.text = "x" * 5000
    for examples, limit in ((too_many, "40"), (too_large, "5000")):
        failure = await small.failure(small.upload_set("large", tools.encoded(examples)))
        assert (failure.code, failure.reason) == (EXHAUSTED, "TOO_LARGE")
        assert limit in failure.metadata.values()


async def test_a_full_queue_says_when_to_come_back(small: "Caller", tools: "Tools") -> None:
    running = await small.create(tools.spec("right"))
    failure = await small.failure(small.create(tools.spec("right")))
    assert (failure.code, failure.reason) == (EXHAUSTED, "QUEUE_FULL")
    assert failure.retry_after_s == 30
    await small.evaluations.CancelEvaluation(CancelEvaluationRequest(name=running.name))
    accepted = await small.create(tools.spec("right"))
    assert (await small.ended(accepted.name)).state == Evaluation.STATE_SUCCEEDED


async def test_what_runs_is_listed_as_it_stands(small: "Caller", tools: "Tools") -> None:
    name = (await small.create(tools.spec("right"))).name
    request = ListEvaluationsRequest(states=[Evaluation.STATE_RUNNING])
    listed: list[Evaluation] = []
    while not listed:
        listed = list((await small.evaluations.ListEvaluations(request)).evaluations)
    ended = await small.ended(name)
    assert [one.name for one in listed] == [name]
    assert listed[0].revision < ended.revision
