"""What was reported on one model, over all evaluations."""

from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import NotFoundError
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation

if TYPE_CHECKING:
    from conftest import Stock

SUCCEEDED = Evaluation.STATE_SUCCEEDED


@pytest.fixture
def reported(store: Store, stock: "Stock") -> Store:
    """Reports on `bert` in evaluations 0 and 2, on another model whose name holds it in 1."""
    stock.candidate("old", model="bert")
    stock.candidate("new", model="bert")
    stock.candidate("large", model="bert-large")
    stock.evaluation_set("s")
    for number, candidates in enumerate((["old"], ["large"], ["large", "old", "new"])):
        evaluation = stock.evaluation(str(number), candidates, state=SUCCEEDED)
        evaluation.report.evaluation = evaluation.name
        store.create_evaluation(evaluation)
    return store


def names(store: Store, model: str) -> list[str]:
    return [report.evaluation for report in store.reports_of_model(model)]


def test_reports_of_a_model_come_once_each_the_first_first(reported: Store) -> None:
    assert ["evaluations/0", "evaluations/2"] == names(reported, "bert")
    assert ["evaluations/1", "evaluations/2"] == names(reported, "bert-large")


def test_evaluations_that_have_not_succeeded_are_passed_over(
    reported: Store, stock: "Stock"
) -> None:
    for number, state in enumerate(set(Evaluation.State.values()) - {SUCCEEDED}):
        reported.create_evaluation(stock.evaluation(f"other-{number}", ["old"], state=state))
    assert ["evaluations/0", "evaluations/2"] == names(reported, "bert")


def test_a_model_that_nobody_evaluated_is_not_found_at_once(reported: Store) -> None:
    with pytest.raises(NotFoundError, match=r"got 'bert-lar'; did you mean bert-large or bert\?"):
        reported.reports_of_model("bert-lar")


def test_models_of_evaluations_that_have_not_succeeded_are_not_proposed(
    reported: Store, stock: "Stock"
) -> None:
    stock.candidate("failing", model="bert-failing")
    failed = stock.evaluation("failed", ["failing"], state=Evaluation.STATE_FAILED)
    reported.create_evaluation(failed)
    with pytest.raises(NotFoundError, match=r"; there is bert and bert-large$"):
        reported.reports_of_model("zzz")


def test_an_evaluation_that_is_deleted_meanwhile_is_left_out(reported: Store) -> None:
    reports = reported.reports_of_model("bert")
    reported.delete_evaluation("evaluations/0")
    assert ["evaluations/2"] == [report.evaluation for report in reports]


def test_a_model_is_found_after_its_candidate_was_deleted(reported: Store) -> None:
    reported.delete_candidate("candidates/old")
    assert ["evaluations/0", "evaluations/2"] == names(reported, "bert")


def test_keys_are_found_by_the_digest_of_their_set(reported: Store, stock: "Stock") -> None:
    digest = reported.evaluation_set("evaluationSets/s").sha256
    stock.evaluation_set("same")
    keys = reported.keys("evaluationSets/s")
    reported.delete_evaluation_set("evaluationSets/s")
    assert keys == reported.keys_of_digest(digest)
    reported.delete_evaluation_set("evaluationSets/same")
    assert reported.keys_of_digest(digest) is None
