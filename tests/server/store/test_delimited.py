"""Files of messages with their lengths."""

from pathlib import Path

import pytest
from google.protobuf.proto import parse_length_prefixed

from bakeoff.server.errors import CorruptStoreError
from bakeoff.server.store.delimited import read_messages, read_slice, write_messages
from bakeoff.v1 import TextInput


@pytest.fixture
def texts() -> list[TextInput]:
    """Messages whose lengths take one, two and three bytes, an empty one among them."""
    return [TextInput(text="x" * size) for size in (1, 0, 200, 40_000, 7)]


def test_messages_come_back_in_their_order(tmp_path: Path, texts: list[TextInput]) -> None:
    write_messages(tmp_path / "file", texts)
    assert list(read_messages(tmp_path / "file", TextInput)) == texts


def test_the_format_is_that_of_the_protobuf_library(tmp_path: Path, texts: list[TextInput]) -> None:
    write_messages(tmp_path / "file", texts)
    with (tmp_path / "file").open("rb") as file:
        read = [parse_length_prefixed(TextInput, file) for _ in texts]
    assert read == texts


@pytest.mark.parametrize("first", range(7))
@pytest.mark.parametrize("count", [0, 1, 3, 10])
def test_a_slice_is_what_a_list_would_give(
    tmp_path: Path, texts: list[TextInput], first: int, count: int
) -> None:
    write_messages(tmp_path / "file", texts)
    assert read_slice(tmp_path / "file", TextInput, first, count) == texts[first : first + count]


def test_a_file_cut_short_is_told_and_not_taken_for_its_end(
    tmp_path: Path, texts: list[TextInput]
) -> None:
    write_messages(tmp_path / "file", texts)
    whole = (tmp_path / "file").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-3])
    with pytest.raises(CorruptStoreError, match="TextInput"):
        list(read_messages(tmp_path / "cut", TextInput))


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"\x04\xff\xff\xff\xff")
    with pytest.raises(CorruptStoreError, match="TextInput"):
        list(read_messages(tmp_path / "noise", TextInput))
