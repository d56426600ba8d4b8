"""Energy of the processor, from the kernel's powercap interface (RAPL)."""

import re
import time
from pathlib import Path
from typing import Final, Self

from bakeoff.server.jobs.machine.energy import EnergyMeter, EnergyReading, EnergyUse, energy_use

RAPL: Final = EnergyMeter("RAPL", "package")

# Packages alone: their parts have a second number, and `intel-rapl-mmio` counts the same again.
_ZONE = re.compile(r"intel-rapl:\d+")
_PACKAGE_NAME = "package"
_UJ_PER_J = 1e6


class EnergyCounters:
    """Energy counters of all processor packages.

    A package is a whole socket: what other processes use there is counted too. Without
    one that may be read, `absent_reason` says why.
    """

    def __init__(self, powercap_path: Path = Path("/sys/class/powercap")) -> None:
        self.absent_reason = ""
        # The counter of each zone at its last reading, and how often it has begun anew.
        self._last_uj: dict[Path, int] = {}
        self._wrapped_uj: dict[Path, int] = {}
        self._zones: list[Path] = [
            path
            for path in sorted(powercap_path.glob("intel-rapl:*"))
            if _ZONE.fullmatch(path.name) and _text(path / "name").startswith(_PACKAGE_NAME)
        ]
        if not self._zones:
            self.absent_reason = "the kernel shows no energy counter of the processor (RAPL)"
        elif self.read_joules() is None:
            self.absent_reason = (
                "the energy counter of the processor (RAPL) may not be read; "
                "as a rule only root may"
            )

    def read_joules(self) -> float | None:
        """Joules since a moment in the past, never falling; None when any counter is silent."""
        total_uj = 0
        for zone in self._zones:
            now_uj = _number(zone / "energy_uj")
            if now_uj is None:
                return None
            if now_uj < self._last_uj.get(zone, 0):
                range_uj = _number(zone / "max_energy_range_uj")
                if range_uj is None:
                    return None
                self._wrapped_uj[zone] = self._wrapped_uj.get(zone, 0) + range_uj
            self._last_uj[zone] = now_uj
            total_uj += now_uj + self._wrapped_uj.get(zone, 0)
        return total_uj / _UJ_PER_J if self._zones else None


class PackageMeter:
    """Energy of the processor packages over a time, from readings within and around it."""

    def __init__(self, counters: EnergyCounters) -> None:
        self._counters = counters
        self._readings: list[EnergyReading] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read(self) -> None:
        """Read the counters once more."""
        joules = self._counters.read_joules()
        if joules is not None:
            self._readings.append(EnergyReading(time.monotonic_ns(), joules))

    def energy(self, start_ns: int, end_ns: int) -> EnergyUse:
        """Energy between two moments of the monotonic clock."""
        if self._counters.absent_reason:
            return EnergyUse.unknown(self._counters.absent_reason)
        return energy_use(RAPL, self._readings, start_ns, end_ns)

    def accelerator(self, start_ns: int, end_ns: int) -> None:  # noqa: ARG002 - as every meter
        """The processor is no accelerator."""
        return


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdigit() else None
