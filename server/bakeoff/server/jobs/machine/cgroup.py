"""What the control group of this process allows, under cgroup v1 and v2."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where cgroup v2 is mounted beside v1.
_HYBRID_MOUNT = "unified"


@dataclass(frozen=True, slots=True)
class Throttling:
    """What quotas did to a group so far: periods in which it was stopped, and for how long.

    The kernel adds the time up over processors, so that it can pass that of the clock.
    """

    period_count: int
    duration_ns: int


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """The control group of this process.

    `membership_path` is the kernel's list of groups of a process, `mount_path` the folder under
    which controllers are mounted. A limit that cannot be read is None, as one that is not set.
    """

    membership_path: Path = Path("/proc/self/cgroup")
    mount_path: Path = Path("/sys/fs/cgroup")

    def cpu_quota(self) -> float | None:
        """Processors that the tightest quota on the way to the root allows; None without one."""
        quotas = (_quota(folder) for folder in self._folders("cpu"))
        return min((quota for quota in quotas if quota is not None), default=None)

    def memory_limit_bytes(self) -> int | None:
        """Bytes that the tightest limit on the way to the root allows; None without a limit.

        Under cgroup v1 "no limit" is a number far beyond any machine's memory.
        """
        limits = (
            _number(folder / name)
            for folder in self._folders("memory")
            for name in ("memory.max", "memory.limit_in_bytes")
        )
        return min((limit for limit in limits if limit is not None), default=None)

    def oom_kill_count(self) -> int | None:
        """Processes of this group that were killed for want of memory so far."""
        for folder in self._folders("memory"):
            for name in ("memory.events", "memory.oom_control"):
                count = _entry(folder / name, "oom_kill")
                if count is not None:
                    return count
        return None

    def throttling(self) -> Throttling | None:
        """How often and for how long quotas kept this group off the processors so far.

        Each quota on the way to the root counts where it is set. None without a quota.
        """
        found = [
            Throttling(_entry(path, "nr_throttled") or 0, duration_ns)
            for path in (folder / "cpu.stat" for folder in self._folders("cpu"))
            if _quota(path.parent) is not None and (duration_ns := _throttled_ns(path)) is not None
        ]
        if not found:
            return None
        return Throttling(
            period_count=sum(one.period_count for one in found),
            duration_ns=sum(one.duration_ns for one in found),
        )

    def memory_stall_ns(self, system_path: Path = Path("/proc/pressure/memory")) -> int | None:
        """Time for which some process of this group waited for memory so far.

        Of the whole machine where the group has no count of its own; None without either.
        """
        own = [folder / "memory.pressure" for folder in self._folders("memory")][:1]
        for path in (*own, system_path):
            for line in _lines(path):
                kind, _, rest = line.partition(" ")
                fields = dict(word.split("=", 1) for word in rest.split() if "=" in word)
                if kind == "some" and fields.get("total", "").isdigit():
                    return int(fields["total"]) * 1000
        return None

    def _folders(self, controller: str) -> Iterator[Path]:
        """Folders of a controller that are there, this process's own first, the root last."""
        for line in _lines(self.membership_path):
            _, controllers, group = line.split(":", 2)
            if controllers == "":
                mounts = [self.mount_path, self.mount_path / _HYBRID_MOUNT]
            elif controller in controllers.split(","):
                mounts = [self.mount_path / controllers, self.mount_path / controller]
            else:
                continue
            mount = next((m for m in mounts if _holds_groups(m)), None)
            if mount is None:
                continue
            own = mount / group.lstrip("/")
            for folder in (own, *own.parents):
                if folder.is_dir():
                    yield folder
                if folder == mount:
                    break


def _quota(folder: Path) -> float | None:
    """Processors that the quota of one folder allows; None where none is set."""
    match _words(folder / "cpu.max"):
        case [quota, period] if quota != "max":
            return int(quota) / int(period)
    quota_us = _number(folder / "cpu.cfs_quota_us")
    period_us = _number(folder / "cpu.cfs_period_us")
    if quota_us is not None and quota_us > 0 and period_us:
        return quota_us / period_us
    return None


def _throttled_ns(path: Path) -> int | None:
    microseconds = _entry(path, "throttled_usec")
    return _entry(path, "throttled_time") if microseconds is None else microseconds * 1000


def _holds_groups(mount: Path) -> bool:
    return (mount / "cgroup.procs").exists()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return [word for line in _lines(path) for word in line.split()]


def _number(path: Path) -> int | None:
    words = _words(path)
    return int(words[0]) if words and words[0].lstrip("-").isdigit() else None


def _entry(path: Path, name: str) -> int | None:
    for line in _lines(path):
        match line.split():
            case [entry, value] if entry == name:
                return int(value)
    return None
