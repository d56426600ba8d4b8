"""Frames on a socket: four bytes of length, big-endian, then the bytes."""

import socket
import struct
from typing import Final

MAX_FRAME_BYTES: Final = 64 << 20

_LENGTH = struct.Struct(">I")


class BrokenChannelError(Exception):
    """The other side broke the framing, or went away within a frame."""


def read_frame(connection: socket.socket) -> bytes | None:
    """Next frame, or None when the other side has closed between frames."""
    header = _read_exactly(connection, _LENGTH.size, may_end=True)
    if header is None:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > MAX_FRAME_BYTES:
        message = f"a frame may have at most {MAX_FRAME_BYTES} bytes, {length} were announced"
        raise BrokenChannelError(message)
    return _read_exactly(connection, length, may_end=False)


def write_frame(connection: socket.socket, payload: bytes) -> None:
    """Send one frame whole."""
    if len(payload) > MAX_FRAME_BYTES:
        message = f"a frame may have at most {MAX_FRAME_BYTES} bytes, this one has {len(payload)}"
        raise BrokenChannelError(message)
    connection.sendall(_LENGTH.pack(len(payload)) + payload)


def _read_exactly(connection: socket.socket, size: int, *, may_end: bool) -> bytes | None:
    received = bytearray()
    while len(received) < size:
        chunk = connection.recv(size - len(received))
        if not chunk:
            if may_end and not received:
                return None
            message = f"the channel closed after {len(received)} of {size} bytes"
            raise BrokenChannelError(message)
        received += chunk
    return bytes(received)
