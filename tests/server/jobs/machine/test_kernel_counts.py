import os
from pathlib import Path

from bakeoff.server.jobs.machine.kernel_counts import (
    KernelCounts,
    frequency_range_mhz,
    thermal_event_count,
)

NO_PROCESS_ID = 2**22 + 1


def test_counts_never_fall() -> None:
    before = KernelCounts.now(os.getpid())
    sum(i * i for i in range(300_000))
    after = KernelCounts.now(os.getpid())

    assert after.at_s > before.at_s
    assert after.total_cpu_s >= before.total_cpu_s
    assert after.busy_cpu_s >= before.busy_cpu_s
    assert after.worker_cpu_s >= before.worker_cpu_s > 0


def test_a_process_that_is_gone_took_no_time() -> None:
    assert 0.0 == KernelCounts.now(NO_PROCESS_ID).worker_cpu_s


def test_thermal_events_are_those_of_the_usable_processors(tmp_path: Path) -> None:
    for cpu, count in enumerate((5, 7, 100)):
        folder = tmp_path / f"cpu{cpu}/thermal_throttle"
        folder.mkdir(parents=True)
        (folder / "core_throttle_count").write_text(f"{count}\n")

    assert 12 == thermal_event_count([0, 1], tmp_path)


def test_thermal_events_that_are_not_counted_are_not_known(tmp_path: Path) -> None:
    assert thermal_event_count([0, 1], tmp_path) is None


def test_frequencies_are_a_lowest_and_a_highest_or_nothing() -> None:
    found = frequency_range_mhz()

    assert found == () or 0 < found[0] <= found[1]
