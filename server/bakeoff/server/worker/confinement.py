"""What a worker process may do, and how it ends: set by the process itself at its start."""

import ctypes
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

# From linux/prctl.h.
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38

# A worker is the first to go when memory runs out, so that the server stays.
_OOM_SCORE_ADJUSTMENT: Final = 800


class OrphanedError(Exception):
    """The process that asked for this worker is gone already."""


def die_with_parent(connection: socket.socket) -> None:
    """Be killed when the parent ends. The other end of `connection` was made by the parent.

    Raises `OrphanedError` when the parent ended before the kernel was told.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    credentials = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
    )
    maker_pid, _, _ = struct.unpack("3i", credentials)
    if os.getppid() != maker_pid:
        raise OrphanedError


def give_up_privileges() -> None:
    """Never gain privileges through a program that is started."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def follow_the_parent_in_signals() -> None:
    """End at once on SIGTERM; leave SIGINT to the parent, which shares the terminal."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def go_first_when_memory_ends() -> None:
    """Let the kernel end this process before others. Raising one's own score needs no right."""
    # A sandbox may have no such file; the worker is then as likely to go as any.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE_ADJUSTMENT), encoding="ascii")


def limit_memory(limit_bytes: int) -> None:
    """Bound the address space, so that an absurd allocation fails rather than the machine.

    Not for CUDA, which reserves far more addresses than memory.
    """
    resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def keep_standard_output_clean() -> None:
    """Send what native libraries print to standard error; commands are answered on the socket."""
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _prctl(option: int, argument: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(argument), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
