"""The tokenizer of an ONNX model that somebody else made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bakeoff.exporter.checkpoint import read_json
from bakeoff.exporter.encoding import load_pipeline
from bakeoff.exporter.errors import (
    RemoteCodeError,
    SourceNotFoundError,
    TokenizerUnsupportedError,
)
from bakeoff.exporter.quiet import quiet_libraries
from bakeoff.exporter.tokenization import (
    describe_tokenization,
    longest_sequence,
)
from bakeoff.exporter.tokenizer_file import TOKENIZER_FILE
from bakeoff.v1 import Tokenization

_CONFIG_FILE = "tokenizer_config.json"
_PAD_TOKENS = ("[PAD]", "<pad>", "<|pad|>", "<|padding|>")
_SIDES = {"left": Tokenization.SIDE_LEFT, "right": Tokenization.SIDE_RIGHT}


@dataclass(frozen=True)
class AdoptedTokenizer:
    """A pipeline of the `tokenizers` library, and how it cuts and pads."""

    pipeline: Any
    tokenization: Tokenization


def read_tokenizer(
    path: Path,
    *,
    config: Mapping[str, Any],
    input_names: Sequence[str],
    max_length: int | None,
) -> AdoptedTokenizer:
    """Read a tokenizer from a folder or a `tokenizer.json`.

    A folder with a `tokenizer_config.json` is loaded as transformers would, because what is in
    effect there may differ from the file. A bare `tokenizer.json` is taken as it is. Raises
    SourceNotFoundError, RemoteCodeError, TokenizerUnsupportedError and OptionError.
    """
    if path.is_dir() and (path / _CONFIG_FILE).exists():
        return _read_with_transformers(path, config, input_names, max_length)
    file = path / TOKENIZER_FILE if path.is_dir() else path
    if not file.is_file():
        message = f"tokenizer: there is no {str(file)!r}. Give one with --tokenizer."
        raise SourceNotFoundError(message)
    return _read_bare(file, config, input_names, max_length)


def _read_with_transformers(
    folder: Path, config: Mapping[str, Any], input_names: Sequence[str], max_length: int | None
) -> AdoptedTokenizer:
    import transformers

    if read_json(folder / _CONFIG_FILE, folder.name).get("auto_map"):
        message = (
            f"tokenizer: {_CONFIG_FILE} of {folder.name!r} brings its own code. "
            "Give its tokenizer.json alone with --tokenizer."
        )
        raise RemoteCodeError(message)
    with quiet_libraries():
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        except Exception as failure:  # each tokenizer class fails in its own way
            message = f"tokenizer: transformers cannot load that of {folder.name!r}: {failure}"
            raise TokenizerUnsupportedError(message) from failure
    if not tokenizer.is_fast:
        message = (
            f"tokenizer: {type(tokenizer).__name__} is written in Python. "
            "A bundle needs one of the `tokenizers` library (a tokenizer.json)."
        )
        raise TokenizerUnsupportedError(message)
    if tokenizer.pad_token is None:
        message = f"tokenizer: that of {folder.name!r} has no padding token."
        raise TokenizerUnsupportedError(message)
    return AdoptedTokenizer(
        pipeline=tokenizer.backend_tokenizer,
        tokenization=describe_tokenization(
            tokenizer,
            max_length=longest_sequence(config, tokenizer.model_max_length, asked=max_length),
            input_names=input_names,
        ),
    )


def _read_bare(
    file: Path, config: Mapping[str, Any], input_names: Sequence[str], max_length: int | None
) -> AdoptedTokenizer:
    pipeline = load_pipeline(file)
    padding = pipeline.padding or {}
    truncation = pipeline.truncation or {}
    token = padding.get("pad_token") or _pad_token(pipeline, config)
    if token is None or pipeline.token_to_id(token) is None:
        message = (
            f"tokenizer: {file.name} says nothing of padding and has none of the usual tokens "
            f"{', '.join(_PAD_TOKENS)}."
        )
        raise TokenizerUnsupportedError(message)
    return AdoptedTokenizer(
        pipeline=pipeline,
        tokenization=Tokenization(
            tokenizer_path=TOKENIZER_FILE,
            max_length=longest_sequence(
                config,
                # What it last cut at, which is a wish and not a limit.
                truncation.get("max_length") if max_length is None else None,
                asked=max_length,
            ),
            truncation_side=_SIDES[truncation.get("direction", "right")],
            padding_side=_SIDES[padding.get("direction", "right")],
            pad_token=token,
            pad_token_id=pipeline.token_to_id(token),
            pad_token_type_id=padding.get("pad_type_id", 0),
            model_input_names=input_names,
        ),
    )


def _pad_token(pipeline: Any, config: Mapping[str, Any]) -> str | None:  # noqa: ANN401 - the stubs of tokenizers leave members out
    given = config.get("pad_token_id")
    if isinstance(given, int):
        token: str | None = pipeline.id_to_token(given)
        return token
    special = {token["content"] for token in json.loads(pipeline.to_str())["added_tokens"]}
    return next((token for token in _PAD_TOKENS if token in special), None)
