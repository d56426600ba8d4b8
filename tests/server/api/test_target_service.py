"""Targets over the wire."""

from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import GetTargetRequest, ListTargetsRequest

if TYPE_CHECKING:
    from conftest import Caller

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_processor_is_a_target_that_can_be_used(caller: "Caller") -> None:
    answer = await caller.targets.GetTarget(GetTargetRequest(name="targets/cpu"))
    assert answer.target.available
    assert answer.target.device == "cpu"
    assert [(one.name, one.loads) for one in answer.target.providers] == [
        ("CPUExecutionProvider", True)
    ]
    assert answer.target.fingerprint.usable_cpu_count > 0


async def test_targets_that_cannot_be_used_are_listed_with_the_reason(caller: "Caller") -> None:
    targets = (await caller.targets.ListTargets(ListTargetsRequest())).targets
    assert "targets/cpu" in [target.name for target in targets]
    for target in targets:
        assert target.available == (not target.unavailable_reason)


async def test_pages_give_every_target_once(caller: "Caller") -> None:
    whole = await caller.targets.ListTargets(ListTargetsRequest())
    seen = []
    token = ""
    while True:
        page = await caller.targets.ListTargets(ListTargetsRequest(page_size=1, page_token=token))
        seen += page.targets
        token = page.next_page_token
        if not token:
            break
    assert seen == list(whole.targets)


async def test_a_target_that_there_is_not_is_not_found(caller: "Caller") -> None:
    failure = await caller.failure(
        caller.targets.GetTarget(GetTargetRequest(name="targets/abacus"))
    )
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    failure = await caller.failure(caller.targets.GetTarget(GetTargetRequest(name="cpu")))
    assert failure.reason == "INVALID_NAME"
    request = ListTargetsRequest(page_token="made up")  # noqa: S106 - no secret
    failure = await caller.failure(caller.targets.ListTargets(request))
    assert list(failure.fields) == ["page_token"]
