"""The tokenizer of an adopted model is what transformers makes of it, or the bare file."""

import json
from pathlib import Path

import pytest

from bakeoff.exporter import AdoptRequest, ExportedBundle, adopt
from bakeoff.exporter.errors import (
    RemoteCodeError,
    TokenizerUnsupportedError,
)
from bakeoff.v1 import Tokenization

LABELS = ["praise", "complaint", "question", "other"]


def adopt_model(source: Path, output: Path, **settings: object) -> ExportedBundle:
    return adopt(AdoptRequest(source=source, task="text-classification", output=output, **settings))


def test_what_a_bare_tokenizer_says_of_cutting_and_padding_is_kept(
    bare: Path, tmp_path: Path
) -> None:
    settings = {
        "truncation": {
            "direction": "Left",
            "max_length": 12,
            "strategy": "LongestFirst",
            "stride": 0,
        },
        "padding": {
            "strategy": "BatchLongest",
            "direction": "Left",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 3,
            "pad_token": "[UNK]",
        },
    }
    content = json.loads((bare / "tokenizer.json").read_text())
    (bare / "tokenizer.json").write_text(json.dumps({**content, **settings}))

    tokenization = adopt_model(bare, tmp_path / "out", labels=LABELS).manifest.tokenization

    assert (12, Tokenization.SIDE_LEFT, Tokenization.SIDE_LEFT) == (
        tokenization.max_length,
        tokenization.truncation_side,
        tokenization.padding_side,
    )
    assert ("[UNK]", 0, 3) == (
        tokenization.pad_token,
        tokenization.pad_token_id,
        tokenization.pad_token_type_id,
    )


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("{", "cannot be loaded"),
        ("{}", "cannot be loaded"),
        (
            (
                '{"added_tokens": [], '
                '"model": {"type": "WordLevel", "vocab": {"x": 0}, "unk_token": "x"}}'
            ),
            "says nothing of padding and has none of the usual tokens",
        ),
    ],
)
def test_a_tokenizer_that_cannot_be_used_is_refused(
    bare: Path, tmp_path: Path, content: str, match: str
) -> None:
    (bare / "tokenizer.json").write_text(content)

    with pytest.raises(TokenizerUnsupportedError, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_a_tokenizer_with_code_of_its_own_is_refused(bare: Path, tmp_path: Path) -> None:
    (bare / "tokenizer_config.json").write_text(json.dumps({"auto_map": {"AutoTokenizer": "t.T"}}))

    with pytest.raises(RemoteCodeError, match="brings its own code"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_a_folder_whose_tokenizer_transformers_cannot_load_is_refused(
    bare: Path, tmp_path: Path
) -> None:
    (bare / "tokenizer_config.json").write_text("{}")
    (bare / "tokenizer.json").write_text("{")

    with pytest.raises(TokenizerUnsupportedError, match="cannot load that of 'bare'"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


@pytest.mark.parametrize(
    ("config", "match"),
    [
        ({"tokenizer_class": "CanineTokenizer"}, "CanineTokenizer is written in Python"),
        ({"tokenizer_class": "PreTrainedTokenizerFast"}, "no padding token"),
    ],
)
def test_a_folder_whose_tokenizer_does_not_serve_is_refused(
    bare: Path, tmp_path: Path, config: dict[str, str], match: str
) -> None:
    (bare / "tokenizer_config.json").write_text(json.dumps(config))

    with pytest.raises(TokenizerUnsupportedError, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)
