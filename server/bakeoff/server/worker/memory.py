"""Memory of this process, as Linux accounts it.

`getrusage` is not used: in a child it carries the parent's peak.
"""

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_KIB: Final = 1024
# Written to clear_refs, it sets VmHWM back to VmRSS (proc_pid_clear_refs(5)).
_RESET_PEAK: Final = "5"
# From malloc.h.
_M_MMAP_THRESHOLD: Final = -3
# Where glibc begins, and from which it would else move away.
_MMAP_THRESHOLD_BYTES: Final = 128 * _KIB


@dataclass(frozen=True, slots=True)
class ProportionalMemory:
    """Proportional and unique set size, in bytes.

    Pages shared with other processes count by their share in the first, not at all in the second.
    """

    pss_bytes: int
    uss_bytes: int


def keep_no_freed_blocks() -> None:
    """Let every large block go back to the kernel when it is freed, from now on.

    By itself glibc learns from what is freed to keep such blocks, and whether they go back after
    all hangs on which small one lies behind them: loading the same candidate in the same way left
    330 or 429 MiB, by chance. Does nothing where the C library has no such setting.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD_BYTES)


def give_back_freed_blocks() -> None:
    """Give back what was freed and kept, where the C library can."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


@dataclass(frozen=True, slots=True)
class OwnMemory:
    """Resident memory that no file holds as well, and all that is resident, in bytes.

    The first is 0 where the kernel does not tell it.
    """

    unbacked_bytes: int
    resident_bytes: int


def resident_bytes() -> int:
    """Memory that is resident now (VmRSS), in bytes."""
    return _fields("/proc/self/status")["VmRSS"]


def peak_resident_bytes() -> int:
    """Most memory that was resident since the start or the last reset (VmHWM), in bytes."""
    return _fields("/proc/self/status")["VmHWM"]


def reset_peak() -> bool:
    """Set the peak back to what is resident now; False where the kernel does not allow it."""
    try:
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


def proportional_memory() -> ProportionalMemory | None:
    """Proportional and unique set size now; None where the kernel does not tell."""
    try:
        fields = _fields("/proc/self/smaps_rollup")
    except OSError:
        return None
    return ProportionalMemory(
        pss_bytes=fields["Pss"],
        uss_bytes=fields["Private_Clean"] + fields["Private_Dirty"],
    )


def own_memory() -> OwnMemory:
    """Read memory as the kernel's counters have it, within 0.1 ms however much it is.

    To the page would take 20 ms for each GiB, as smaps_rollup walks through all of them. And how
    many pages of a file are a process's own hangs on who else maps them.
    """
    fields = _fields("/proc/self/status")
    return OwnMemory(
        unbacked_bytes=fields.get("RssAnon", 0) + fields.get("RssShmem", 0),
        resident_bytes=fields["VmRSS"],
    )


def _fields(path: str) -> dict[str, int]:
    fields = {}
    for line in Path(path).read_text(encoding="ascii", errors="replace").splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if len(words) == 2 and words[1] == "kB":  # noqa: PLR2004 - a number and its unit
            fields[name] = int(words[0]) * _KIB
    return fields
