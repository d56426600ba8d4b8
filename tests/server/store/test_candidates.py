"""Candidates at rest."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import (
    BundleChangedError,
    ConflictError,
    InvalidFieldError,
    NotFoundError,
    ResourceInUseError,
    StoreError,
)
from bakeoff.server.store import Store, bundle_sha256
from bakeoff.v1 import BundleFile, Candidate, Evaluation

if TYPE_CHECKING:
    from conftest import Stock


def test_a_candidate_comes_back_as_it_was_registered(store: Store, stock: "Stock") -> None:
    candidate = stock.candidate("a", {"model.onnx": b"graph", "sub/tokenizer.json": b"{}"})
    assert store.candidate("candidates/a") == candidate
    folder = store.bundle_path("candidates/a")
    assert (folder / "sub/tokenizer.json").read_bytes() == b"{}"


def test_its_files_are_read_only_regular_and_linked_once(store: Store, stock: "Stock") -> None:
    stock.candidate("a", {"model.onnx": b"graph", "sub/tokenizer.json": b"{}"})
    folder = store.bundle_path("candidates/a")
    found = {
        str(path.relative_to(folder)): (
            stat.S_ISREG(path.stat().st_mode),
            path.stat().st_nlink,
            stat.S_IMODE(path.stat().st_mode),
        )
        for path in folder.rglob("*")
        if not path.is_dir()
    }
    assert found == {"model.onnx": (True, 1, 0o444), "sub/tokenizer.json": (True, 1, 0o444)}
    assert stat.S_IMODE((folder / "sub").stat().st_mode) == 0o555


@pytest.mark.parametrize("kind", ["hard link", "symbolic link"])
def test_a_staged_file_that_is_a_link_is_refused(store: Store, tmp_path: Path, kind: str) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    staging = store.begin_upload()
    if kind == "hard link":
        (staging / "model.onnx").hardlink_to(outside)
    else:
        (staging / "model.onnx").symlink_to(outside)
    with pytest.raises(StoreError, match="regular file"):
        store.add_candidate(Candidate(name="candidates/a", sha256="ab" * 32), staging)
    with pytest.raises(NotFoundError):
        store.candidate("candidates/a")


def test_the_same_candidate_again_gives_the_one_that_is_there(store: Store, stock: "Stock") -> None:
    first = stock.candidate("a")
    again = Candidate()
    again.CopyFrom(first)
    again.create_time.FromSeconds(1)
    again.manifest.create_time.FromSeconds(1)
    staging = store.begin_upload()
    (staging / "model.onnx").write_bytes(b"a")
    assert store.add_candidate(again, staging) == first
    assert not staging.exists()
    assert store.find_same_candidate(again) == first


def test_another_candidate_of_the_same_name_is_refused_naming_both_digests(
    store: Store, stock: "Stock"
) -> None:
    first = stock.candidate("a", {"model.onnx": b"one"})
    with pytest.raises(ConflictError) as caught:
        stock.candidate("a", {"model.onnx": b"two"})
    assert first.sha256 in caught.value.message
    assert caught.value.metadata["uploaded_sha256"] in caught.value.message
    assert store.candidate("candidates/a") == first


def test_the_same_files_under_another_manifest_are_another_candidate(
    store: Store, stock: "Stock"
) -> None:
    first = stock.candidate("a")
    other = Candidate()
    other.CopyFrom(first)
    other.manifest.task = "token-classification"
    with pytest.raises(ConflictError, match="another manifest"):
        store.find_same_candidate(other)


def test_two_candidates_of_the_same_files_share_them_until_both_are_gone(
    store: Store, stock: "Stock"
) -> None:
    stock.candidate("a", {"model.onnx": b"same"})
    stock.candidate("b", {"model.onnx": b"same"})
    folder = store.bundle_path("candidates/b")
    assert store.bundle_path("candidates/a") == folder
    store.delete_candidate("candidates/a")
    assert (folder / "model.onnx").read_bytes() == b"same"
    store.delete_candidate("candidates/b")
    assert not folder.exists()


def test_deleting_what_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(NotFoundError, match="candidates/a"):
        store.delete_candidate("candidates/a")


@pytest.mark.parametrize("state", [Evaluation.STATE_QUEUED, Evaluation.STATE_RUNNING])
def test_a_candidate_that_an_unfinished_evaluation_needs_cannot_be_deleted(
    store: Store, stock: "Stock", state: "Evaluation.State.ValueType"
) -> None:
    stock.candidate("a")
    stock.evaluation_set("s")
    store.create_evaluation(stock.evaluation("e", state=state))
    with pytest.raises(ResourceInUseError, match="evaluations/e"):
        store.delete_candidate("candidates/a")
    store.save_evaluation(stock.evaluation("e", state=Evaluation.STATE_FAILED))
    store.delete_candidate("candidates/a")


def test_a_stored_file_that_changed_is_found_and_named(store: Store, stock: "Stock") -> None:
    stock.candidate("a", {"model.onnx": b"graph", "tokenizer.json": b"{}"})
    store.verify_bundle("candidates/a")
    path = store.bundle_path("candidates/a") / "tokenizer.json"
    path.chmod(0o644)
    path.write_bytes(b"[]")
    with pytest.raises(BundleChangedError, match=r"tokenizer\.json"):
        store.verify_bundle("candidates/a")


def test_pages_give_every_candidate_once_in_the_order_of_names(
    store: Store, stock: "Stock"
) -> None:
    for candidate_id in ("d", "a", "c", "b", "e"):
        stock.candidate(candidate_id)
    seen: list[str] = []
    token = ""
    while True:
        page = store.list_candidates(2, token)
        seen += [candidate.name for candidate in page.items]
        token = page.next_page_token
        if not token:
            break
    assert seen == [f"candidates/{one}" for one in "abcde"]


def test_a_full_last_page_has_no_token(store: Store, stock: "Stock") -> None:
    stock.candidate("a")
    stock.candidate("b")
    assert store.list_candidates(2).next_page_token == ""


def test_a_page_token_of_another_list_is_refused(store: Store, stock: "Stock") -> None:
    for candidate_id in ("a", "b"):
        stock.candidate(candidate_id)
    token = store.list_candidates(1).next_page_token
    with pytest.raises(InvalidFieldError):
        store.list_evaluation_sets(1, token)


def test_the_digest_of_a_bundle_does_not_depend_on_the_order_of_its_files() -> None:
    files = [BundleFile(path="b", sha256="2" * 64), BundleFile(path="a", sha256="1" * 64)]
    assert bundle_sha256(files) == bundle_sha256(files[::-1])
    renamed = [BundleFile(path="c", sha256="2" * 64), files[1]]
    assert bundle_sha256(files) != bundle_sha256(renamed)


def test_many_uploads_of_one_candidate_at_a_time_make_one(store: Store, stock: "Stock") -> None:
    with ThreadPoolExecutor(16) as pool:
        added = list(pool.map(lambda _: stock.candidate("a"), range(32)))
    assert added == [added[0]] * 32
    assert [one.name for one in store.list_candidates().items] == ["candidates/a"]
