"""Files of messages, each preceded by its length as a base-128 varint."""

from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from google.protobuf.message import DecodeError, Message
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.errors import CorruptStoreError

_MessageT = TypeVar("_MessageT", bound=Message)
_OFFSETS_KEPT = 16
_SEVEN_BITS = 0x7F
_MORE_FOLLOWS = 0x80


def write_messages(path: Path, messages: Iterable[Message]) -> None:
    """Writes a new file of messages."""
    with path.open("xb") as file:
        for message in messages:
            serialize_length_prefixed(message, file)  # type: ignore[arg-type] # any buffered file will do


def read_messages(path: Path, kind: type[_MessageT]) -> Iterator[_MessageT]:
    """Every message of a file, in its order.

    Raises CorruptStoreError when the file ends within a message or holds something else.
    """
    with path.open("rb") as file:
        yield from _messages(file, kind)


def read_slice(path: Path, kind: type[_MessageT], first: int, count: int) -> list[_MessageT]:
    """Messages number `first` to `first + count`, from 0, of a file that no longer changes.

    Shorter when the file ends before.
    """
    offsets = _offsets(path)
    if first >= len(offsets):
        return []
    with path.open("rb") as file:
        file.seek(offsets[first])
        return list(islice(_messages(file, kind), count))


def _messages(file: BinaryIO, kind: type[_MessageT]) -> Iterator[_MessageT]:
    while (size_bytes := _read_length(file)) is not None:
        content = file.read(size_bytes)
        if len(content) != size_bytes:
            raise _damaged(kind)
        try:
            message = kind.FromString(content)
        except DecodeError:
            raise _damaged(kind) from None
        yield message


def _damaged(kind: type[Message]) -> CorruptStoreError:
    return CorruptStoreError(f"a stored file of {kind.DESCRIPTOR.name} messages is damaged")


@lru_cache(maxsize=_OFFSETS_KEPT)
def _offsets(path: Path) -> "array[int]":
    """Where each message of a file begins; kept, so that the pages of a long list stay cheap."""
    offsets = array("Q")
    with path.open("rb") as file:
        position = 0
        while (size_bytes := _read_length(file)) is not None:
            offsets.append(position)
            position = file.seek(size_bytes, 1)
    return offsets


def _read_length(file: BinaryIO) -> int | None:
    """Length that stands before a message; None at the end of the file."""
    length = shift = 0
    while byte := file.read(1):
        length |= (byte[0] & _SEVEN_BITS) << shift
        if byte[0] < _MORE_FOLLOWS:
            return length
        shift += 7
    return None
