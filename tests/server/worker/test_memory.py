"""Promises of reading this process's memory."""

import mmap
import os
import platform
import subprocess
import sys

import psutil
import pytest

from bakeoff.server.worker.memory import (
    peak_resident_bytes,
    proportional_memory,
    reset_peak,
    resident_bytes,
)

MIB = 1 << 20
AMOUNT_BYTES = 64 * MIB
# What else may come and go between two readings.
SLACK_BYTES = 8 * MIB


def touched(size: int) -> mmap.mmap:
    """Memory that goes back to the kernel when it is closed."""
    memory = mmap.mmap(-1, size)
    for place in range(0, size, mmap.PAGESIZE):
        memory[place] = 1
    return memory


def test_resident_memory_is_what_psutil_says() -> None:
    assert abs(psutil.Process().memory_info().rss - resident_bytes()) < SLACK_BYTES


def test_resident_memory_goes_up_and_down_and_the_peak_stays() -> None:
    before = resident_bytes()
    memory = touched(AMOUNT_BYTES)
    held = resident_bytes()
    memory.close()
    after = resident_bytes()
    assert abs(before + AMOUNT_BYTES - held) < SLACK_BYTES
    assert abs(before - after) < SLACK_BYTES
    assert peak_resident_bytes() >= held - SLACK_BYTES


def test_the_peak_starts_anew_after_a_reset() -> None:
    touched(AMOUNT_BYTES).close()
    high = peak_resident_bytes()
    assert reset_peak() == os.access("/proc/self/clear_refs", os.W_OK)
    if os.access("/proc/self/clear_refs", os.W_OK):
        assert peak_resident_bytes() <= high - AMOUNT_BYTES + SLACK_BYTES


def test_memory_of_its_own_is_in_both_set_sizes() -> None:
    before = proportional_memory()
    memory = touched(AMOUNT_BYTES)
    after = proportional_memory()
    memory.close()
    assert before is not None
    assert after is not None
    assert abs(before.pss_bytes + AMOUNT_BYTES - after.pss_bytes) < SLACK_BYTES
    assert abs(before.uss_bytes + AMOUNT_BYTES - after.uss_bytes) < SLACK_BYTES


def test_shared_pages_count_in_part_and_not_at_all() -> None:
    """Another interpreter runs, and shares the pages of its libraries with this one."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        found = proportional_memory()
        resident = resident_bytes()
        other.communicate(b"\n")
    assert found is not None
    assert found.uss_bytes <= found.pss_bytes <= resident + SLACK_BYTES


# Frees a block that glibc would map by itself, which lets it take the next ones from its heap;
# then frees one with a smaller one behind it, so that the heap's end cannot go back.
FRAGMENTING = """
import ctypes, sys
from bakeoff.server.worker import memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes, libc.memset.argtypes = (
    [ctypes.c_void_p], [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
)
if sys.argv[1] == "fixed":
    memory.keep_no_freed_blocks()
libc.free(libc.malloc(24 << 20))
before = memory.resident_bytes()
blocks = [libc.malloc(16 << 20) for _ in range(4)]
behind = libc.malloc(1 << 20)
for block in blocks:
    libc.memset(block, 1, 16 << 20)
for block in blocks:
    libc.free(block)
kept = memory.resident_bytes() - before
memory.give_back_freed_blocks()
print(kept, memory.resident_bytes() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
@pytest.mark.parametrize(
    ("mode", "kept_bytes"), [("free", AMOUNT_BYTES), ("fixed", 0)], ids=["free", "fixed"]
)
def test_freed_blocks_go_back_at_once_or_when_asked(mode: str, kept_bytes: int) -> None:
    """By itself the C library keeps them, as long as anything lies behind them."""
    process = subprocess.run(
        [sys.executable, "-c", FRAGMENTING, mode], capture_output=True, text=True, check=True
    )
    kept, asked = map(int, process.stdout.split())
    assert abs(kept_bytes - kept) < SLACK_BYTES
    assert abs(asked) < SLACK_BYTES


IN_USE = """
import ctypes
from bakeoff.server.worker import memory

used = [ctypes.create_string_buffer(16 << 20) for _ in range(4)]
for block in used:
    ctypes.memset(block, 1, 16 << 20)
before = memory.resident_bytes()
memory.give_back_freed_blocks()
print(before - memory.resident_bytes(), sum(block.raw.count(b"\\1") for block in used))
"""


def test_giving_back_leaves_what_is_in_use() -> None:
    """A process of its own: this one may hold freed blocks of any size."""
    process = subprocess.run(
        [sys.executable, "-c", IN_USE], capture_output=True, text=True, check=True
    )
    given_back, in_use = map(int, process.stdout.split())
    assert given_back < SLACK_BYTES
    assert AMOUNT_BYTES == in_use
