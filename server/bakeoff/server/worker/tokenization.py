"""Texts become token ids, by the tokenizer of the bundle. The only import of tokenizers.

Truncation is the tokenizer's; padding is done here, so that an example is encoded once and padded
to whatever batch it falls into.
"""

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from tokenizers import Encoding, Tokenizer

from bakeoff.server.errors import (
    InvalidExampleError,
    InvalidManifestError,
    TokenizerPanicError,
    UnparseableTokenizerError,
)
from bakeoff.server.worker.encoding import TOO_LONG, Encoded, Unencodable, too_long
from bakeoff.server.worker.session import Port
from bakeoff.server.worker.transport import Arrays
from bakeoff.v1 import TextInput, Tokenization

# Its pool of threads would take processors from the graph that is being measured; one thread
# keeps ahead of any graph that is worth measuring. The library reads this at every call.
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# A panic is told by its reason; a stack for each example would fill the log.
os.environ["RUST_BACKTRACE"] = "0"

INPUT_IDS: Final = "input_ids"
TYPE_IDS: Final = "token_type_ids"

_PASSED_ON = (KeyboardInterrupt, SystemExit, MemoryError)
_NO_TOKENS: Final = Unencodable(InvalidExampleError.reason)
_PANICKED: Final = Unencodable(TokenizerPanicError.reason)


class TokenRow(NamedTuple):
    """Ids of one example, special tokens included, padding not."""

    ids: list[int]
    type_ids: list[int]


class TokenEncoder:
    """Encodes single texts and pairs for the inputs that a graph asks for."""

    def __init__(self, settings: Tokenization, definition: bytes, inputs: Sequence[Port]) -> None:
        """Read `definition`, a file of the tokenizers library.

        Raises `UnparseableTokenizerError`, and `InvalidManifestError` when the settings
        contradict the tokenizer.
        """
        self._tokenizer = _read(definition)
        self._max_length = settings.max_length
        self._pad_left = settings.padding_side == Tokenization.SIDE_LEFT
        self._padding = {
            INPUT_IDS: settings.pad_token_id,
            TYPE_IDS: settings.pad_token_type_id,
        }
        self._dtypes = {port.name: np.dtype(port.element_type) for port in inputs}
        self._wants_type_ids = TYPE_IDS in self._dtypes
        _check_padding(self._tokenizer, settings)
        _set_truncation(self._tokenizer, settings)

    def encode(self, texts: Sequence[TextInput]) -> list[Encoded | Unencodable]:
        """Each text by itself, cut to the longest that the model takes."""
        if any(too_long(text) for text in texts):
            return [TOO_LONG if too_long(text) else self.encode([text])[0] for text in texts]
        plain = [
            (text.text, text.text_pair) if text.HasField("text_pair") else text.text
            for text in texts
        ]
        try:
            encodings = self._tokenizer.encode_batch_fast(plain)
        except _PASSED_ON:
            raise
        except BaseException:  # noqa: BLE001 - the tokenizer's panic is no Exception
            if len(texts) == 1:
                return [_PANICKED]
            return [self.encode([text])[0] for text in texts]
        return [self._encoded(encoding) for encoding in encodings]

    def collate(self, batch: Sequence[Encoded]) -> Arrays:
        """Arrays of shape [batch, longest of the batch], of the types that the graph takes."""
        width = max(item.length for item in batch)
        shape = (len(batch), width)
        arrays = {
            name: np.full(shape, self._padding.get(name, 0), dtype=dtype)
            for name, dtype in self._dtypes.items()
        }
        for position, item in enumerate(batch):
            row: TokenRow = item.content
            start = width - item.length if self._pad_left else 0
            place = (position, slice(start, start + item.length))
            for name, array in arrays.items():
                if name == INPUT_IDS:
                    array[place] = row.ids
                elif name == TYPE_IDS:
                    array[place] = row.type_ids
                else:
                    array[place] = 1
        return arrays

    def probe(self, length: int, *, largest_id: bool) -> Encoded:
        """A row as the tokenizer lays one out, of one token id repeated to `length` tokens."""
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=True)
        ordinary_id = self._ordinary_id(vocabulary)
        filler = max(vocabulary.values()) if largest_id else ordinary_id
        encoding = self._laid_out(self._tokenizer.id_to_token(ordinary_id) or "")
        special = encoding.special_tokens_mask
        ids, type_ids = list(encoding.ids), list(encoding.type_ids)
        first = special.index(0) if 0 in special else min(1, len(ids))
        last = first + special.count(0)
        filler_count = max(1, length - (len(ids) - special.count(0)))
        type_id = type_ids[first - 1] if first else 0
        row = TokenRow(
            ids=ids[:first] + [filler] * filler_count + ids[last:],
            type_ids=type_ids[:first] + [type_id] * filler_count + type_ids[last:],
        )
        count = len(row.ids)
        return Encoded(content=row, length=count, token_count=count, truncated=False)

    def _laid_out(self, word: str) -> Encoding:
        try:
            return self._tokenizer.encode(word)
        except _PASSED_ON:
            raise
        except BaseException:  # noqa: BLE001 - the tokenizer's panic is no Exception
            # It has no way to read even its own token; its special tokens are layout enough.
            return self._tokenizer.encode("")

    def _ordinary_id(self, vocabulary: dict[str, int]) -> int:
        special = self._tokenizer.get_added_tokens_decoder().keys() | {self._padding[INPUT_IDS]}
        ordinary = set(vocabulary.values()) - special
        return min(ordinary, default=max(vocabulary.values()))

    def _encoded(self, encoding: Encoding) -> Encoded | Unencodable:
        ids = encoding.ids
        count = len(ids)
        if count == 0:
            return _NO_TOKENS
        row = TokenRow(ids, encoding.type_ids if self._wants_type_ids else [])
        truncated = count >= self._max_length and bool(encoding.overflowing)
        return Encoded(content=row, length=count, token_count=count, truncated=truncated)


def _read(definition: bytes) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_buffer(definition)
    except _PASSED_ON:
        raise
    except BaseException as error:  # the tokenizer's panic is no Exception
        message = f"the tokenizer cannot be read: {error}"
        raise UnparseableTokenizerError(message) from error
    tokenizer.no_padding()
    return tokenizer


def _check_padding(tokenizer: Tokenizer, settings: Tokenization) -> None:
    known_id = tokenizer.token_to_id(settings.pad_token)
    if known_id is not None and known_id != settings.pad_token_id:
        message = (
            f"pad_token_id must be the tokenizer's id of {settings.pad_token!r}, {known_id}; "
            f"got {settings.pad_token_id}"
        )
        raise InvalidManifestError(message)


def _set_truncation(tokenizer: Tokenizer, settings: Tokenization) -> None:
    fewest = tokenizer.num_special_tokens_to_add(is_pair=True) + 1
    if settings.max_length < fewest:
        message = (
            f"max_length must be at least {fewest}, one more than the special tokens of a pair; "
            f"got {settings.max_length}"
        )
        raise InvalidManifestError(message)
    left = settings.truncation_side == Tokenization.SIDE_LEFT
    tokenizer.enable_truncation(
        settings.max_length, strategy="longest_first", direction="left" if left else "right"
    )
