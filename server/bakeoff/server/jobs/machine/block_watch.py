"""Watches the machine while a block is measured.

What the kernel counts by itself is read at the edges of the block. The rest is read four times a
second by a thread of this process, and frequencies once a second. A reading took 0.1 ms of a
processor beside a worker of one thread, and 0.4 ms beside one of 17.
"""

import threading
import time
import weakref
from typing import Final, Protocol, Self

from bakeoff.server.jobs.machine.accelerator import ordinal_of
from bakeoff.server.jobs.machine.accelerator_meter import AcceleratorMeter
from bakeoff.server.jobs.machine.conditions import BlockConditions, RunQueue
from bakeoff.server.jobs.machine.energy import EnergyUse
from bakeoff.server.jobs.machine.kernel_counts import KernelCounts, frequency_range_mhz
from bakeoff.server.jobs.machine.rapl import EnergyCounters, PackageMeter
from bakeoff.server.jobs.machine.run_queue import QueueReading, read_queue
from bakeoff.v1 import AcceleratorConditions, ObservationBlock

_PERIOD_S: Final = 0.25
# Frequencies are read processor by processor, and there may be hundreds.
_READINGS_PER_FREQUENCY: Final = 4
# A driver that hangs must not hang the evaluation.
_LAST_READING_DEADLINE_S: Final = 5.0
_NS_PER_S: Final = 1e9


class Meter(Protocol):
    """Reads the device that is measured, while it is entered; moments are of the monotonic clock.

    After it is left, or while it hangs, it tells what was read so far.
    """

    def __enter__(self) -> Self:
        """Open what is read."""

    def __exit__(self, *_: object) -> None:
        """Close it."""

    def read(self) -> None:
        """Read once more."""

    def energy(self, start_ns: int, end_ns: int) -> EnergyUse:
        """Energy between two moments."""

    def accelerator(self, start_ns: int, end_ns: int) -> AcceleratorConditions | None:
        """What the accelerator was like between two moments; None for the processor."""


class BlockWatch:
    """Reads what the machine did from its making until `end`.

    `worker_pid` is the process that is measured; what every other does counts as foreign. `device`
    is the one it runs on, as `cpu` or `cuda:0`, read by `meter` or by what is right for it. A watch
    that is dropped without its end stops.
    """

    def __init__(self, worker_pid: int, device: str = "cpu", meter: Meter | None = None) -> None:
        self._worker_pid = worker_pid
        self._meter = _meter_of(device, worker_pid) if meter is None else meter
        self._start_ns = time.monotonic_ns()
        self._start = KernelCounts.now(worker_pid)
        self._readings = _Readings(worker_pid, self._meter)
        # The thread holds the readings and not the watch, so that a dropped watch is collected.
        weakref.finalize(self, self._readings.stop.set)
        self._readings.start()

    def end(self, block: ObservationBlock | None = None) -> BlockConditions:
        """Tell what happened since the start.

        Energy and power are those of the block alone where it is given, without its warm-up; only
        its times are looked at.
        """
        end = KernelCounts.now(self._worker_pid)
        readings, start = self._readings, self._start
        readings.stop.set()
        readings.join(_LAST_READING_DEADLINE_S)
        if readings.error is not None:
            raise readings.error
        start_ns, end_ns = self._start_ns, time.monotonic_ns()
        if block is not None and block.duration_ns > 0:
            start_ns, end_ns = block.start_ns, block.start_ns + block.duration_ns
        throttled_s = throttled_period_count = None
        if start.throttling is not None and end.throttling is not None:
            throttled_ns = end.throttling.duration_ns - start.throttling.duration_ns
            throttled_s = throttled_ns / _NS_PER_S
            throttled_period_count = end.throttling.period_count - start.throttling.period_count
        memory_stall_ns = _difference(start.memory_stall_ns, end.memory_stall_ns)
        busy_s = end.busy_cpu_s - start.busy_cpu_s
        worker_s = end.worker_cpu_s - start.worker_cpu_s
        return BlockConditions(
            duration_s=end.at_s - start.at_s,
            total_cpu_s=end.total_cpu_s - start.total_cpu_s,
            steal_cpu_s=end.steal_cpu_s - start.steal_cpu_s,
            foreign_cpu_s=max(0.0, busy_s - worker_s),
            throttled_s=throttled_s,
            frequencies_mhz=tuple(readings.frequencies_mhz),
            throttled_period_count=throttled_period_count,
            thermal_event_count=_difference(start.thermal_event_count, end.thermal_event_count),
            memory_stall_s=None if memory_stall_ns is None else memory_stall_ns / _NS_PER_S,
            run_queue=readings.run_queue(),
            energy=self._meter.energy(start_ns, end_ns),
            accelerator=self._meter.accelerator(start_ns, end_ns),
        )


def _meter_of(device: str, worker_pid: int) -> Meter:
    ordinal = ordinal_of(device)
    if ordinal is None:
        return PackageMeter(EnergyCounters())
    return AcceleratorMeter(ordinal, worker_pid)


class _Readings(threading.Thread):
    """Reads again and again until it is stopped, and once more then."""

    def __init__(self, worker_pid: int, meter: Meter) -> None:
        super().__init__(name="block-watch", daemon=True)
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self.frequencies_mhz: list[float] = []
        self._worker_pid = worker_pid
        self._meter = meter
        self._queue: list[QueueReading] = []
        self._count = 0

    def run(self) -> None:
        try:
            with self._meter:
                self._read()
                while not self.stop.wait(_PERIOD_S):
                    self._read()
                self._read()
        except BaseException as error:  # noqa: BLE001 - raised anew where the watch ends
            self.error = error

    def run_queue(self) -> RunQueue:
        """What was read of those who wanted a processor."""
        return RunQueue(
            reading_count=len(self._queue),
            contended_count=sum(reading.contended for reading in self._queue),
            max_foreign_count=max((reading.foreign_count for reading in self._queue), default=None),
        )

    def _read(self) -> None:
        self._meter.read()
        if self._count % _READINGS_PER_FREQUENCY == 0:
            self.frequencies_mhz += frequency_range_mhz()
        self._count += 1
        queue = read_queue(self._worker_pid)
        if queue is not None:
            self._queue.append(queue)


def _difference(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else end - start
