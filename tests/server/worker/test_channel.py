"""Promises of the framing."""

import socket
import struct
import threading

import pytest

from bakeoff.server.worker.channel import (
    MAX_FRAME_BYTES,
    BrokenChannelError,
    read_frame,
    write_frame,
)


@pytest.mark.parametrize("payload", [b"", b"x", b"frame" * 100_000])
def test_a_frame_arrives_as_it_was_sent(payload: bytes) -> None:
    near, far = socket.socketpair()
    with near, far:
        sender = threading.Thread(target=write_frame, args=(near, payload))
        sender.start()
        received = read_frame(far)
        sender.join()
    assert payload == received


def test_the_end_between_frames_is_no_frame() -> None:
    near, far = socket.socketpair()
    with far:
        near.close()
        assert None is read_frame(far)


@pytest.mark.parametrize("sent", [b"\0\0", struct.pack(">I", 5) + b"abc", struct.pack(">I", 5)])
def test_the_end_within_a_frame_is_an_error(sent: bytes) -> None:
    near, far = socket.socketpair()
    with far:
        near.sendall(sent)
        near.close()
        with pytest.raises(BrokenChannelError, match="closed after"):
            read_frame(far)


def test_a_length_beyond_the_limit_is_refused_before_it_is_read() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.sendall(struct.pack(">I", MAX_FRAME_BYTES + 1))
        with pytest.raises(BrokenChannelError, match=str(MAX_FRAME_BYTES + 1)):
            read_frame(far)


def test_a_frame_beyond_the_limit_is_not_sent() -> None:
    near, far = socket.socketpair()
    with near, far, pytest.raises(BrokenChannelError, match="at most"):
        write_frame(near, bytes(MAX_FRAME_BYTES + 1))
