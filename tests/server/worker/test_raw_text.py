"""Promises of graphs that take strings."""

from typing import TYPE_CHECKING

import pytest

from bakeoff.server.worker.encoding import LONGEST_TEXT_CHARACTERS, Encoded, Unencodable
from bakeoff.server.worker.raw_text import RawTextEncoder
from bakeoff.v1 import RawText, TextInput

if TYPE_CHECKING:
    from conftest import Workshop


@pytest.mark.parametrize("column", [False, True])
def test_texts_reach_the_graph_as_they_are(workshop: "Workshop", *, column: bool) -> None:
    model = workshop.model(workshop.text_bundle(column=column))
    texts = ["warm", "", "cold", "wärm\n"]
    encoded = [
        item
        for item in model.encoder.encode([TextInput(text=text) for text in texts])
        if isinstance(item, Encoded)
    ]
    answer = model.answer(encoded)
    assert [[1, -1], [0, 0], [-1, 1], [0, 0]] == answer.values.values.tolist()
    assert (0, 0) == (answer.token_count, answer.padded_token_count)


def test_a_batch_is_a_vector_or_a_column() -> None:
    texts = [TextInput(text="a"), TextInput(text="bc")]
    for column, expected in ((False, ["a", "bc"]), (True, [["a"], ["bc"]])):
        encoder = RawTextEncoder(RawText(input_name="text", column=column))
        batch = [item for item in encoder.encode(texts) if isinstance(item, Encoded)]
        assert expected == encoder.collate(batch)["text"].tolist()


def test_a_pair_and_a_text_that_is_too_long_fail_alone() -> None:
    encoder = RawTextEncoder(RawText(input_name="text"))
    good, pair, long = encoder.encode(
        [
            TextInput(text="a"),
            TextInput(text="a", text_pair=""),
            TextInput(text="x" * (LONGEST_TEXT_CHARACTERS + 1)),
        ]
    )
    assert isinstance(good, Encoded)
    assert Unencodable("EXAMPLE_INVALID") == pair
    assert Unencodable("TEXT_TOO_LONG") == long
