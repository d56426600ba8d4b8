import gc
import os
import threading
import time
from typing import Self

import pytest

from bakeoff.server.jobs.machine import block_watch
from bakeoff.server.jobs.machine.block_watch import BlockWatch
from bakeoff.server.jobs.machine.energy import EnergyMeter, EnergyUse
from bakeoff.v1 import ObservationBlock

NO_PROCESS_ID = 2**22 + 1
CLOCK = EnergyMeter("clock", "device")


class ClockMeter:
    """A meter that tells the time it was asked for as energy, one joule a nanosecond."""

    def __init__(self) -> None:
        self.read_count = 0
        self.hang = threading.Event()
        self.hang.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read(self) -> None:
        self.hang.wait()
        self.read_count += 1

    def energy(self, start_ns: int, end_ns: int) -> EnergyUse:
        return EnergyUse(CLOCK, end_ns - start_ns, "")

    def accelerator(self, start_ns: int, end_ns: int) -> None:
        assert end_ns > start_ns


class BrokenMeter(ClockMeter):
    def read(self) -> None:
        message = "a fault of our own"
        raise RuntimeError(message)


def test_work_of_the_measured_process_is_not_foreign() -> None:
    watch = BlockWatch(os.getpid())
    sum(i * i for i in range(3_000_000))

    found = watch.end()

    assert found.total_cpu_s > 0
    assert 0 <= found.foreign_cpu_s <= found.total_cpu_s
    assert 0 <= found.steal_cpu_s <= found.total_cpu_s


def test_work_of_others_is_foreign() -> None:
    watch = BlockWatch(os.getppid())
    sum(i * i for i in range(3_000_000))

    assert watch.end().foreign_cpu_s > 0


def test_a_process_that_is_gone_is_no_error() -> None:
    found = BlockWatch(NO_PROCESS_ID).end()

    assert found.duration_s > 0
    assert found.run_queue.max_foreign_count is None


def test_energy_is_known_or_has_its_reason() -> None:
    found = BlockWatch(os.getpid()).end().energy

    assert (found.joules is None) == bool(found.absent_reason)


def test_the_processor_has_no_accelerator() -> None:
    assert BlockWatch(os.getpid()).end().accelerator is None


def test_the_machine_is_read_all_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_watch, "_PERIOD_S", 0.01)
    meter = ClockMeter()
    watch = BlockWatch(os.getpid(), meter=meter)
    while meter.read_count < 5:
        time.sleep(0.01)

    found = watch.end()

    if found.run_queue.max_foreign_count is not None:
        assert found.run_queue.reading_count >= 5


def test_energy_is_that_of_the_block_without_its_warm_up() -> None:
    watch = BlockWatch(os.getpid(), meter=ClockMeter())

    found = watch.end(ObservationBlock(start_ns=time.monotonic_ns(), duration_ns=123))

    assert EnergyUse(CLOCK, 123, "") == found.energy


def test_a_watch_that_is_dropped_stops_reading() -> None:
    watch = BlockWatch(os.getpid())
    thread = watch._readings
    assert thread.is_alive()

    del watch
    gc.collect()

    thread.join(timeout=30)
    assert not thread.is_alive()


def test_a_fault_of_a_meter_is_raised_where_the_watch_ends() -> None:
    watch = BlockWatch(os.getpid(), meter=BrokenMeter())

    with pytest.raises(RuntimeError, match="a fault of our own"):
        watch.end()


def test_a_meter_that_hangs_does_not_hang_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_watch, "_LAST_READING_DEADLINE_S", 0.05)
    meter = ClockMeter()
    meter.hang.clear()
    watch = BlockWatch(os.getpid(), meter=meter)

    assert watch.end().duration_s > 0

    meter.hang.set()
    watch._readings.join()
