"""Who wants a processor now, from the kernel's count of what is runnable."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_RUNNABLE: Final = b"R"
_MOST_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class QueueReading:
    """Runnable threads beyond the measured process, and whether someone had to wait."""

    foreign_count: int
    contended: bool


def read_queue(worker_pid: int, proc_path: Path = Path("/proc")) -> QueueReading | None:
    """Read who is runnable; the thread that reads is not counted.

    None where this process may use only some of the processors, since the kernel counts over all
    of them, and when the worker is gone.
    """
    usable_count = len(os.sched_getaffinity(0))
    if usable_count != os.cpu_count():
        return None
    tasks_path = f"{proc_path}/{worker_pid}/task"
    try:
        # A thread that falls asleep between two looks would be taken for somebody else's.
        own_before = _runnable_thread_count(tasks_path)
        load = _content(f"{proc_path}/loadavg")
        own_count = max(own_before, _runnable_thread_count(tasks_path))
    except OSError:
        return None
    runnable_count = int(load.split()[3].partition(b"/")[0])
    foreign_count = max(0, runnable_count - own_count - 1)
    contended = foreign_count > 0 and own_count + foreign_count > usable_count
    return QueueReading(foreign_count, contended)


def _runnable_thread_count(tasks_path: str) -> int:
    with os.scandir(tasks_path) as threads:
        return sum(_state(f"{thread.path}/stat") == _RUNNABLE for thread in threads)


def _state(path: str) -> bytes:
    try:
        # The name before the state is in brackets, and may hold anything.
        return _content(path).rpartition(b")")[2].lstrip()[:1]
    except OSError:
        # It ended since it was listed.
        return b""


def _content(path: str) -> bytes:
    # One call each to open, read and close: this runs once for each thread, while others are timed.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)
