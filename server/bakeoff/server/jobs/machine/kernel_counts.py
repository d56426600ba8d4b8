"""What the kernel counts by itself: running totals, whose difference over a block is exact."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bakeoff.server.jobs.machine.cgroup import ControlGroup, Throttling

_MHZ_UNKNOWN = 0.0


@dataclass(frozen=True, slots=True)
class KernelCounts:
    """Running totals at one moment, over the usable processors; None where they are not told."""

    at_s: float
    total_cpu_s: float
    busy_cpu_s: float
    steal_cpu_s: float
    worker_cpu_s: float
    throttling: Throttling | None
    thermal_event_count: int | None
    memory_stall_ns: int | None

    @classmethod
    def now(cls, worker_pid: int) -> "KernelCounts":
        """Read them; `worker_pid` is the process that is measured."""
        usable = os.sched_getaffinity(0)
        times = [t for cpu, t in enumerate(psutil.cpu_times(percpu=True)) if cpu in usable]
        # The kernel counts the time of guests within that of users already.
        total_s = sum(sum(t) - t.guest - t.guest_nice for t in times)
        group = ControlGroup()
        return cls(
            at_s=time.monotonic(),
            total_cpu_s=total_s,
            busy_cpu_s=total_s - sum(t.idle + t.iowait + t.steal for t in times),
            steal_cpu_s=sum(t.steal for t in times),
            worker_cpu_s=_worker_cpu_s(worker_pid),
            throttling=group.throttling(),
            thermal_event_count=thermal_event_count(sorted(usable)),
            memory_stall_ns=group.memory_stall_ns(),
        )


def thermal_event_count(
    cpus: Sequence[int], cpus_path: Path = Path("/sys/devices/system/cpu")
) -> int | None:
    """How often heat slowed one of these processors so far; None where it is not counted."""
    counts: list[int] = []
    for cpu in cpus:
        try:
            text = (cpus_path / f"cpu{cpu}/thermal_throttle/core_throttle_count").read_text()
        except OSError:
            continue
        counts.append(int(text))
    return sum(counts) if counts else None


def frequency_range_mhz() -> tuple[float, ...]:
    """Lowest and highest frequency of the usable processors now; nothing where it is not told."""
    usable = os.sched_getaffinity(0)
    found = [
        round(frequency.current, 1)
        for cpu, frequency in enumerate(psutil.cpu_freq(percpu=True) or [])
        if cpu in usable and frequency.current > _MHZ_UNKNOWN
    ]
    return (min(found), max(found)) if found else ()


def _worker_cpu_s(pid: int) -> float:
    """Processor time that a worker took so far; 0 when it is gone, as its next command tells."""
    try:
        own = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return own.user + own.system
