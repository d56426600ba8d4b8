"""Raw observations, from the pieces in which their file comes."""

from collections.abc import Iterator

from bakeoff import v1
from bakeoff.client.errors import BakeoffClientError

_VARINT_BITS = 7
_VARINT_MORE = 1 << _VARINT_BITS


class BlockReader:
    """Puts blocks together from the pieces of a file.

    The file holds `ObservationBlock` messages, each preceded by its length as a base-128 varint.
    """

    def __init__(self) -> None:
        self._held = bytearray()

    def read(self, piece: bytes) -> Iterator[v1.ObservationBlock]:
        """The blocks that this piece makes whole."""
        self._held += piece
        while (span := self._next_span()) is not None:
            start, end = span
            block = v1.ObservationBlock.FromString(bytes(self._held[start:end]))
            del self._held[:end]
            yield block

    def end(self) -> None:
        """Says that there are no more pieces. Raises BakeoffClientError when a block is cut."""
        if self._held:
            message = f"The observations end within a block, after {len(self._held):,} bytes of it."
            raise BakeoffClientError(message, reason="OBSERVATIONS_INCOMPLETE")

    def _next_span(self) -> tuple[int, int] | None:
        """Where the first block starts and ends; None while it is not all there."""
        length = 0
        for position, byte in enumerate(self._held):
            length |= (byte & ~_VARINT_MORE) << (_VARINT_BITS * position)
            if byte < _VARINT_MORE:
                start = position + 1
                return (start, start + length) if start + length <= len(self._held) else None
        return None
