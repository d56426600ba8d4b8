from pathlib import Path

import pytest

from bakeoff.server.jobs.machine.cgroup import ControlGroup, Throttling


@pytest.fixture
def unified(tmp_path: Path) -> Path:
    """A group `/outer/inner` under cgroup v2."""
    (tmp_path / "membership").write_text("0::/outer/inner\n")
    for folder in ("", "outer", "outer/inner"):
        path = tmp_path / "mount" / folder
        path.mkdir(parents=True)
        (path / "cgroup.procs").touch()
    return tmp_path


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    """A group `/job` under cgroup v1, with v2 beside it and without limits there."""
    (tmp_path / "membership").write_text(
        "5:memory:/job\n4:cpu,cpuacct:/job\n1:name=systemd:/\n0::/\n"
    )
    for folder in ("memory/job", "cpu,cpuacct/job", "unified"):
        (tmp_path / "mount" / folder).mkdir(parents=True)
    for folder in ("memory", "cpu,cpuacct", "unified"):
        (tmp_path / "mount" / folder / "cgroup.procs").touch()
    return tmp_path


def group(root: Path) -> ControlGroup:
    return ControlGroup(root / "membership", root / "mount")


def test_the_tightest_quota_on_the_way_to_the_root_counts(unified: Path) -> None:
    (unified / "mount/outer/cpu.max").write_text("150000 100000\n")
    (unified / "mount/outer/inner/cpu.max").write_text("400000 100000\n")

    assert group(unified).cpu_quota() == 1.5


def test_no_quota_is_none(unified: Path) -> None:
    (unified / "mount/outer/inner/cpu.max").write_text("max 100000\n")

    assert group(unified).cpu_quota() is None


def test_the_tightest_memory_limit_counts(unified: Path) -> None:
    (unified / "mount/outer/memory.max").write_text("2000\n")
    (unified / "mount/outer/inner/memory.max").write_text("max\n")

    assert group(unified).memory_limit_bytes() == 2000


def test_kills_and_throttling_are_read(unified: Path) -> None:
    (unified / "mount/outer/inner/memory.events").write_text("low 0\noom 5\noom_kill 3\n")
    (unified / "mount/outer/inner/cpu.max").write_text("50000 100000\n")
    (unified / "mount/outer/inner/cpu.stat").write_text(
        "usage_usec 9\nnr_throttled 4\nthrottled_usec 12\n"
    )

    assert group(unified).oom_kill_count() == 3
    assert group(unified).throttling() == Throttling(period_count=4, duration_ns=12_000)


def test_throttling_counts_where_the_quota_is_set(unified: Path) -> None:
    """The kernel counts it in the group that has the quota, and in none below it."""
    (unified / "mount/outer/cpu.max").write_text("50000 100000\n")
    (unified / "mount/outer/cpu.stat").write_text("nr_throttled 7\nthrottled_usec 20\n")
    (unified / "mount/outer/inner/cpu.max").write_text("max 100000\n")
    (unified / "mount/outer/inner/cpu.stat").write_text("nr_throttled 0\nthrottled_usec 0\n")

    assert group(unified).throttling() == Throttling(period_count=7, duration_ns=20_000)


def test_without_a_quota_nothing_is_throttled(unified: Path) -> None:
    (unified / "mount/outer/inner/cpu.stat").write_text("nr_throttled 0\nthrottled_usec 0\n")

    assert group(unified).throttling() is None


def test_waiting_for_memory_is_that_of_the_group(unified: Path, tmp_path: Path) -> None:
    (unified / "mount/outer/inner/memory.pressure").write_text(
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=31\nfull avg10=0.00 total=5\n"
    )

    assert group(unified).memory_stall_ns(tmp_path / "absent") == 31_000


def test_waiting_for_memory_is_that_of_the_machine_without_a_count_of_the_group(
    unified: Path, tmp_path: Path
) -> None:
    (tmp_path / "memory").write_text("some avg10=0.00 avg60=0.00 avg300=0.00 total=8\n")

    assert group(unified).memory_stall_ns(tmp_path / "memory") == 8_000
    assert group(unified).memory_stall_ns(tmp_path / "absent") is None


def test_limits_of_cgroup_v1_are_read(legacy: Path) -> None:
    (legacy / "mount/cpu,cpuacct/job/cpu.cfs_quota_us").write_text("50000\n")
    (legacy / "mount/cpu,cpuacct/job/cpu.cfs_period_us").write_text("100000\n")
    (legacy / "mount/cpu,cpuacct/job/cpu.stat").write_text("nr_throttled 1\nthrottled_time 77\n")
    (legacy / "mount/memory/job/memory.limit_in_bytes").write_text("4096\n")
    (legacy / "mount/memory/job/memory.oom_control").write_text("under_oom 0\noom_kill 2\n")

    found = group(legacy)

    assert found.cpu_quota() == 0.5
    assert found.memory_limit_bytes() == 4096
    assert found.oom_kill_count() == 2
    assert found.throttling() == Throttling(period_count=1, duration_ns=77)


def test_a_quota_of_minus_one_is_none(legacy: Path) -> None:
    (legacy / "mount/cpu,cpuacct/job/cpu.cfs_quota_us").write_text("-1\n")
    (legacy / "mount/cpu,cpuacct/job/cpu.cfs_period_us").write_text("100000\n")

    assert group(legacy).cpu_quota() is None


def test_a_path_that_the_mount_does_not_show_falls_back_to_its_root(unified: Path) -> None:
    (unified / "membership").write_text("0::/of/the/host\n")
    (unified / "mount/memory.max").write_text("123\n")

    assert group(unified).memory_limit_bytes() == 123


def test_a_system_without_control_groups_has_no_limits(tmp_path: Path) -> None:
    found = group(tmp_path)

    assert found.cpu_quota() is None
    assert found.memory_limit_bytes() is None
    assert found.oom_kill_count() is None
    assert found.throttling() is None
