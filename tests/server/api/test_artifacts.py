"""Rendered reports and raw observations over the wire."""

import json
from io import BytesIO
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.proto import parse_length_prefixed

from bakeoff.v1 import (
    Evaluation,
    ObservationBlock,
    Offline,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("wanted", "begins"),
    [
        (1, b"<!DOCTYPE html>"),
        (2, b"## "),
        (3, b"{"),
        (4, b"### "),
        (5, b"## Evaluation"),
    ],
)
async def test_a_report_is_rendered(
    stocked: "Caller", finished: Evaluation, wanted: int, begins: bytes
) -> None:
    content = await stocked.artifact(name=finished.name, rendered_report={"format": wanted})
    assert content.lstrip().lower().startswith(begins.lower())
    if wanted == 3:
        assert json.loads(content)["evaluation"] == finished.name


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, INVALID),
        ({"rendered_report": {"format": 0}}, INVALID),
        ({"rendered_report": {"format": 77}}, INVALID),
        ({"observations": {"candidate": "x", "scenario": "offline"}}, INVALID),
        ({"observations": {"candidate": "candidates/ghost", "scenario": "offline"}}, NOT_FOUND),
        ({"observations": {"candidate": "candidates/right", "scenario": "offline"}}, INVALID),
        ({"observations": {"candidate": "candidates/right", "scenario": "../.."}}, INVALID),
    ],
)
async def test_an_artifact_that_cannot_be_is_refused(
    stocked: "Caller", finished: Evaluation, fields: dict[str, object], code: grpc.StatusCode
) -> None:
    failure = await stocked.failure(stocked.artifact(name=finished.name, **fields))
    assert failure.code == code


async def test_observations_are_given_as_they_were_recorded(
    stocked: "Caller", tools: "Tools"
) -> None:
    spec = tools.spec("right")
    spec.scenarios.add(
        offline=Offline(),
        min_duration=Duration(nanos=50_000_000),
        max_duration=Duration(seconds=1),
        block_count=3,
    )
    name = (await stocked.create(spec)).name
    ended = await stocked.ended(name)
    observed = {"candidate": "candidates/right", "scenario": "offline"}
    content = await stocked.artifact(name=name, observations=observed)
    blocks: list[ObservationBlock] = []
    file = BytesIO(content)
    while (block := parse_length_prefixed(ObservationBlock, file)) is not None:
        blocks.append(block)
    assert [block.round for block in blocks] == [0, 1, 2]
    (result,) = ended.report.candidates[0].scenarios
    assert [block.query_count for block in result.blocks] == [
        len(block.end_to_end_ns) or block.sample_count for block in blocks
    ]


@pytest.mark.parametrize(("wanted", "begins"), [(1, b"<!doctype html>"), (2, b"## 2 evaluations")])
async def test_evaluations_are_rendered_side_by_side(
    stocked: "Caller", finished: Evaluation, tools: "Tools", wanted: int, begins: bytes
) -> None:
    other = await stocked.ended((await stocked.create(tools.spec("right"))).name)

    content = await stocked.artifact(
        name=finished.name,
        rendered_comparison={"evaluations": [other.name], "format": wanted},
    )

    assert content.lstrip().lower().startswith(begins)
    for name in (finished.name, other.name):
        assert name.partition("/")[2].encode() in content


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"evaluations": [], "format": 1}, INVALID),
        ({"evaluations": ["evaluations/finished"], "format": 1}, INVALID),
        ({"evaluations": [f"evaluations/e{n}" for n in range(17)], "format": 1}, INVALID),
        ({"evaluations": ["evaluations/ghost"], "format": 3}, INVALID),
        ({"evaluations": ["evaluations/ghost"], "format": 1}, NOT_FOUND),
        ({"evaluations": ["ghost"], "format": 1}, INVALID),
    ],
)
async def test_a_comparison_that_cannot_be_is_refused(
    stocked: "Caller", finished: Evaluation, fields: dict[str, object], code: grpc.StatusCode
) -> None:
    failure = await stocked.failure(
        stocked.artifact(name=finished.name, rendered_comparison=fields)
    )
    assert code == failure.code
