"""Examples as they come in: messages with their lengths, cut into pieces anywhere."""

import hashlib
from pathlib import Path

from google.protobuf.message import DecodeError
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.api.example_checks import MAX_TEXT_CHARACTERS, ExampleChecks
from bakeoff.server.errors import (
    DigestMismatchError,
    MalformedMessageError,
    TextTooLongError,
    TooLargeError,
    UploadIncompleteError,
)
from bakeoff.server.store import INPUTS_FILE, KEYS_FILE, store_failures
from bakeoff.v1 import EvaluationSet, Example, ExampleKey, UnlabelledExample

# Two texts of the longest kind in UTF-8, and as much again for the rest of a row.
_MAX_EXAMPLE_BYTES = 16 * 1024 * 1024
_SEVEN_BITS = 0x7F
_MORE_FOLLOWS = 0x80
_MAX_LENGTH_BYTES = 5


class ExampleStream:
    """Reads an upload, checks each example, and writes inputs and keys to files apart.

    Its methods block. It holds one example in memory, and the ids of all.
    """

    def __init__(self, folder: Path, max_bytes: int, max_example_count: int) -> None:
        self.inputs_path = folder / INPUTS_FILE
        self.keys_path = folder / KEYS_FILE
        self._max_bytes = max_bytes
        self._checks = ExampleChecks(max_example_count)
        self._digest = hashlib.sha256()
        self._size_bytes = 0
        self._rest = bytearray()
        with store_failures():
            self._inputs = self.inputs_path.open("xb")
            self._keys = self.keys_path.open("xb")

    def take(self, data: bytes) -> None:
        """Takes the next bytes of the upload.

        Raises TooLargeError, MalformedMessageError and what `ExampleChecks.take` raises.
        """
        self._size_bytes += len(data)
        if self._size_bytes > self._max_bytes:
            msg = f"an evaluation set may take {self._max_bytes} bytes, more came"
            raise TooLargeError(msg, limit_bytes=str(self._max_bytes))
        self._digest.update(data)
        self._rest += data
        with store_failures():
            self._read_whole_examples()

    def finish(self, evaluation_set: EvaluationSet) -> None:
        """Ends the upload, and writes into the set what it turned out to be.

        Raises UploadIncompleteError when the last message is cut short, DigestMismatchError when
        the digest is not that of the set, and what `ExampleChecks.describe` raises.
        """
        if self._rest:
            msg = f"the upload ends within the message of row {self._checks.next_row}"
            raise UploadIncompleteError(msg, row=str(self._checks.next_row))
        digest = self._digest.hexdigest()
        if digest != evaluation_set.sha256:
            msg = (
                f"the bytes that came must have the SHA-256 {evaluation_set.sha256} of the "
                f"header; they have {digest}"
            )
            raise DigestMismatchError(msg, field="header.sha256")
        self._checks.describe(evaluation_set)
        evaluation_set.size_bytes = self._size_bytes
        self.close()

    def close(self) -> None:
        """Closes both files."""
        with store_failures():
            self._inputs.close()
            self._keys.close()

    def _read_whole_examples(self) -> None:
        view = memoryview(self._rest)
        position = 0
        try:
            while (bounds := self._next_bounds(view, position)) is not None:
                start, position = bounds
                self._take_example(view[start:position])
        finally:
            view.release()
        del self._rest[:position]

    def _next_bounds(self, view: memoryview, position: int) -> tuple[int, int] | None:
        """Where the message at a position begins and ends; None when not all of it is there."""
        length = 0
        for index in range(_MAX_LENGTH_BYTES):
            if position + index >= len(view):
                return None
            byte = view[position + index]
            length |= (byte & _SEVEN_BITS) << (7 * index)
            if byte < _MORE_FOLLOWS:
                start = position + index + 1
                self._check_length(length)
                return (start, start + length) if start + length <= len(view) else None
        raise self._malformed()

    def _check_length(self, length: int) -> None:
        if length > _MAX_EXAMPLE_BYTES:
            row = self._checks.next_row
            msg = (
                f"row {row}: an example may take {_MAX_EXAMPLE_BYTES} bytes and each of its texts "
                f"{MAX_TEXT_CHARACTERS} characters, this one takes {length} bytes"
            )
            raise TextTooLongError(msg, row=str(row))

    def _take_example(self, raw: memoryview) -> None:
        try:
            example = Example.FromString(bytes(raw))
        except DecodeError:
            raise self._malformed() from None
        index = self._checks.next_row - 1
        self._checks.take(example)
        key = ExampleKey(
            id=example.id,
            label=example.label if example.HasField("label") else None,
            attributes=example.attributes,
        )
        unlabelled = UnlabelledExample(index=index, text=example.text)
        for message, file in ((unlabelled, self._inputs), (key, self._keys)):
            serialize_length_prefixed(message, file)  # type: ignore[arg-type] # any buffered file will do

    def _malformed(self) -> MalformedMessageError:
        row = self._checks.next_row
        msg = (
            f"row {row}: the bytes are not a readable Example message after its length; texts "
            "must be UTF-8"
        )
        return MalformedMessageError(msg, row=str(row))
