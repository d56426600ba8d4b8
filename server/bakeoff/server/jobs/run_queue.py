"""Who wants a processor now, from the kernel's count of what is runnable."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_RUNNABLE: Final = "R"


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
    try:
        # A thread that falls asleep between two looks would be taken for somebody else's.
        own_before = _runnable_thread_count(proc_path / str(worker_pid))
        load = (proc_path / "loadavg").read_text(encoding="ascii")
        own_count = max(own_before, _runnable_thread_count(proc_path / str(worker_pid)))
    except OSError:
        return None
    runnable_count = int(load.split()[3].partition("/")[0])
    foreign_count = max(0, runnable_count - own_count - 1)
    contended = foreign_count > 0 and own_count + foreign_count > usable_count
    return QueueReading(foreign_count, contended)


def _runnable_thread_count(process_path: Path) -> int:
    return sum(_state(path) == _RUNNABLE for path in (process_path / "task").iterdir())


def _state(thread_path: Path) -> str:
    try:
        status = (thread_path / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        # It ended since it was listed.
        return ""
    # The name before it is in brackets, and may hold anything.
    return status.rpartition(")")[2].split()[0]
