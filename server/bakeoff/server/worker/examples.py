"""Examples without labels, read at random from their file."""

import mmap
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bakeoff.server.errors import InvalidExampleError, InvalidFieldError, MalformedMessageError
from bakeoff.v1 import UnlabelledExample

_VARINT_CONTINUES = 0x80
_VARINT_BITS = 0x7F
_VARINT_MAX_SHIFT = 63


class ExampleFile:
    """A file of `UnlabelledExample` messages, each preceded by its length as a varint.

    Mapped, not read: memory grows with the number of examples, not with their texts.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                message = "the set holds no examples"
                raise InvalidExampleError(message)
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        starts, sizes = _records(self._bytes)
        self._starts = starts
        self._sizes = sizes

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, position: int) -> UnlabelledExample:
        start = self._starts[position]
        return UnlabelledExample.FromString(self._bytes[start : start + self._sizes[position]])

    def span(self, first_index: int, example_count: int) -> Iterator[UnlabelledExample]:
        """Examples `first_index` to `first_index + example_count - 1`, in order.

        Raises `InvalidFieldError` when the file does not hold them all.
        """
        end = first_index + example_count
        if first_index < 0 or example_count < 1 or end > len(self):
            message = (
                f"first_index and example_count must name examples 0 to {len(self) - 1}, "
                f"got {first_index} and {example_count}"
            )
            raise InvalidFieldError(message)
        return (self[position] for position in range(first_index, end))

    def longest(self, count: int) -> list[UnlabelledExample]:
        """The examples with the most bytes, longest first; `count` of them, or all."""
        order = np.argsort(-self._sizes_array(), kind="stable")[:count]
        return [self[int(position)] for position in order]

    def spread(self, count: int) -> list[int]:
        """Positions of `count` examples at even steps from the shortest to the longest."""
        order = np.argsort(self._sizes_array(), kind="stable")
        steps = np.linspace(0, len(order) - 1, num=min(count, len(order)))
        return [int(order[round(step)]) for step in steps]

    def _sizes_array(self) -> NDArray[np.int64]:
        return np.frombuffer(self._sizes, dtype=np.int64)


def _records(data: mmap.mmap) -> tuple["array[int]", "array[int]"]:
    starts, sizes = array("q"), array("q")
    position, end = 0, len(data)
    while position < end:
        size = shift = 0
        while True:
            if position >= end or shift > _VARINT_MAX_SHIFT:
                message = f"the set ends within the length of example {len(starts)}"
                raise MalformedMessageError(message)
            byte = data[position]
            position += 1
            size |= (byte & _VARINT_BITS) << shift
            if not byte & _VARINT_CONTINUES:
                break
            shift += 7
        if position + size > end:
            message = f"the set ends within example {len(starts)}"
            raise MalformedMessageError(message)
        starts.append(position)
        sizes.append(size)
        position += size
    return starts, sizes
