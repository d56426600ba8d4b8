"""Evaluation sets over the wire."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

from bakeoff.v1 import (
    ClassNames,
    DeleteEvaluationSetRequest,
    Example,
    GetEvaluationSetRequest,
    Label,
    LabelKind,
    ListEvaluationSetsRequest,
    TextInput,
    UploadEvaluationSetRequest,
)

if TYPE_CHECKING:
    from conftest import Caller, Tools

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED


async def staged(data_dir: Path, count: int) -> list[str]:
    """Uploads that are staged, once there are so many or after a while."""
    for _ in range(500):
        names = [path.name for path in (data_dir / "staging").iterdir()]
        if len(names) == count:
            break
        await asyncio.sleep(0.01)
    return names


def example(example_id: str, text: str = "t", **fields: object) -> Example:
    return Example(id=example_id, text=TextInput(text=text), **fields)


def classed(example_id: str, name: str = "a") -> Example:
    return example(example_id, label=Label(class_name=name))


@pytest.mark.parametrize("piece_bytes", [1, 7, 1000, 1_000_000])
async def test_an_uploaded_set_says_what_is_in_it_however_it_was_cut(
    caller: "Caller", tools: "Tools", piece_bytes: int
) -> None:
    content = tools.encoded(
        [
            example("1", "short", label=Label(class_name="b"), attributes={"source": "x"}),
            example("2", "ein längerer Text", label=Label(class_name="a")),
            example("3", "more", label=Label(class_name="b"), attributes={"group": "y"}),
            example("4", "unlabelled"),
        ]
    )
    set_id = f"cut-{piece_bytes}"
    uploaded = await caller.upload_set(set_id, content, piece_bytes, description="four rows")
    got = await caller.sets.GetEvaluationSet(
        GetEvaluationSetRequest(name=f"evaluationSets/{set_id}")
    )
    assert got.evaluation_set == uploaded
    counts = [(one.label, one.count, one.first_index) for one in uploaded.label_counts]
    assert counts == [("b", 2, 0), ("a", 1, 1)]
    assert uploaded.example_count == 4
    assert uploaded.sha256 == hashlib.sha256(content).hexdigest()
    assert uploaded.size_bytes == len(content)
    assert uploaded.label_kind == LabelKind.LABEL_KIND_CLASS
    assert list(uploaded.attribute_names) == ["group", "source"]
    assert not uploaded.text_pairs
    assert uploaded.max_text_characters == 17
    assert uploaded.description == "four rows"
    assert uploaded.task == "text-classification"


async def test_pairs_many_classes_and_numbers_are_told_apart(
    caller: "Caller", tools: "Tools"
) -> None:
    pair = Example(
        id="1",
        text=TextInput(text="a", text_pair=""),
        label=Label(class_names=ClassNames(names=["x", "y"])),
    )
    nothing = Example(
        id="2", text=TextInput(text="a", text_pair="b"), label=Label(class_names=ClassNames())
    )
    many = await caller.upload_set("pairs", tools.encoded([pair, nothing]))
    assert (many.text_pairs, many.label_kind) == (True, LabelKind.LABEL_KIND_CLASSES)
    numbers = await caller.upload_set(
        "numbers", tools.encoded([example("1", label=Label(value=-0.5))])
    )
    assert (numbers.text_pairs, numbers.label_kind) == (False, LabelKind.LABEL_KIND_VALUE)
    assert list(numbers.label_counts) == []


async def test_the_same_set_again_gives_the_same_answer(caller: "Caller", tools: "Tools") -> None:
    content = tools.encoded(tools.labelled(3))
    first = await caller.upload_set("again", content)
    assert await caller.upload_set("again", content) == first
    failure = await caller.failure(caller.upload_set("again", tools.encoded(tools.labelled(4))))
    assert failure.code == grpc.StatusCode.ALREADY_EXISTS
    assert first.sha256 in failure.message


LONG = "x" * 1_000_001


@pytest.mark.parametrize(
    ("examples", "code", "reason", "said"),
    [
        ([], PRECONDITION, "EMPTY_EVALUATION_SET", "no example"),
        ([example("")], INVALID, "EXAMPLE_INVALID", "row 1"),
        ([example("1"), example("x" * 257)], INVALID, "EXAMPLE_INVALID", "row 2"),
        ([Example(id="1")], INVALID, "EXAMPLE_INVALID", "row 1: it must have a text"),
        (
            [
                example("1"),
                Example(id="2", text=TextInput(text="a", text_pair="b")),
            ],
            INVALID,
            "EXAMPLE_INVALID",
            "row 2: it must be one text",
        ),
        (
            [classed("1"), example("2"), example("3", label=Label(value=1))],
            INVALID,
            "EXAMPLE_INVALID",
            "row 3: its label must be class_name as in row 1, got value",
        ),
        ([example("1", label=Label())], INVALID, "EXAMPLE_INVALID", "got none"),
        (
            [example("1", label=Label(value=float("nan")))],
            INVALID,
            "EXAMPLE_INVALID",
            "finite number, got nan",
        ),
        (
            [example("1", label=Label(value=float("inf")))],
            INVALID,
            "EXAMPLE_INVALID",
            "finite number, got inf",
        ),
        ([classed("1", "")], INVALID, "EXAMPLE_INVALID", "class name"),
        (
            [example("1", label=Label(class_names=ClassNames(names=["a", "a"])))],
            INVALID,
            "EXAMPLE_INVALID",
            "distinct",
        ),
        ([example("1", attributes={"": "x"})], INVALID, "EXAMPLE_INVALID", "attribute name"),
        (
            [example("1", attributes={str(n): "x" for n in range(101)})],
            INVALID,
            "EXAMPLE_INVALID",
            "100 attributes",
        ),
        (
            [classed(str(n), str(n)) for n in range(10_001)],
            INVALID,
            "EXAMPLE_INVALID",
            "row 10001: a set may have 10000 classes",
        ),
        (
            [example("1"), example("2", LONG)],
            INVALID,
            "TEXT_TOO_LONG",
            "row 2: a text may have 1000000 characters, this one has 1000001",
        ),
        (
            [Example(id="1", text=TextInput(text="a", text_pair=LONG))],
            INVALID,
            "TEXT_TOO_LONG",
            "row 1",
        ),
        (
            [example("a"), example("b"), example("a"), example("b")],
            INVALID,
            "DUPLICATE_EXAMPLE_ID",
            "'a' in rows 1 and 3; 'b' in rows 2 and 4",
        ),
    ],
)
async def test_an_example_that_cannot_be_is_refused_with_its_row(  # noqa: PLR0917 - two fixtures and a row of the table
    caller: "Caller",
    tools: "Tools",
    examples: list[Example],
    code: grpc.StatusCode,
    reason: str,
    said: str,
) -> None:
    content = tools.encoded(examples)
    failure = await caller.failure(caller.upload_set("bad", content, 1_000_000))
    assert (failure.code, failure.reason) == (code, reason)
    assert said in failure.message


async def test_the_first_ten_duplicates_are_named_and_the_rest_counted(
    caller: "Caller", tools: "Tools"
) -> None:
    content = tools.encoded([example(str(n % 12)) for n in range(24)])
    failure = await caller.failure(caller.upload_set("bad", content))
    assert failure.message.count("in rows") == 10
    assert failure.message.endswith("and 2 more")
    assert failure.metadata["duplicate_count"] == "12"


async def test_a_text_of_fifty_megabytes_is_refused_with_its_row_and_not_kept(
    caller: "Caller", data_dir: Path
) -> None:
    async def pieces() -> AsyncIterator[UploadEvaluationSetRequest]:
        yield UploadEvaluationSetRequest(
            header=UploadEvaluationSetRequest.Header(
                evaluation_set_id="huge", task="text-classification", sha256="0" * 64
            )
        )
        # The length of the message that begins here: 50,000,012 bytes.
        yield UploadEvaluationSetRequest(data=b"\x8c\xe1\xeb\x17")
        for _ in range(50):
            yield UploadEvaluationSetRequest(data=bytes(1_000_000))

    failure = await caller.failure(caller.sets.UploadEvaluationSet(pieces()))
    assert (failure.code, failure.reason) == (INVALID, "TEXT_TOO_LONG")
    assert "row 1" in failure.message
    assert await staged(data_dir, count=0) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x05\xff\xff\xff\xff\xff", "MALFORMED_MESSAGE"),
        (b"\xff\xff\xff\xff\xff\xff", "MALFORMED_MESSAGE"),
        # An id that is not UTF-8.
        (b"\x03\x0a\x01\xff", "MALFORMED_MESSAGE"),
        (b"\x0a\x0a\x01", "UPLOAD_INCOMPLETE"),
        (b"\xff", "UPLOAD_INCOMPLETE"),
    ],
)
async def test_bytes_that_are_no_examples_are_refused_with_the_row(
    caller: "Caller", content: bytes, reason: str
) -> None:
    failure = await caller.failure(caller.upload_set("bad", content))
    assert (failure.code, failure.reason) == (INVALID, reason)
    assert "row 1" in failure.message


@pytest.mark.parametrize(
    ("fields", "code", "reason"),
    [
        ({"evaluation_set_id": "Bad"}, INVALID, "INVALID_NAME"),
        ({"task": "juggling"}, PRECONDITION, "TASK_MISMATCH"),
        ({"task": ""}, PRECONDITION, "TASK_MISMATCH"),
        ({"sha256": ""}, INVALID, "INVALID_FIELD"),
        ({"sha256": "A" * 64}, INVALID, "INVALID_FIELD"),
        ({"sha256": "0" * 64}, INVALID, "DIGEST_MISMATCH"),
        ({"description": "x" * 1025}, INVALID, "INVALID_FIELD"),
    ],
)
async def test_a_header_that_cannot_be_is_refused(
    caller: "Caller", tools: "Tools", fields: dict[str, str], code: grpc.StatusCode, reason: str
) -> None:
    content = tools.encoded(tools.labelled(1))
    given = {"evaluation_set_id": "bad", **fields}
    failure = await caller.failure(
        caller.upload_set(given.pop("evaluation_set_id"), content, **given)
    )
    assert (failure.code, failure.reason) == (code, reason)


async def test_parts_in_the_wrong_order_are_refused(caller: "Caller", tools: "Tools") -> None:
    whole = list(tools.set_requests("bad", tools.encoded(tools.labelled(1))))
    cases = [[], whole[1:], [whole[0], whole[0]], [UploadEvaluationSetRequest()]]
    for requests in cases:
        failure = await caller.failure(caller.sets.UploadEvaluationSet(iter(requests)))
        assert (failure.code, failure.reason) == (INVALID, "UPLOAD_INCOMPLETE")


async def test_a_piece_larger_than_a_mebibyte_is_refused(caller: "Caller") -> None:
    failure = await caller.failure(
        caller.upload_set("bad", bytes(1024 * 1024 + 1), 2 * 1024 * 1024)
    )
    assert (failure.code, list(failure.fields)) == (INVALID, ["data"])


async def test_a_caller_that_goes_away_leaves_nothing_behind(
    caller: "Caller", tools: "Tools", data_dir: Path
) -> None:
    requests = list(tools.set_requests("gone", tools.encoded(tools.labelled(100)), 100))
    begun = asyncio.Event()

    async def slowly() -> AsyncIterator[UploadEvaluationSetRequest]:
        for request in requests[:5]:
            yield request
        begun.set()
        await asyncio.sleep(60)

    call = caller.sets.UploadEvaluationSet(slowly())
    await begun.wait()
    assert await staged(data_dir, count=1)
    call.cancel()
    assert await staged(data_dir, count=0) == []


async def test_a_deleted_set_is_gone(caller: "Caller", tools: "Tools") -> None:
    name = (await caller.upload_set("short-lived", tools.encoded(tools.labelled(2)))).name
    await caller.sets.DeleteEvaluationSet(DeleteEvaluationSetRequest(name=name))
    for call in (
        caller.sets.GetEvaluationSet(GetEvaluationSetRequest(name=name)),
        caller.sets.DeleteEvaluationSet(DeleteEvaluationSetRequest(name=name)),
    ):
        failure = await caller.failure(call)
        assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


async def test_sets_are_listed_page_by_page(stocked: "Caller", tools: "Tools") -> None:
    await stocked.upload_set("another", tools.encoded(tools.labelled(2)))
    first = await stocked.sets.ListEvaluationSets(ListEvaluationSetsRequest(page_size=1))
    second = await stocked.sets.ListEvaluationSets(
        ListEvaluationSetsRequest(page_size=1000, page_token=first.next_page_token)
    )
    names = [one.name for one in (*first.evaluation_sets, *second.evaluation_sets)]
    assert names == sorted(set(names))
    assert {"evaluationSets/another", "evaluationSets/pets"} <= set(names)
    failure = await stocked.failure(
        stocked.sets.ListEvaluationSets(ListEvaluationSetsRequest(page_token="x"))  # noqa: S106 - no secret
    )
    assert (failure.code, list(failure.fields)) == (INVALID, ["page_token"])
