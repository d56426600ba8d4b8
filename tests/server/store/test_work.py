"""Predictions and findings at rest."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import CorruptStoreError, NotFoundError
from bakeoff.server.store import Shard, Store, file_sha256
from bakeoff.server.store.delimited import write_messages
from bakeoff.v1 import Prediction

if TYPE_CHECKING:
    from conftest import Stock

EVALUATION = "evaluations/e"
CANDIDATE = "candidates/a"


@pytest.fixture
def running(store: Store, stock: "Stock") -> Store:
    stock.candidate("a")
    stock.evaluation_set("s")
    store.create_evaluation(stock.evaluation("e"))
    return store


def commit(store: Store, first: int, count: int, name: str = "") -> Path:
    path = store.evaluation_path(EVALUATION) / (name or f"shard-{first}")
    write_messages(path, [Prediction(index=first + number) for number in range(count)])
    store.commit_shard(EVALUATION, CANDIDATE, first, path, file_sha256(path), count)
    return path


def test_predictions_come_in_the_order_of_the_set_whatever_the_order_of_shards(
    running: Store,
) -> None:
    commit(running, 4, 2)
    commit(running, 0, 4)
    found = [one.index for one in running.predictions(EVALUATION, CANDIDATE)]
    assert found == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("first", "count"), [(0, 2), (3, 2), (5, 9), (6, 1), (0, 6)])
def test_a_slice_of_predictions_crosses_shards(running: Store, first: int, count: int) -> None:
    commit(running, 0, 4)
    commit(running, 4, 2)
    found = [one.index for one in running.prediction_slice(EVALUATION, CANDIDATE, first, count)]
    assert found == list(range(6))[first : first + count]


def test_a_shard_that_comes_again_takes_the_place_of_the_first(running: Store) -> None:
    commit(running, 0, 2)
    path = commit(running, 0, 3, "again")
    (shard,) = running.shards(EVALUATION, CANDIDATE)
    assert shard == Shard(0, path, file_sha256(path), 3)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_shard_that_is_not_what_it_was_is_left_out_to_be_predicted_again(
    running: Store, harm: str
) -> None:
    commit(running, 0, 2)
    path = commit(running, 2, 2)
    if harm == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"\x09")
    else:
        path.unlink()
    assert [shard.first_index for shard in running.shards(EVALUATION, CANDIDATE)] == [0]
    with pytest.raises(CorruptStoreError, match="example 2"):
        running.predictions(EVALUATION, CANDIDATE)


def test_a_shard_outside_of_the_evaluations_folder_is_refused(
    running: Store, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="subpath"):
        running.commit_shard(EVALUATION, CANDIDATE, 0, tmp_path / "elsewhere", "0" * 64, 1)


def test_a_finding_is_kept_by_kind_and_candidate_and_replaced(running: Store) -> None:
    running.put_finding(EVALUATION, "", "environment", b"1")
    running.put_finding(EVALUATION, CANDIDATE, "environment", b"2")
    running.put_finding(EVALUATION, CANDIDATE, "environment", b"3")
    assert running.finding(EVALUATION, "", "environment") == b"1"
    assert running.finding(EVALUATION, CANDIDATE, "environment") == b"3"
    assert running.finding(EVALUATION, CANDIDATE, "profile") is None


def test_work_for_an_evaluation_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match=EVALUATION):
        store.put_finding(EVALUATION, "", "environment", b"1")
    with pytest.raises(NotFoundError, match=EVALUATION):
        store.shards(EVALUATION, CANDIDATE)


def test_observations_of_every_scenario_lie_in_a_file_of_their_own(running: Store) -> None:
    """Whatever an id is made of, the names on disk are plain."""
    ids = ["server:qps=50", "server:qps=50,batch=8,delay=0.5ms", "peak-load:p99=20ms", "../.."]
    paths = [running.observations_path(EVALUATION, CANDIDATE, one) for one in ids]

    assert len(set(paths)) == len(ids)
    folder = running.evaluation_path(EVALUATION) / "observations"
    assert {path.parent.parent for path in paths} == {folder}
    assert not any(set(path.parent.name) & set("/:,=") for path in paths)
