"""Promises of the first queries: one twice, then one of another shape twice."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bakeoff.server.errors import InvalidExampleError
from bakeoff.server.worker.encoding import TOO_LONG, Encoded, Unencodable
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.first_queries import first_queries
from bakeoff.server.worker.model import Answer
from bakeoff.server.worker.outputs import Values
from bakeoff.v1 import TextInput

if TYPE_CHECKING:
    from conftest import Workshop

COMPILING_NS = 300_000_000
ENCODING_NS = 1_000
RUNNING_NS = 20_000
UNREADABLE = "?"


class CompilingModel:
    """Compiles for each width that it meets, and is its own encoder and clock.

    A text has as many tokens as words; of `?` no input can be made. A clock of its own, so that
    the times are known.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.encoder = self
        self.widths: list[int] = []
        self._now_ns = 0
        monkeypatch.setattr(time, "perf_counter_ns", lambda: self._now_ns)

    def encode(self, texts: Sequence[TextInput]) -> list[Encoded | Unencodable]:
        self._now_ns += ENCODING_NS * len(texts)
        return [self._encoded(text.text.split()) for text in texts]

    def collate(self, batch: Sequence[Encoded]) -> Mapping[str, NDArray[Any]]:
        return {"tokens": np.zeros((len(batch), self._width(batch)), np.int64)}

    def probe(self, length: int, *, largest_id: bool) -> Encoded:
        del largest_id
        return Encoded(content=None, length=length, token_count=length, truncated=False)

    def answer(self, batch: Sequence[Encoded]) -> Answer:
        width = self._width(batch)
        run_ns = RUNNING_NS + (0 if width in self.widths else COMPILING_NS)
        self.widths.append(width)
        self._now_ns += run_ns
        count = len(batch)
        return Answer(
            values=Values(np.zeros((count, 1), np.float32), np.zeros(count, np.int64)),
            copy_in_ns=0,
            run_ns=run_ns,
            copy_out_ns=0,
            decode_ns=0,
            token_count=width * count,
            padded_token_count=width * count,
        )

    def _width(self, batch: Sequence[Encoded]) -> int:
        return max(item.length for item in batch)

    def _encoded(self, words: list[str]) -> Encoded | Unencodable:
        if UNREADABLE in words:
            return TOO_LONG
        return Encoded(content=None, length=len(words), token_count=len(words), truncated=False)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> CompilingModel:
    return CompilingModel(monkeypatch)


def test_a_shape_is_slow_once_and_then_known(workshop: "Workshop", model: CompilingModel) -> None:
    examples = ExampleFile(workshop.inputs(["two words", "one", "three words here"]))
    found = first_queries(model, examples)
    slow_ns, quick_ns = ENCODING_NS + RUNNING_NS + COMPILING_NS, ENCODING_NS + RUNNING_NS
    assert slow_ns == found.start.first.duration_ns
    assert quick_ns == found.start.again.duration_ns
    assert found.new_shape is not None
    assert slow_ns == found.new_shape.first.duration_ns
    assert quick_ns == found.new_shape.again.duration_ns


def test_the_new_shape_is_the_longest_and_all_is_told_in_order(
    workshop: "Workshop", model: CompilingModel
) -> None:
    texts = ["two words", "one", "three words here", "the longest of all"]
    examples = ExampleFile(workshop.inputs(texts))
    found = first_queries(model, examples)
    assert [2, 2, 4, 4] == model.widths
    assert model.widths == [batch[0].length for batch in found.batches()]


def test_a_set_that_begins_with_its_longest_gives_a_shorter_one(
    workshop: "Workshop", model: CompilingModel
) -> None:
    """Where many are cut to the same length, the next that is not is taken."""
    texts = ["x y z", *["longer but three"] * 200, "a b", "c"]
    found = first_queries(model, ExampleFile(workshop.inputs(texts)))
    assert found.new_shape is not None
    assert 3 == found.start.first.encoded.length
    assert found.new_shape.first.encoded.length < 3


def test_an_example_that_cannot_be_encoded_is_passed_over(
    workshop: "Workshop", model: CompilingModel
) -> None:
    texts = [UNREADABLE, "first one", f"{UNREADABLE} is the longest of all of them", "x y z"]
    first_queries(model, ExampleFile(workshop.inputs(texts)))
    assert [2, 2, 3, 3] == model.widths


@pytest.mark.parametrize("texts", [["alone"], ["a b", "quite long", f"{UNREADABLE} c d e f g"]])
def test_examples_of_one_length_have_no_new_shape(
    workshop: "Workshop", model: CompilingModel, texts: list[str]
) -> None:
    found = first_queries(model, ExampleFile(workshop.inputs(texts)))
    assert found.new_shape is None
    assert 2 == len(model.widths) == len(list(found.batches()))


def test_a_large_set_of_one_length_is_not_encoded_whole(
    workshop: "Workshop", model: CompilingModel
) -> None:
    examples = ExampleFile(workshop.inputs(["same length"] * 5_000))
    assert first_queries(model, examples).new_shape is None
    encoded_count = (time.perf_counter_ns() - 2 * RUNNING_NS - COMPILING_NS) // ENCODING_NS
    assert encoded_count < 100


def test_a_set_without_any_input_is_refused(workshop: "Workshop", model: CompilingModel) -> None:
    with pytest.raises(InvalidExampleError, match="no example of the set"):
        first_queries(model, ExampleFile(workshop.inputs([UNREADABLE, UNREADABLE])))
    assert [] == model.widths
