"""From local folders and files to a report."""

import asyncio
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from google.protobuf import proto
from google.rpc import code_pb2, status_pb2

from bakeoff import v1
from bakeoff.client import (
    AlreadyExistsError,
    AsyncClient,
    BundleFolderError,
    Client,
    EvaluationCancelledError,
    EvaluationFailedError,
    EvaluationSetFileError,
    InvalidOptionError,
    NotFoundError,
    Observations,
    RenderedReport,
    RetryPolicy,
)

if TYPE_CHECKING:
    from conftest import Shelf

ClientOf = Callable[..., Client]

REPORT = v1.Report(evaluation="evaluations/e", selection=v1.Selection(summary="take a"))


@pytest.fixture
def set_file(tmp_path: Path) -> Path:
    path = tmp_path / "My Set.csv"
    path.write_text("text,label\nhello,greeting\nbye,parting\n")
    return path


@pytest.fixture
def finished(shelf: "Shelf") -> "Shelf":
    shelf.outcome.report.CopyFrom(REPORT)
    return shelf


def test_what_is_local_is_sent_and_the_report_comes_back(
    finished: "Shelf", client_of: ClientOf, bundle_folder: Path, set_file: Path
) -> None:
    spec = v1.EvaluationSpec(baseline=str(bundle_folder), metrics=["accuracy"])
    states = []
    transfers = set()
    report = client_of(finished).evaluate(
        [str(bundle_folder)],
        set_file,
        spec,
        on_transfer=lambda news: transfers.add((news.subject, news.phase)),
        on_change=lambda evaluation: states.append(evaluation.state),
    )
    assert REPORT == report
    assert [v1.Evaluation.STATE_RUNNING, v1.Evaluation.STATE_SUCCEEDED] == states
    assert {("My Set.csv", "read"), ("My Set.csv", "send"), ("tiny.fp32", "send")} == transfers
    (created,) = finished.created
    (set_name,) = finished.sets
    assert set_name.startswith("evaluationSets/my-set-")
    assert (
        v1.EvaluationSpec(
            candidates=["candidates/tiny.fp32"],
            evaluation_set=set_name,
            baseline="candidates/tiny.fp32",
            metrics=["accuracy"],
        )
        == created.spec
    )
    assert str(bundle_folder) == spec.baseline
    _, files = finished.candidates["candidates/tiny.fp32"]
    assert {"model.onnx": b"graph", "empty.txt": b""} == files


async def test_what_is_local_is_sent_and_the_report_comes_back_by_asyncio(
    finished: "Shelf", serve: Callable[..., str], bundle_folder: Path, set_file: Path
) -> None:
    spec = v1.EvaluationSpec(baseline="tiny.fp32", target="cuda:0")
    async with AsyncClient(serve(finished)) as client:
        report = await client.evaluate([bundle_folder], str(set_file), spec)
        again = await client.evaluate(["tiny.fp32"], "my-set-" + next(iter(finished.sets))[-8:])
        pieces = [piece async for piece in client.read_artifact("e", RenderedReport("html"))]
    assert REPORT == report == again
    first, second = finished.created
    assert "candidates/tiny.fp32" == first.spec.baseline
    assert "targets/cuda-0" == first.spec.target
    assert first.spec.candidates == second.spec.candidates
    assert first.spec.evaluation_set == second.spec.evaluation_set
    assert 2 == finished.upload_count
    assert [b"<html>", b"</html>"] == pieces


def test_what_the_server_holds_is_not_sent_again(
    finished: "Shelf", client_of: ClientOf, bundle_folder: Path, set_file: Path
) -> None:
    client = client_of(finished)
    client.evaluate([bundle_folder], set_file)
    client.evaluate([bundle_folder], set_file)
    client.evaluate(["candidates/tiny.fp32"], next(iter(finished.sets)))
    assert 2 == finished.upload_count


def test_another_bundle_of_the_same_name_gets_a_name_of_its_own(
    finished: "Shelf", client_of: ClientOf, write_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    old = write_bundle(tmp_path / "a.fp32", {"model.onnx": b"old"})
    new = write_bundle(tmp_path / "new" / "a.fp32", {"model.onnx": b"new"})
    client = client_of(finished)
    first = client.ensure_candidate(old)
    second = client.ensure_candidate(new)
    assert "candidates/a.fp32" == first.name
    assert second.name.startswith("candidates/a.fp32-")
    assert second.name == client.ensure_candidate(new).name
    with pytest.raises(AlreadyExistsError):
        client.upload_candidate(new)


def test_a_bundle_whose_file_changed_is_not_taken_for_the_one_the_server_holds(
    finished: "Shelf", client_of: ClientOf, bundle_folder: Path
) -> None:
    client = client_of(finished)
    client.ensure_candidate(bundle_folder)
    (bundle_folder / "model.onnx").write_bytes(b"grapH")
    client.ensure_candidate(bundle_folder)
    assert 2 == finished.upload_count


def test_messages_are_a_set_too(finished: "Shelf", client_of: ClientOf) -> None:
    examples = [
        v1.Example(id="a", text=v1.TextInput(text="x"), attributes={"z": "1", "y": "2"}),
        v1.Example(id="b", text=v1.TextInput(text="y" * 2_000_000)),
    ]
    held = client_of(finished).upload_evaluation_set(iter(examples), "mine", task="t")
    assert ("evaluationSets/mine", "t", "examples") == (held.name, held.task, held.description)
    _, data = finished.sets[held.name]
    source = BytesIO(data)
    assert examples == [
        proto.parse_length_prefixed(v1.Example, source),
        proto.parse_length_prefixed(v1.Example, source),
    ]


def test_the_same_examples_have_the_same_digest_whatever_the_order_of_attributes(
    finished: "Shelf", client_of: ClientOf
) -> None:
    names = [f"n{index}" for index in range(50)]
    digests = {
        client_of(finished)
        .upload_evaluation_set(
            [v1.Example(id="a", attributes=dict.fromkeys(order, "1"))], f"s{position}"
        )
        .sha256
        for position, order in enumerate([names, names[::-1]])
    }
    assert 1 == len(digests)


def test_a_file_that_shrinks_while_it_is_sent_is_told_as_such(
    finished: "Shelf", client_of: ClientOf, bundle_folder: Path
) -> None:
    """What goes wrong on the sending thread is raised on the caller's."""

    def remove(_news: object) -> None:
        message = "no space left"
        raise OSError(message)

    with pytest.raises(OSError, match="no space left"):
        client_of(finished).upload_candidate(bundle_folder, on_progress=remove)


async def test_a_failure_while_sending_is_raised_by_asyncio(
    finished: "Shelf", serve: Callable[..., str], bundle_folder: Path
) -> None:
    def remove(_news: object) -> None:
        message = "no space left"
        raise OSError(message)

    async with AsyncClient(serve(finished)) as client:
        with pytest.raises(OSError, match="no space left"):
            await client.upload_candidate(bundle_folder, on_progress=remove)


def test_a_failed_evaluation_is_raised_with_its_reason(
    shelf: "Shelf", client_of: ClientOf, bundle_folder: Path, set_file: Path
) -> None:
    shelf.outcome = v1.Evaluation(
        state=v1.Evaluation.STATE_FAILED,
        error=status_pb2.Status(code=code_pb2.DATA_LOSS, message="the disk is gone"),
    )
    with pytest.raises(EvaluationFailedError, match=r"evaluations/e failed: the disk is gone") as (
        caught
    ):
        client_of(shelf).evaluate([bundle_folder], set_file)
    assert "DATA_LOSS" == caught.value.reason
    assert v1.Evaluation.STATE_FAILED == caught.value.evaluation.state


def test_a_cancelled_evaluation_is_raised(
    shelf: "Shelf", client_of: ClientOf, bundle_folder: Path, set_file: Path
) -> None:
    shelf.outcome = v1.Evaluation(state=v1.Evaluation.STATE_CANCELLED)
    with pytest.raises(EvaluationCancelledError, match="evaluations/e was cancelled"):
        client_of(shelf).evaluate([bundle_folder], set_file)


def test_an_interrupted_caller_cancels_the_evaluation(
    finished: "Shelf", client_of: ClientOf, bundle_folder: Path, set_file: Path
) -> None:
    def interrupt(_evaluation: v1.Evaluation) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client_of(finished).evaluate([bundle_folder], set_file, on_change=interrupt)
    assert ["evaluations/e"] == finished.cancelled


async def test_a_cancelled_task_cancels_the_evaluation(
    finished: "Shelf", serve: Callable[..., str], bundle_folder: Path, set_file: Path
) -> None:
    running = asyncio.Event()
    finished.outcome = v1.Evaluation(state=v1.Evaluation.STATE_RUNNING)

    async with AsyncClient(serve(finished), retry=RetryPolicy(attempt_count=100)) as client:
        task = asyncio.create_task(
            client.evaluate([bundle_folder], set_file, on_change=lambda _: running.set())
        )
        await running.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ["evaluations/e"] == finished.cancelled


@pytest.mark.parametrize(
    ("candidates", "evaluation_set", "kind"),
    [
        (["unknown"], "set.csv", NotFoundError),
        (["./unknown"], "set.csv", BundleFolderError),
        (["some/unknown"], "set.csv", BundleFolderError),
        ([Path("unknown")], "set.csv", BundleFolderError),
        (["tiny.fp32"], "unknown", NotFoundError),
        (["tiny.fp32"], "unknown.csv", EvaluationSetFileError),
        (["tiny.fp32"], "some/unknown", EvaluationSetFileError),
        (["tiny.fp32"], Path("unknown"), EvaluationSetFileError),
        ([], "set.csv", InvalidOptionError),
    ],
)
def test_a_word_is_a_resource_unless_it_is_there_or_written_as_a_path(
    finished: "Shelf",
    client_of: ClientOf,
    bundle_folder: Path,
    *,
    candidates: list[str | Path],
    evaluation_set: str | Path,
    kind: type[Exception],
) -> None:
    client = client_of(finished)
    client.upload_candidate(bundle_folder)
    with pytest.raises(kind):
        client.evaluate(candidates, evaluation_set)


def test_a_baseline_that_is_no_candidate_is_refused(
    finished: "Shelf", client_of: ClientOf, bundle_folder: Path, set_file: Path
) -> None:
    spec = v1.EvaluationSpec(baseline="other")
    with pytest.raises(InvalidOptionError, match=r"must be one of the candidates .* got 'other'"):
        client_of(finished).evaluate([bundle_folder], set_file, spec)


def test_an_artifact_comes_in_pieces(finished: "Shelf", client_of: ClientOf) -> None:
    pieces: Iterator[bytes] = client_of(finished).read_artifact(
        "e", Observations("c", "single-stream")
    )
    assert b"<html></html>" == b"".join(pieces)
