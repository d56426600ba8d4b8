"""Candidates over the wire."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    BundleFile,
    Candidate,
    CreateEvaluationRequest,
    DeleteCandidateRequest,
    GetCandidateRequest,
    ListCandidatesRequest,
    Manifest,
    UploadCandidateRequest,
)

if TYPE_CHECKING:
    from conftest import Bundle, Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION


async def staged(data_dir: Path, count: int) -> list[str]:
    """Uploads that are staged, once there are so many or after a while."""
    for _ in range(500):
        names = [path.name for path in (data_dir / "staging").iterdir()]
        if len(names) == count:
            break
        await asyncio.sleep(0.01)
    return names


async def test_an_uploaded_candidate_is_there_with_digest_and_size(
    caller: "Caller", tools: "Tools"
) -> None:
    bundle = tools.bundle()
    uploaded = await caller.upload_candidate("fresh", bundle)
    got = await caller.candidates.GetCandidate(GetCandidateRequest(name="candidates/fresh"))
    assert got.candidate == uploaded
    assert uploaded.name == "candidates/fresh"
    assert uploaded.manifest == bundle.manifest
    assert uploaded.size_bytes == sum(map(len, bundle.contents.values()))
    assert len(uploaded.sha256) == 64
    assert uploaded.HasField("create_time")


async def test_the_same_candidate_again_gives_the_same_answer(
    caller: "Caller", tools: "Tools"
) -> None:
    first = await caller.upload_candidate("twice", tools.bundle())
    assert await caller.upload_candidate("twice", tools.bundle()) == first


async def test_other_content_under_the_same_id_is_refused_naming_the_digest(
    caller: "Caller", tools: "Tools"
) -> None:
    first = await caller.upload_candidate("taken", tools.bundle())
    failure = await caller.failure(caller.upload_candidate("taken", tools.bundle(wrong_words=1)))
    assert failure.code == grpc.StatusCode.ALREADY_EXISTS
    assert failure.reason == "ALREADY_EXISTS"
    assert first.sha256 in failure.message


async def upload(caller: "Caller", requests: list[UploadCandidateRequest]) -> Candidate:
    answer = await caller.candidates.UploadCandidate(iter(requests))
    return answer.candidate


def header(manifest: Manifest, candidate_id: str = "bad") -> UploadCandidateRequest:
    return UploadCandidateRequest(
        header=UploadCandidateRequest.Header(candidate_id=candidate_id, manifest=manifest)
    )


def chunk(path: str, data: bytes) -> UploadCandidateRequest:
    return UploadCandidateRequest(chunk=UploadCandidateRequest.Chunk(path=path, data=data))


def without_schema(bundle: "Bundle") -> None:
    bundle.manifest.schema_version = 2


def with_unknown_task(bundle: "Bundle") -> None:
    bundle.manifest.task = "juggling"


def without_files(bundle: "Bundle") -> None:
    del bundle.manifest.files[:]


def with_two_of_a_name(bundle: "Bundle") -> None:
    bundle.manifest.files.append(bundle.manifest.files[0])


def with_a_file_that_is_a_folder(bundle: "Bundle") -> None:
    bundle.manifest.files.append(BundleFile(path="model.onnx/x", sha256="0" * 64))


def with_a_bad_digest(bundle: "Bundle") -> None:
    bundle.manifest.files[0].sha256 = "XYZ"


def with_a_negative_size(bundle: "Bundle") -> None:
    bundle.manifest.files[0].size_bytes = -1


def without_the_graph(bundle: "Bundle") -> None:
    bundle.manifest.graph_path = "other.onnx"


def without_the_tokenizer(bundle: "Bundle") -> None:
    bundle.manifest.tokenization.tokenizer_path = "other.json"


def without_a_head(bundle: "Bundle") -> None:
    bundle.manifest.ClearField("classification")


@pytest.mark.parametrize(
    ("harm", "code", "reason", "at_fault"),
    [
        (without_schema, INVALID, "MANIFEST_INVALID", "header.manifest.schema_version"),
        (with_unknown_task, PRECONDITION, "TASK_MISMATCH", None),
        (without_files, INVALID, "MANIFEST_INVALID", "header.manifest.files"),
        (with_two_of_a_name, INVALID, "MANIFEST_INVALID", "header.manifest.files[2].path"),
        (with_a_file_that_is_a_folder, INVALID, "MANIFEST_INVALID", "header.manifest.files"),
        (with_a_bad_digest, INVALID, "MANIFEST_INVALID", "header.manifest.files[0].sha256"),
        (with_a_negative_size, INVALID, "MANIFEST_INVALID", "header.manifest.files[0].size_bytes"),
        (without_the_graph, INVALID, "MANIFEST_INVALID", "header.manifest.graph_path"),
        (
            without_the_tokenizer,
            INVALID,
            "MANIFEST_INVALID",
            "header.manifest.tokenization.tokenizer_path",
        ),
        (without_a_head, INVALID, "MANIFEST_INVALID", None),
    ],
)
async def test_a_manifest_that_cannot_be_is_refused_before_any_file(  # noqa: PLR0917 - two fixtures and a row of the table
    caller: "Caller",
    tools: "Tools",
    harm: Callable[["Bundle"], None],
    code: grpc.StatusCode,
    reason: str,
    at_fault: str | None,
) -> None:
    bundle = tools.bundle()
    harm(bundle)
    failure = await caller.failure(upload(caller, [header(bundle.manifest)]))
    assert (failure.code, failure.reason) == (code, reason)
    assert list(failure.fields) == ([] if at_fault is None else [at_fault])


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../outside",
        "a/../../outside",
        "./a",
        "a//b",
        "a/",
        "a\\b",
        "nul\x00byte",
        "new\nline",
        "manifest.json",
        "x" * 256,
        "/".join("abcdefghijklmnopq"),
        "ä" * 128,
    ],
)
async def test_a_path_that_could_leave_the_bundle_is_refused(
    caller: "Caller", tools: "Tools", path: str
) -> None:
    bundle = tools.bundle()
    bundle.manifest.files.append(BundleFile(path=path, sha256="0" * 64))
    failure = await caller.failure(upload(caller, [header(bundle.manifest)]))
    assert (failure.code, failure.reason) == (INVALID, "MANIFEST_INVALID")
    assert list(failure.fields) == ["header.manifest.files[2].path"]


@pytest.mark.parametrize("candidate_id", ["", "UPPER", "../x", "a/b", "x" * 129])
async def test_an_id_that_breaks_the_rule_is_refused(
    caller: "Caller", tools: "Tools", candidate_id: str
) -> None:
    failure = await caller.failure(upload(caller, [header(tools.bundle().manifest, candidate_id)]))
    assert (failure.code, failure.reason) == (INVALID, "INVALID_NAME")
    assert list(failure.fields) == ["header.candidate_id"]


async def test_an_upload_must_begin_with_its_header(caller: "Caller") -> None:
    for requests in ([], [chunk("model.onnx", b"x")], [UploadCandidateRequest()]):
        failure = await caller.failure(upload(caller, requests))
        assert (failure.code, failure.reason) == (INVALID, "UPLOAD_INCOMPLETE")


async def test_files_must_come_whole_and_in_the_order_of_the_manifest(
    caller: "Caller", tools: "Tools"
) -> None:
    bundle = tools.bundle()
    first, second = bundle.manifest.files
    graph, tokenizer = bundle.contents[first.path], bundle.contents[second.path]
    begun = header(bundle.manifest)
    cases = [
        [begun],
        [begun, chunk(first.path, graph[:-1])],
        [begun, chunk(first.path, graph)],
        [begun, chunk(second.path, tokenizer), chunk(first.path, graph)],
        [begun, chunk(first.path, graph[:5]), chunk(second.path, tokenizer)],
        [begun, chunk("other", b"x")],
        [begun, chunk(first.path, graph), chunk(second.path, tokenizer), chunk("other", b"x")],
        [begun, begun],
    ]
    for requests in cases:
        failure = await caller.failure(upload(caller, requests))
        assert (failure.code, failure.reason) == (INVALID, "UPLOAD_INCOMPLETE")


async def test_bytes_that_were_not_announced_are_refused_naming_the_file(
    caller: "Caller", tools: "Tools"
) -> None:
    bundle = tools.bundle()
    first = bundle.manifest.files[0]
    graph = bundle.contents[first.path]
    changed = bytes([graph[0] ^ 1]) + graph[1:]
    for data in (graph + b"x", changed):
        requests = [header(bundle.manifest), chunk(first.path, data)]
        if data == changed:
            second = bundle.manifest.files[1]
            requests.append(chunk(second.path, bundle.contents[second.path]))
        failure = await caller.failure(upload(caller, requests))
        assert (failure.code, failure.reason) == (INVALID, "DIGEST_MISMATCH")
        assert failure.metadata["file"] == "model.onnx"


async def test_a_piece_larger_than_a_mebibyte_is_refused(caller: "Caller", tools: "Tools") -> None:
    requests = [header(tools.bundle().manifest), chunk("model.onnx", bytes(1024 * 1024 + 1))]
    failure = await caller.failure(upload(caller, requests))
    assert (failure.code, list(failure.fields)) == (INVALID, ["chunk.data"])


async def test_a_file_without_bytes_may_be_left_out_or_sent(
    caller: "Caller", tools: "Tools"
) -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for candidate_id, says_it in (("empty-left-out", False), ("empty-sent", True)):
        bundle = tools.bundle()
        bundle.manifest.files.insert(1, BundleFile(path="notes/empty.txt", sha256=empty))
        requests = [header(bundle.manifest, candidate_id)]
        for file in bundle.manifest.files:
            content = bundle.contents.get(file.path, b"")
            if content or says_it:
                requests.append(chunk(file.path, content))
        uploaded = await upload(caller, requests)
        assert uploaded.manifest == bundle.manifest


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ({"model.onnx": b"no graph at all"}, "MODEL_UNPARSEABLE"),
        ({"tokenizer.json": b"{}"}, "TOKENIZER_UNPARSEABLE"),
    ],
)
async def test_a_bundle_that_does_not_load_is_refused_and_leaves_nothing(
    caller: "Caller", tools: "Tools", data_dir: Path, contents: dict[str, bytes], reason: str
) -> None:
    bundle = tools.bundle(replaced=contents)
    failure = await caller.failure(caller.upload_candidate("unloadable", bundle))
    assert (failure.code, failure.reason) == (INVALID, reason)
    gone = await caller.failure(
        caller.candidates.GetCandidate(GetCandidateRequest(name="candidates/unloadable"))
    )
    assert gone.code == grpc.StatusCode.NOT_FOUND
    assert await staged(data_dir, count=0) == []


async def test_labels_that_do_not_fit_the_graph_are_refused(
    caller: "Caller", tools: "Tools"
) -> None:
    failure = await caller.failure(
        caller.upload_candidate("three", tools.bundle(labels=("cat", "dog", "owl")))
    )
    assert (failure.code, failure.reason) == (INVALID, "MANIFEST_INVALID")


async def test_a_caller_that_goes_away_leaves_nothing_behind(
    caller: "Caller", tools: "Tools", data_dir: Path
) -> None:
    bundle = tools.bundle()
    begun = asyncio.Event()

    async def slowly() -> AsyncIterator[UploadCandidateRequest]:
        yield header(bundle.manifest, "abandoned")
        yield chunk("model.onnx", bundle.contents["model.onnx"][:10])
        begun.set()
        await asyncio.sleep(60)

    call = caller.candidates.UploadCandidate(slowly())
    await begun.wait()
    assert await staged(data_dir, count=1)
    call.cancel()
    assert await staged(data_dir, count=0) == []


async def test_pages_give_every_candidate_once_in_the_order_of_names(stocked: "Caller") -> None:
    seen: list[str] = []
    token = ""
    while True:
        page = await stocked.candidates.ListCandidates(
            ListCandidatesRequest(page_size=1, page_token=token)
        )
        seen += [candidate.name for candidate in page.candidates]
        token = page.next_page_token
        if not token:
            break
    assert seen == sorted(set(seen))
    assert {"candidates/right", "candidates/wrong"} <= set(seen)


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"page_size": -1}, "page_size"),
        ({"page_size": 1001}, "page_size"),
        ({"page_token": "made up"}, "page_token"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    caller: "Caller", fields: dict[str, object], at_fault: str
) -> None:
    request = ListCandidatesRequest(**fields)
    failure = await caller.failure(caller.candidates.ListCandidates(request))
    assert (failure.code, failure.reason) == (INVALID, "INVALID_FIELD")
    assert list(failure.fields) == [at_fault]


async def test_a_deleted_candidate_is_gone(caller: "Caller", tools: "Tools") -> None:
    name = (await caller.upload_candidate("short-lived", tools.bundle())).name
    await caller.candidates.DeleteCandidate(DeleteCandidateRequest(name=name))
    for call in (
        caller.candidates.GetCandidate(GetCandidateRequest(name=name)),
        caller.candidates.DeleteCandidate(DeleteCandidateRequest(name=name)),
    ):
        failure = await caller.failure(call)
        assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        assert failure.metadata["name"] == name


async def test_a_name_of_something_else_is_refused(caller: "Caller") -> None:
    for name in ("", "right", "targets/cpu", "candidates/", "candidates/../right"):
        failure = await caller.failure(
            caller.candidates.GetCandidate(GetCandidateRequest(name=name))
        )
        assert (failure.code, failure.reason) == (INVALID, "INVALID_NAME")


async def test_a_candidate_in_use_cannot_be_deleted(stocked: "Caller", tools: "Tools") -> None:
    await stocked.upload_candidate("in-use", tools.bundle(wrong_words=3))
    # Two evaluations on one target: the second waits while the first runs.
    first = await stocked.create(tools.spec("right"))
    second = await stocked.create(tools.spec("in-use"))
    failure = await stocked.failure(
        stocked.candidates.DeleteCandidate(DeleteCandidateRequest(name="candidates/in-use"))
    )
    assert (failure.code, failure.reason) == (PRECONDITION, "RESOURCE_IN_USE")
    assert failure.metadata["evaluation"] == second.name
    await stocked.ended(first.name)
    await stocked.ended(second.name)
    await stocked.candidates.DeleteCandidate(DeleteCandidateRequest(name="candidates/in-use"))
    failure = await stocked.failure(
        stocked.evaluations.CreateEvaluation(CreateEvaluationRequest(spec=tools.spec("in-use")))
    )
    assert failure.code == grpc.StatusCode.NOT_FOUND
