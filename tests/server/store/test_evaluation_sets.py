"""Evaluation sets at rest."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import ConflictError, NotFoundError, ResourceInUseError
from bakeoff.server.store import Store
from bakeoff.server.store.delimited import read_messages
from bakeoff.v1 import Evaluation, EvaluationSet, UnlabelledExample

if TYPE_CHECKING:
    from conftest import Stock

NAME = "evaluationSets/s"


def test_inputs_and_keys_come_back_in_the_order_of_the_set(store: Store, stock: "Stock") -> None:
    stock.evaluation_set("s", ["one", "two", "three"])
    assert [text.text for text in store.texts(NAME)] == ["one", "two", "three"]
    assert [key.id for key in store.keys(NAME)] == ["row-0", "row-1", "row-2"]


def test_the_file_for_workers_holds_no_label(store: Store, stock: "Stock") -> None:
    stock.evaluation_set("s", ["one", "two"])
    inputs = list(read_messages(store.inputs_path(NAME), UnlabelledExample))
    assert [example.index for example in inputs] == [0, 1]
    assert b"row-0" not in store.inputs_path(NAME).read_bytes()


def test_a_slice_is_a_part_of_the_whole(store: Store, stock: "Stock") -> None:
    stock.evaluation_set("s", [str(number) for number in range(10)])
    assert store.text_slice(NAME, 8, 5) == list(store.texts(NAME))[8:]
    assert store.key_slice(NAME, 2, 3) == list(store.keys(NAME))[2:5]


def test_the_same_set_again_gives_the_one_that_is_there(store: Store, stock: "Stock") -> None:
    first = stock.evaluation_set("s")
    assert stock.evaluation_set("s") == first
    assert store.find_same_set(first) == first


@pytest.mark.parametrize(
    ("texts", "task"),
    [(["other"], "text-classification"), (["one", "two"], "token-classification")],
)
def test_another_set_of_the_same_name_is_refused_naming_the_digest(
    stock: "Stock", texts: list[str], task: str
) -> None:
    first = stock.evaluation_set("s")
    with pytest.raises(ConflictError, match=first.sha256):
        stock.evaluation_set("s", texts, task)


def test_files_stay_while_another_set_has_the_same(store: Store, stock: "Stock") -> None:
    stock.evaluation_set("s")
    stock.evaluation_set("t")
    store.delete_evaluation_set(NAME)
    assert len(store.texts("evaluationSets/t")) == 2
    path = store.inputs_path("evaluationSets/t")
    store.delete_evaluation_set("evaluationSets/t")
    assert not path.exists()


def test_what_is_not_there_is_told_by_name(store: Store) -> None:
    for ask in (
        store.evaluation_set,
        store.delete_evaluation_set,
        store.inputs_path,
        store.keys,
        store.texts,
    ):
        with pytest.raises(NotFoundError, match=NAME):
            ask(NAME)


def test_a_set_that_an_unfinished_evaluation_needs_cannot_be_deleted(
    store: Store, stock: "Stock"
) -> None:
    stock.candidate("a")
    stock.evaluation_set("s")
    store.create_evaluation(stock.evaluation("e"))
    with pytest.raises(ResourceInUseError, match="evaluations/e"):
        store.delete_evaluation_set(NAME)
    store.save_evaluation(stock.evaluation("e", state=Evaluation.STATE_CANCELLED))
    store.delete_evaluation_set(NAME)


def test_pages_are_in_the_order_of_names(store: Store, stock: "Stock") -> None:
    for set_id in ("c", "a", "b"):
        stock.evaluation_set(set_id)
    first = store.list_evaluation_sets(2)
    second = store.list_evaluation_sets(2, first.next_page_token)
    names = [one.name for one in (*first.items, *second.items)]
    assert names == [f"evaluationSets/{one}" for one in "abc"]
    assert second.next_page_token == ""


def test_staged_files_with_other_names_are_a_fault_of_the_caller(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="staged"):
        store.add_evaluation_set(EvaluationSet(name=NAME), tmp_path / "x", tmp_path / "y")
