"""Evaluations at rest."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import (
    ConflictError,
    InvalidFieldError,
    NotFoundError,
    QueueFullError,
    RequestIdReusedError,
    WrongStateError,
)
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation, Report

if TYPE_CHECKING:
    from conftest import Stock


@pytest.fixture
def stocked(store: Store, stock: "Stock") -> Store:
    stock.candidate("a")
    stock.candidate("b")
    stock.evaluation_set("s")
    return store


def test_an_evaluation_comes_back_with_its_report_and_lists_without(
    stocked: Store, stock: "Stock"
) -> None:
    evaluation = stock.evaluation("e")
    stocked.create_evaluation(evaluation)
    evaluation.state = Evaluation.STATE_SUCCEEDED
    evaluation.report.warnings.append("none")
    stocked.save_evaluation(evaluation)
    assert stocked.evaluation(evaluation.name) == evaluation
    (listed,) = stocked.list_evaluations().items
    assert not listed.HasField("report")
    assert listed.state == Evaluation.STATE_SUCCEEDED


def test_the_same_request_again_gives_the_same_evaluation(stocked: Store, stock: "Stock") -> None:
    request_id = str(uuid.uuid4())
    first = stocked.create_evaluation(stock.evaluation("e"), request_id, "body")
    again = stocked.create_evaluation(stock.evaluation("other"), request_id, "body")
    assert (first.created, again.created) == (True, False)
    assert again.evaluation == first.evaluation
    assert stocked.evaluation_of_request(request_id, "body") == first.evaluation


def test_a_request_id_with_another_request_is_refused(stocked: Store, stock: "Stock") -> None:
    request_id = str(uuid.uuid4())
    stocked.create_evaluation(stock.evaluation("e"), request_id, "body")
    with pytest.raises(RequestIdReusedError, match=request_id):
        stocked.create_evaluation(stock.evaluation("f"), request_id, "another body")
    with pytest.raises(RequestIdReusedError):
        stocked.evaluation_of_request(request_id, "another body")


def test_a_hundred_requests_of_one_id_at_a_time_make_one_evaluation(
    stocked: Store, stock: "Stock"
) -> None:
    request_id = str(uuid.uuid4())
    with ThreadPoolExecutor(32) as pool:
        made = list(
            pool.map(
                lambda number: stocked.create_evaluation(
                    stock.evaluation(f"e{number}"), request_id, "body"
                ),
                range(100),
            )
        )
    assert sum(one.created for one in made) == 1
    assert len({one.evaluation.name for one in made}) == 1
    assert len(stocked.list_evaluations(1000).items) == 1


def test_requests_without_an_id_are_all_new(stocked: Store, stock: "Stock") -> None:
    assert stocked.create_evaluation(stock.evaluation("e")).created
    assert stocked.create_evaluation(stock.evaluation("f")).created
    assert stocked.evaluation_of_request("", "") is None


def test_a_name_that_is_taken_is_refused(stocked: Store, stock: "Stock") -> None:
    stocked.create_evaluation(stock.evaluation("e"))
    with pytest.raises(ConflictError, match="evaluations/e"):
        stocked.create_evaluation(stock.evaluation("e"))


def test_what_an_evaluation_names_must_be_there_when_it_is_accepted(
    stocked: Store, stock: "Stock"
) -> None:
    with pytest.raises(NotFoundError, match="candidates/x, no candidates/y"):
        stocked.create_evaluation(stock.evaluation("e", ["a", "x", "y"]))
    with pytest.raises(NotFoundError, match="evaluationSets/x"):
        stocked.create_evaluation(stock.evaluation("e", evaluation_set="x"))
    with pytest.raises(NotFoundError):
        stocked.evaluation("evaluations/e")


def test_no_more_are_accepted_than_may_wait_or_run(stocked: Store, stock: "Stock") -> None:
    stocked.create_evaluation(stock.evaluation("e"), max_unfinished_count=1)
    with pytest.raises(QueueFullError, match="1 may"):
        stocked.create_evaluation(stock.evaluation("f"), max_unfinished_count=1)
    stocked.save_evaluation(stock.evaluation("e", state=Evaluation.STATE_CANCELLED))
    stocked.create_evaluation(stock.evaluation("f"), max_unfinished_count=1)


def test_a_repeated_request_is_answered_even_when_the_queue_is_full(
    stocked: Store, stock: "Stock"
) -> None:
    request_id = str(uuid.uuid4())
    evaluation = stock.evaluation("e")
    stocked.create_evaluation(evaluation, request_id, "body", max_unfinished_count=1)
    again = stocked.create_evaluation(evaluation, request_id, "body", max_unfinished_count=1)
    assert again.evaluation == evaluation


def test_lists_have_the_newest_first_and_keep_to_their_states(
    stocked: Store, stock: "Stock"
) -> None:
    states = [Evaluation.STATE_QUEUED, Evaluation.STATE_FAILED, Evaluation.STATE_QUEUED]
    for number, state in enumerate(states):
        stocked.create_evaluation(stock.evaluation(f"e{number}", state=state))
    newest_first = ["evaluations/e2", "evaluations/e1", "evaluations/e0"]
    assert [one.name for one in stocked.list_evaluations().items] == newest_first
    first = stocked.list_evaluations(1, states=[Evaluation.STATE_QUEUED])
    second = stocked.list_evaluations(1, first.next_page_token, [Evaluation.STATE_QUEUED])
    assert [first.items[0].name, second.items[0].name] == ["evaluations/e2", "evaluations/e0"]
    assert second.next_page_token == ""


def test_a_page_token_belongs_to_its_filter(stocked: Store, stock: "Stock") -> None:
    for number in range(2):
        stocked.create_evaluation(stock.evaluation(f"e{number}"))
    token = stocked.list_evaluations(1).next_page_token
    with pytest.raises(InvalidFieldError):
        stocked.list_evaluations(1, token, [Evaluation.STATE_QUEUED])


def test_unfinished_evaluations_come_in_the_order_in_which_they_were_accepted(
    stocked: Store, stock: "Stock"
) -> None:
    for name in ("z", "y", "x"):
        stocked.create_evaluation(stock.evaluation(name))
    stocked.save_evaluation(stock.evaluation("z", state=Evaluation.STATE_RUNNING))
    stocked.save_evaluation(stock.evaluation("y", state=Evaluation.STATE_SUCCEEDED))
    unfinished = [one.name for one in stocked.unfinished_evaluations()]
    assert unfinished == ["evaluations/z", "evaluations/x"]


def test_an_evaluation_that_has_not_ended_cannot_be_deleted(stocked: Store, stock: "Stock") -> None:
    stocked.create_evaluation(stock.evaluation("e"))
    with pytest.raises(WrongStateError, match="cancel"):
        stocked.delete_evaluation("evaluations/e")


def test_deleting_an_evaluation_removes_what_it_wrote(stocked: Store, stock: "Stock") -> None:
    stocked.create_evaluation(stock.evaluation("e", state=Evaluation.STATE_FAILED))
    stocked.put_finding("evaluations/e", "", "kind", b"body")
    folder = stocked.evaluation_path("evaluations/e")
    (folder / "file").write_bytes(b"x")
    stocked.delete_evaluation("evaluations/e")
    assert not folder.exists()
    with pytest.raises(NotFoundError):
        stocked.save_evaluation(stock.evaluation("e"))
    stocked.create_evaluation(stock.evaluation("e"))
    assert stocked.finding("evaluations/e", "", "kind") is None


def test_candidates_and_set_stay_as_they_were_when_it_was_accepted(
    stocked: Store, stock: "Stock"
) -> None:
    candidates = [stocked.candidate("candidates/b"), stocked.candidate("candidates/a")]
    evaluation_set = stocked.evaluation_set("evaluationSets/s")
    stocked.create_evaluation(stock.evaluation("e", ["b", "a"], state=Evaluation.STATE_SUCCEEDED))
    stocked.delete_candidate("candidates/a")
    stocked.delete_evaluation_set("evaluationSets/s")
    stock.candidate("a", {"model.onnx": b"quite another"})
    assert list(stocked.candidates_of("evaluations/e")) == candidates
    assert stocked.evaluation_set_of("evaluations/e") == evaluation_set


def test_work_is_shared_with_a_second_evaluation_and_outlives_the_first(
    stocked: Store, stock: "Stock"
) -> None:
    stocked.create_evaluation(stock.evaluation("e", state=Evaluation.STATE_SUCCEEDED))
    stocked.put_finding("evaluations/e", "candidates/a", "kind", b"body")
    path = stocked.observations_path("evaluations/e", "candidates/a", "offline")
    path.write_bytes(b"observed")
    stocked.delete_candidate("candidates/a")
    rescored = stock.evaluation("f", state=Evaluation.STATE_SUCCEEDED)
    rescored.report.CopyFrom(Report(evaluation="evaluations/f"))
    stocked.create_evaluation(rescored, work_of="evaluations/e")
    stocked.delete_evaluation("evaluations/e")
    assert stocked.evaluation("evaluations/f").report.evaluation == "evaluations/f"
    assert stocked.finding("evaluations/f", "candidates/a", "kind") == b"body"
    shared = stocked.observations_path("evaluations/f", "candidates/a", "offline")
    assert shared.read_bytes() == b"observed"
    assert [one.name for one in stocked.candidates_of("evaluations/f")] == ["candidates/a"]


@pytest.mark.parametrize("call", ["evaluation", "delete_evaluation", "candidates_of"])
def test_an_evaluation_that_is_not_there_is_told_by_name(store: Store, call: str) -> None:
    with pytest.raises(NotFoundError, match="evaluations/e"):
        getattr(store, call)("evaluations/e")
