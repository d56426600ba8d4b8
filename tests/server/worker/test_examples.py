"""Promises of the example file."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import InvalidExampleError, InvalidFieldError, MalformedMessageError
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.v1 import UnlabelledExample

if TYPE_CHECKING:
    from conftest import Workshop


def test_every_example_can_be_read_at_its_position(workshop: "Workshop") -> None:
    texts = ["short", "a pair", "x" * 5000, ""]
    file = ExampleFile(workshop.inputs(texts))
    assert texts == [file[position].text.text for position in range(len(file))]


def test_a_span_is_in_the_order_of_the_set(workshop: "Workshop") -> None:
    file = ExampleFile(workshop.inputs(["a", "b", "c", "d"]))
    assert ["b", "c"] == [example.text.text for example in file.span(1, 2)]


@pytest.mark.parametrize(("first", "count"), [(-1, 2), (0, 0), (3, 2), (4, 1)])
def test_a_span_beyond_the_set_is_refused(workshop: "Workshop", first: int, count: int) -> None:
    file = ExampleFile(workshop.inputs(["a", "b", "c", "d"]))
    with pytest.raises(InvalidFieldError, match=f"0 to 3, got {first} and {count}"):
        file.span(first, count)


def test_the_longest_come_longest_first(workshop: "Workshop") -> None:
    file = ExampleFile(workshop.inputs(["b" * 20, "d" * 40, "a" * 10, "c" * 30]))
    assert ["d" * 40, "c" * 30] == [example.text.text for example in file.longest(2)]
    assert 4 == len(file.longest(9))


def test_a_spread_goes_from_the_shortest_to_the_longest(workshop: "Workshop") -> None:
    texts = ["c" * 30, "a" * 10, "e" * 50, "b" * 20, "d" * 40]
    file = ExampleFile(workshop.inputs(texts))
    assert [1, 0, 2] == file.spread(3)
    assert [1, 3, 0, 4, 2] == file.spread(9)


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "inputs"
    path.touch()
    with pytest.raises(InvalidExampleError, match="no examples"):
        ExampleFile(path)


@pytest.mark.parametrize("content", [b"\x80", b"\x05abc", b"\xff" * 20])
def test_a_file_cut_short_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "inputs"
    path.write_bytes(content)
    with pytest.raises(MalformedMessageError, match="the set ends within"):
        ExampleFile(path)


def test_an_empty_message_is_an_example(tmp_path: Path) -> None:
    path = tmp_path / "inputs"
    path.write_bytes(b"\x00")
    assert UnlabelledExample() == ExampleFile(path)[0]
