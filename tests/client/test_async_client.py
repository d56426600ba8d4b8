"""Whatever the client that blocks can do, the other one can."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakeoff import v1
from bakeoff.client import (
    AlreadyExistsError,
    AsyncClient,
    InvalidOptionError,
    NotFoundError,
    ReadingOptions,
    Spool,
    read_set,
)

if TYPE_CHECKING:
    from conftest import Shelf


@pytest.fixture
async def client(shelf: "Shelf", serve: Callable[..., str]) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(serve(shelf)) as made:
        yield made


async def test_candidates(
    client: AsyncClient, bundle_folder: Path, write_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    sent = await client.upload_candidate(bundle_folder, "mine")
    assert "candidates/mine" == sent.name
    assert sent == await client.get_candidate("mine")
    assert [sent] == [one async for one in client.list_candidates()]
    await client.delete_candidate("mine")
    with pytest.raises(NotFoundError):
        await client.delete_candidate("mine")
    first = await client.ensure_candidate(bundle_folder)
    assert first == await client.ensure_candidate(bundle_folder)
    (tmp_path / "other").mkdir()
    other = write_bundle(tmp_path / "other" / bundle_folder.name, {"model.onnx": b"other"})
    with pytest.raises(AlreadyExistsError):
        await client.upload_candidate(other)
    assert (await client.ensure_candidate(other)).name.startswith(f"{first.name}-")


async def test_evaluation_sets(client: AsyncClient, tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("text,label\na,x\n")
    examples: Spool = read_set(file, ReadingOptions()).spool
    sent = await client.upload_evaluation_set(examples, "mine")
    assert "evaluationSets/mine" == sent.name
    assert sent == await client.upload_evaluation_set(file, "mine")
    assert [sent] == [one async for one in client.list_evaluation_sets()]
    await client.delete_evaluation_set("mine")
    with pytest.raises(NotFoundError):
        await client.get_evaluation_set("mine")


async def test_targets(client: AsyncClient, shelf: "Shelf") -> None:
    shelf.targets = [v1.Target(name="targets/cuda-0", device="cuda:0")]
    assert shelf.targets == [one async for one in client.list_targets()]
    assert shelf.targets[0] == await client.get_target("cuda:0")


async def test_evaluations(client: AsyncClient, shelf: "Shelf") -> None:
    running = v1.Evaluation(name="evaluations/e", state=v1.Evaluation.STATE_RUNNING)
    shelf.evaluations["evaluations/e"] = running
    assert running == await client.get_evaluation("e")
    states = [v1.Evaluation.STATE_RUNNING]
    assert [running] == [one async for one in client.list_evaluations(states)]
    await client.cancel_evaluation("e")
    assert ["evaluations/e"] == shelf.cancelled
    await client.rescore_evaluation("e", v1.EvaluationSpec(metrics=["mcc"]), "again")
    assert ["again"] == [request.evaluation_id for request in shelf.rescored]
    await client.delete_evaluation("e")
    assert {} == shelf.evaluations


async def test_an_evaluation_without_candidates_is_refused(client: AsyncClient) -> None:
    with pytest.raises(InvalidOptionError, match="at least one candidate, got none"):
        await client.evaluate([], "mine")
