import os
from pathlib import Path

import pytest

from bakeoff.server.jobs.machine.run_queue import QueueReading, read_queue

WORKER_PID = 77
NO_PROCESS_ID = 2**22 + 1


def machine(folder: Path, runnable_count: int, worker_states: str) -> Path:
    """A process folder where so many threads are runnable, the worker's in those states."""
    (folder / "loadavg").write_text(f"0.50 0.40 0.30 {runnable_count}/321 9999\n")
    for thread, state in enumerate(worker_states):
        path = folder / f"{WORKER_PID}/task/{thread}"
        path.mkdir(parents=True)
        (path / "stat").write_text(f"{thread} (odd) name R) {state} 1 2 3\n")
    return folder


@pytest.fixture
def usable_count(monkeypatch: pytest.MonkeyPatch) -> int:
    """Two processors, all of which may be used."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return 2


@pytest.mark.usefixtures("usable_count")
@pytest.mark.parametrize(
    ("runnable_count", "worker_states", "expected"),
    [
        # The reading thread is runnable itself.
        (1, "S", QueueReading(0, contended=False)),
        (3, "RRS", QueueReading(0, contended=False)),
        (3, "RS", QueueReading(1, contended=False)),
        (4, "RR", QueueReading(1, contended=True)),
        (7, "SS", QueueReading(6, contended=True)),
        # More of its own threads than processors: nobody else is in the way.
        (5, "RRRR", QueueReading(0, contended=False)),
    ],
)
def test_others_are_those_beyond_the_worker_and_the_reader(
    tmp_path: Path, runnable_count: int, worker_states: str, expected: QueueReading
) -> None:
    found = read_queue(WORKER_PID, machine(tmp_path, runnable_count, worker_states))

    assert expected == found


@pytest.mark.usefixtures("usable_count")
def test_a_worker_that_is_gone_gives_no_reading(tmp_path: Path) -> None:
    assert read_queue(NO_PROCESS_ID, machine(tmp_path, 3, "R")) is None


def test_a_part_of_the_processors_gives_no_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's count is over all of them."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(os, "cpu_count", lambda: 64)

    assert read_queue(WORKER_PID, machine(tmp_path, 3, "R")) is None


def test_the_kernel_of_this_machine_is_understood() -> None:
    found = read_queue(os.getpid())

    if len(os.sched_getaffinity(0)) == os.cpu_count():
        assert found is not None
        assert found.foreign_count >= 0
    else:
        assert found is None
