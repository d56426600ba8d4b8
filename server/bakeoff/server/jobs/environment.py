"""What else the machine did while a block was measured.

Read at the edges of each block only, so that reading disturbs nothing: processor times are
running totals, and their difference over the block is exact. Frequencies are those at the edges.
"""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs.cgroup import ControlGroup
from bakeoff.v1 import Environment, Fingerprint

_STEAL_SHARE_LIMIT = 0.02
_FOREIGN_CPU_SHARE_LIMIT = 0.10
_THROTTLED_SHARE_LIMIT = 0.02
_DRIFT_SHARE_LIMIT = 0.30
_MHZ_UNKNOWN = 0.0


@dataclass(frozen=True, slots=True)
class BlockConditions:
    """What else happened on the usable processors during one block, or several together.

    `duration_s` is the time of the block; the `_cpu_s` fields are processor time over all usable
    processors; None where the system does not tell.
    """

    duration_s: float
    total_cpu_s: float
    steal_cpu_s: float
    foreign_cpu_s: float
    throttled_s: float | None
    frequencies_mhz: tuple[float, ...]

    @property
    def steal_share(self) -> float:
        """Share of processor time that the hypervisor gave to others, 0 to 1."""
        return self.steal_cpu_s / self.total_cpu_s if self.total_cpu_s else 0.0

    @property
    def foreign_cpu_share(self) -> float:
        """Share of processor time that other processes took, 0 to 1."""
        return self.foreign_cpu_s / self.total_cpu_s if self.total_cpu_s else 0.0


@dataclass(frozen=True, slots=True)
class _Reading:
    """Running totals at one moment."""

    at_s: float
    total_cpu_s: float
    busy_cpu_s: float
    steal_cpu_s: float
    worker_cpu_s: float
    throttled_ns: int | None
    frequencies_mhz: tuple[float, ...]


class BlockWatch:
    """Reads what the machine did from its making until `end`.

    `worker_pid` is the process that is measured; processor time of every other counts as foreign.
    """

    def __init__(self, worker_pid: int) -> None:
        self._worker_pid = worker_pid
        self._start = _read(worker_pid)

    def end(self) -> BlockConditions:
        """Tell what happened since the start."""
        start, end = self._start, _read(self._worker_pid)
        busy_s = end.busy_cpu_s - start.busy_cpu_s
        worker_s = end.worker_cpu_s - start.worker_cpu_s
        throttled_s = (
            None
            if start.throttled_ns is None or end.throttled_ns is None
            else (end.throttled_ns - start.throttled_ns) / 1e9
        )
        return BlockConditions(
            duration_s=end.at_s - start.at_s,
            total_cpu_s=end.total_cpu_s - start.total_cpu_s,
            steal_cpu_s=end.steal_cpu_s - start.steal_cpu_s,
            foreign_cpu_s=max(0.0, busy_s - worker_s),
            throttled_s=throttled_s,
            frequencies_mhz=start.frequencies_mhz + end.frequencies_mhz,
        )


def together(blocks: Sequence[BlockConditions]) -> BlockConditions:
    """Add the conditions of several blocks."""
    throttled = [block.throttled_s for block in blocks if block.throttled_s is not None]
    return BlockConditions(
        duration_s=sum(block.duration_s for block in blocks),
        total_cpu_s=sum(block.total_cpu_s for block in blocks),
        steal_cpu_s=sum(block.steal_cpu_s for block in blocks),
        foreign_cpu_s=sum(block.foreign_cpu_s for block in blocks),
        throttled_s=sum(throttled) if throttled else None,
        frequencies_mhz=tuple(f for block in blocks for f in block.frequencies_mhz),
    )


def suspicions(
    blocks: Sequence[BlockConditions], sample_times_s: Sequence[float], *, warm_up_settled: bool
) -> tuple[str, ...]:
    """Tell why measured figures may have been disturbed, one sentence each.

    `sample_times_s` holds the mean time of one sample in each block.
    """
    reasons: list[str] = []
    all_blocks = together(blocks)
    if all_blocks.steal_share > _STEAL_SHARE_LIMIT:
        reasons.append(
            f"The hypervisor gave {all_blocks.steal_share:.1%} of the processor time to others; "
            f"more than {_STEAL_SHARE_LIMIT:.0%} disturbs."
        )
    if all_blocks.foreign_cpu_share > _FOREIGN_CPU_SHARE_LIMIT:
        reasons.append(
            f"Other processes took {all_blocks.foreign_cpu_share:.1%} of the processor time; "
            f"more than {_FOREIGN_CPU_SHARE_LIMIT:.0%} disturbs."
        )
    throttled_s = all_blocks.throttled_s or 0.0
    if all_blocks.duration_s and throttled_s / all_blocks.duration_s > _THROTTLED_SHARE_LIMIT:
        reasons.append(
            f"The processor quota held the server back for {throttled_s:.2f} s of "
            f"{all_blocks.duration_s:.2f} s; more than {_THROTTLED_SHARE_LIMIT:.0%} disturbs."
        )
    if not warm_up_settled:
        reasons.append("The warm-up ended at its bound before its last windows agreed.")
    if len(sample_times_s) > 1:
        drift = (max(sample_times_s) - min(sample_times_s)) / statistics.median(sample_times_s)
        if drift > _DRIFT_SHARE_LIMIT:
            reasons.append(
                f"The time of a sample differed by {drift:.0%} of its median from block to block; "
                f"more than {_DRIFT_SHARE_LIMIT:.0%} disturbs."
            )
    return tuple(reasons)


def environment_of(
    blocks: Sequence[BlockConditions],
    start_time: Timestamp,
    end_time: Timestamp,
    load_average_start: float,
    load_average_end: float,
) -> Environment:
    """Sum up the conditions of measured blocks, without the fingerprint."""
    all_blocks = together(blocks)
    environment = Environment(
        start_time=start_time,
        end_time=end_time,
        load_average_start=load_average_start,
        load_average_end=load_average_end,
    )
    if all_blocks.total_cpu_s:
        environment.cpu_steal_share = all_blocks.steal_share
        environment.foreign_cpu_share = all_blocks.foreign_cpu_share
    if all_blocks.frequencies_mhz:
        environment.min_cpu_frequency_mhz = min(all_blocks.frequencies_mhz)
        environment.max_cpu_frequency_mhz = max(all_blocks.frequencies_mhz)
    return environment


def merged(parts: Sequence[Environment], fingerprint: Fingerprint) -> Environment:
    """Join the environments of scenarios measured one after another.

    Shares are weighted by the time between start and end of each part.
    """
    whole = Environment(fingerprint=fingerprint)
    if not parts:
        return whole
    ordered = sorted(parts, key=lambda part: part.start_time.ToNanoseconds())
    whole.start_time.CopyFrom(ordered[0].start_time)
    whole.end_time.CopyFrom(ordered[-1].end_time)
    whole.load_average_start = ordered[0].load_average_start
    whole.load_average_end = ordered[-1].load_average_end
    told = [part for part in ordered if part.HasField("cpu_steal_share")]
    weights = [part.end_time.ToNanoseconds() - part.start_time.ToNanoseconds() for part in told]
    if sum(weights) > 0:
        whole.cpu_steal_share = statistics.fmean([p.cpu_steal_share for p in told], weights)
        whole.foreign_cpu_share = statistics.fmean([p.foreign_cpu_share for p in told], weights)
    clocked = [part for part in ordered if part.HasField("min_cpu_frequency_mhz")]
    if clocked:
        whole.min_cpu_frequency_mhz = min(part.min_cpu_frequency_mhz for part in clocked)
        whole.max_cpu_frequency_mhz = max(part.max_cpu_frequency_mhz for part in clocked)
    return whole


def load_average() -> float:
    """One-minute load average of the host."""
    return os.getloadavg()[0]


def _worker_cpu_s(pid: int) -> float:
    """Processor time that a worker took so far; 0 when it is gone, as its next command tells."""
    try:
        own = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return own.user + own.system


def _read(worker_pid: int) -> _Reading:
    usable = os.sched_getaffinity(0)
    times = [t for cpu, t in enumerate(psutil.cpu_times(percpu=True)) if cpu in usable]
    # The kernel counts the time of guests within that of users already.
    total_s = sum(sum(t) - t.guest - t.guest_nice for t in times)
    frequencies = psutil.cpu_freq(percpu=True) or []
    return _Reading(
        at_s=time.monotonic(),
        total_cpu_s=total_s,
        busy_cpu_s=total_s - sum(t.idle + t.iowait + t.steal for t in times),
        steal_cpu_s=sum(t.steal for t in times),
        worker_cpu_s=_worker_cpu_s(worker_pid),
        throttled_ns=ControlGroup().throttled_ns(),
        frequencies_mhz=tuple(
            round(f.current, 1)
            for cpu, f in enumerate(frequencies)
            if cpu in usable and f.current > _MHZ_UNKNOWN
        ),
    )
