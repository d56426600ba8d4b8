"""A thread that is woken in time on a machine whose processors are all at work.

Linux lets a running thread finish its slice of some milliseconds before one that wakes up, unless
the latter asks for a shorter slice (from Linux 6.12 on; earlier ones take no notice). It gets no
more of the processor for it.
"""

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SLICE_NS: Final = 100_000
# Of sched_setattr and sched_getattr, which the C library does not wrap.
_CALLS: Final = {"x86_64": (314, 315), "aarch64": (274, 275)}


class _Attributes(ctypes.Structure):
    """The first version of struct sched_attr, from linux/sched/types.h."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime_ns", ctypes.c_uint64),
        ("deadline_ns", ctypes.c_uint64),
        ("period_ns", ctypes.c_uint64),
    )


@contextmanager
def prompt() -> Iterator[bool]:
    """Have the calling thread woken without waiting for the slices of others.

    False where the system does not take the wish: how late the thread is then tells.
    """
    before = _attributes()
    if before is None or before.policy != os.SCHED_OTHER:
        yield False
        return
    wished = _Attributes.from_buffer_copy(before)
    wished.runtime_ns = _SLICE_NS
    taken = _call(0, wished, 0)
    try:
        yield taken
    finally:
        _call(0, before, 0)


def _attributes() -> _Attributes | None:
    found = _Attributes()
    size = ctypes.sizeof(found)
    return found if _call(1, found, size, 0) else None


def _call(which: int, attributes: _Attributes, *rest: int) -> bool:
    numbers = _CALLS.get(platform.machine())
    if numbers is None:
        return False
    result = ctypes.CDLL(None).syscall(numbers[which], 0, ctypes.byref(attributes), *rest)
    return bool(result == 0)
