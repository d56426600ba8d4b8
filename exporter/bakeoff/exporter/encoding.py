"""Turns examples into the inputs of a graph, from what a manifest says and nothing else."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bakeoff.exporter.errors import TokenizerUnsupportedError
from bakeoff.exporter.examples import Example
from bakeoff.v1 import Manifest, RawText, Tensor, Tokenization

_SIDES: Mapping[int, str] = {Tokenization.SIDE_LEFT: "left", Tokenization.SIDE_RIGHT: "right"}
_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}

Inputs = dict[str, npt.NDArray[Any]]


class Encoder(Protocol):
    """Turns examples into the inputs of a graph."""

    def encode(self, examples: Sequence[Example]) -> Inputs:
        """Encode a batch: arrays by input name."""


def encoder_for(manifest: Manifest, folder: Path) -> Encoder:
    """The encoder that a manifest asks for; `folder` holds the files of its bundle."""
    if manifest.WhichOneof("preprocessing") == "tokenization":
        return TokenEncoder(manifest.tokenization, folder, manifest.inputs)
    return StringEncoder(manifest.raw_text)


class TokenEncoder:
    """Tokenises, cuts a pair longest first, and pads to the longest of the batch."""

    def __init__(
        self, tokenization: Tokenization, folder: Path, inputs: Sequence[Tensor] = ()
    ) -> None:
        declared = {tensor.name: np.dtype(tensor.element_type) for tensor in inputs}
        self._types = {
            name: declared.get(name, np.dtype(np.int64)) for name in tokenization.model_input_names
        }
        self._pipeline = load_pipeline(folder / tokenization.tokenizer_path)
        self._pipeline.enable_truncation(
            tokenization.max_length,
            strategy="longest_first",
            direction=_SIDES[tokenization.truncation_side],
        )
        self._pipeline.enable_padding(
            direction=_SIDES[tokenization.padding_side],
            pad_id=tokenization.pad_token_id,
            pad_type_id=tokenization.pad_token_type_id,
            pad_token=tokenization.pad_token,
        )

    def encode(self, examples: Sequence[Example]) -> Inputs:
        """Encode a batch: integers of shape [batch, longest sequence] by input name."""
        encodings = self._pipeline.encode_batch([text_of(example) for example in examples])
        return {
            name: np.array([getattr(row, _FIELDS[name]) for row in encodings], dtype=element_type)
            for name, element_type in self._types.items()
        }


class StringEncoder:
    """Hands texts to a graph that does its own text processing."""

    def __init__(self, raw_text: RawText) -> None:
        self._input_name = raw_text.input_name
        self._column = raw_text.column

    def encode(self, examples: Sequence[Example]) -> Inputs:
        """Encode a batch: strings of shape [batch, 1] for a column, [batch] for a vector."""
        texts = np.array([example.text for example in examples], dtype=object)
        return {self._input_name: texts.reshape(-1, 1) if self._column else texts}


def text_of(example: Example) -> str | tuple[str, str]:
    """An example as the `tokenizers` library takes it."""
    return example.text if example.text_pair is None else (example.text, example.text_pair)


def load_pipeline(path: Path) -> Any:  # noqa: ANN401 - the stubs of tokenizers leave members out
    """Load a file in the format of the `tokenizers` library.

    Raises TokenizerUnsupportedError, also where the library panics.
    """
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as failure:  # a panic of the library is no Exception
        message = f"tokenizer: {path.name} cannot be loaded by the `tokenizers` library: {failure}"
        raise TokenizerUnsupportedError(message) from failure
