"""The tokenizer of a bundle does what that of transformers does, and knows the model's limits."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff.exporter.checkpoint import find_checkpoint
from bakeoff.exporter.encoding import TokenEncoder
from bakeoff.exporter.errors import OptionError, TokenizerUnsupportedError
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.network import load_network
from bakeoff.exporter.tokenization import (
    count_encoded_otherwise,
    describe_tokenization,
    longest_sequence,
)
from bakeoff.exporter.tokenizer_file import write_pipeline
from bakeoff.v1 import Tokenization

LEFT = {"padding_side": "left", "truncation_side": "left"}


@pytest.mark.parametrize(
    ("config", "tokenizer_limit", "asked", "expected"),
    [
        ({"max_position_embeddings": 512}, 128, None, 128),
        ({"max_position_embeddings": 128}, 512, None, 128),
        ({"max_position_embeddings": 512}, 10**30, None, 512),
        (
            {"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1},
            512,
            None,
            512,
        ),
        (
            {"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1},
            None,
            None,
            512,
        ),
        (
            {"max_position_embeddings": 130, "model_type": "mpnet", "pad_token_id": 1},
            512,
            None,
            128,
        ),
        ({"n_positions": 1024}, None, None, 1024),
        ({}, 256, None, 256),
        ({"max_position_embeddings": 512}, 512, 64, 64),
        ({}, None, 77, 77),
    ],
)
def test_the_longest_sequence_is_the_smallest_limit(
    config: dict[str, object], tokenizer_limit: int | None, asked: int | None, expected: int
) -> None:
    assert expected == longest_sequence(config, tokenizer_limit, asked=asked)


def test_more_than_the_model_takes_is_refused() -> None:
    with pytest.raises(OptionError, match="takes 1 to 512 tokens; got 513"):
        longest_sequence({"max_position_embeddings": 512}, None, asked=513)


def test_a_model_without_any_limit_needs_one() -> None:
    with pytest.raises(TokenizerUnsupportedError, match="--max-length"):
        longest_sequence({}, 10**30)


@pytest.mark.parametrize(
    ("family", "saved_by", "sides", "max_length"),
    [
        ("bert", 4, {}, 64),
        ("bert", 4, LEFT, 16),
        ("bert", 5, {}, 16),
        ("distilbert", 5, {"padding_side": "left"}, 64),
        ("roberta", 4, {}, 64),
        ("roberta", 5, LEFT, 16),
        ("albert", 4, {"truncation_side": "left"}, 16),
        ("albert", 5, {}, 64),
        ("deberta-v2", 4, {}, 64),
        ("deberta-v2", 5, LEFT, 16),
    ],
)
def test_a_bundle_encodes_as_transformers_does(  # noqa: PLR0917 - a row of settings
    make_checkpoint: Callable[..., Path],
    tmp_path: Path,
    family: str,
    saved_by: int,
    sides: dict[str, str],
    max_length: int,
) -> None:
    """Every id of every shipped text and pair, cut and padded on the side that is set."""
    folder = make_checkpoint(family, saved_by=saved_by, sides=sides, max_length=max_length)
    network = load_network(find_checkpoint(str(folder)))
    tokenization = describe_tokenization(
        network.tokenizer, max_length=network.max_length, input_names=network.input_names
    )
    write_pipeline(network.tokenizer.backend_tokenizer, tmp_path)
    encoder = TokenEncoder(tokenization, tmp_path)
    singles = shipped_examples(pairs=False)
    pairs = [example for example in shipped_examples(pairs=True) if example.text_pair is not None]
    batches = [singles[start : start + 16] for start in range(0, len(singles), 16)]
    batches += [pairs[start : start + 8] for start in range(0, len(pairs), 8)]

    for batch in batches:
        texts = [example.text for example in batch]
        second = [e.text_pair for e in batch] if batch[0].text_pair is not None else None
        expected = network.tokenizer(
            texts, second, padding=True, truncation=True, max_length=max_length
        )
        actual = encoder.encode(batch)

        assert set(network.input_names) == set(actual)
        for name, ids in actual.items():
            assert expected[name] == ids.tolist()
    assert max_length == tokenization.max_length


def test_sides_and_padding_are_written_down(make_checkpoint: Callable[..., Path]) -> None:
    network = load_network(find_checkpoint(str(make_checkpoint("roberta", sides=LEFT))))

    tokenization = describe_tokenization(
        network.tokenizer, max_length=64, input_names=["input_ids"]
    )

    assert Tokenization.SIDE_LEFT == tokenization.padding_side
    assert Tokenization.SIDE_LEFT == tokenization.truncation_side
    assert ("<pad>", 0) == (tokenization.pad_token, tokenization.pad_token_id)


def test_a_tokenizer_file_without_limits_is_written(bert: Path, tmp_path: Path) -> None:
    """What transformers last cut and padded to must not stay behind in the file."""
    from tokenizers import Tokenizer

    tokenizer = load_network(find_checkpoint(str(bert))).tokenizer
    tokenizer(["some text", "more"], padding="max_length", truncation=True, max_length=5)

    written = Tokenizer.from_file(str(write_pipeline(tokenizer.backend_tokenizer, tmp_path)))

    assert (None, None) == (written.truncation, written.padding)
    assert tokenizer.backend_tokenizer.truncation is not None


def test_a_file_that_says_otherwise_than_transformers_does_is_noticed(
    make_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    """Here a file that keeps capitals, under a class that lowers them."""
    folder = make_checkpoint("bert")
    tokenizer = load_network(find_checkpoint(str(folder))).tokenizer
    pipeline = json.loads((folder / "tokenizer.json").read_text())
    pipeline["normalizer"]["lowercase"] = False
    (tmp_path / "tokenizer.json").write_text(json.dumps(pipeline))
    examples = [Example("all small"), Example("One Capital"), Example("a", "B"), Example("")]

    counts = [
        count_encoded_otherwise(tokenizer, place / "tokenizer.json", examples)
        for place in (folder, tmp_path)
    ]

    assert [0, 2] == counts
