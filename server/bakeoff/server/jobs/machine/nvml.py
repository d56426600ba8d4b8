"""What NVML, the driver's own library, tells of one CUDA device."""

import importlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psutil

from bakeoff.server.cuda_order import nvml_handle

# pynvml, which has no types.
_Library = Any

_MW_PER_W: Final = 1000.0
_MJ_PER_J: Final = 1000.0

# Bits of `nvmlDeviceGetCurrentClocksEventReasons`, by NVML's names. An idle device is not among
# them: nothing holds its clocks down.
_THROTTLE_REASONS: Final[Mapping[int, str]] = {
    0x002: "ApplicationsClocksSetting",
    0x004: "SwPowerCap",
    0x008: "HwSlowdown",
    0x010: "SyncBoost",
    0x020: "SwThermalSlowdown",
    0x040: "HwThermalSlowdown",
    0x080: "HwPowerBrakeSlowdown",
    0x100: "DisplayClockSetting",
}
# Those that come of heat or of a failing supply, and not of how the device was set up.
HARMFUL_THROTTLE_REASONS: Final = frozenset(
    {"HwSlowdown", "SwThermalSlowdown", "HwThermalSlowdown", "HwPowerBrakeSlowdown"}
)


class NvmlUnavailableError(Exception):
    """NVML cannot tell of the device; the message says why."""


@dataclass(frozen=True, slots=True)
class NvmlReading:
    """What NVML told at one moment of the monotonic clock; None for what it does not tell.

    `joules` counts since the driver was loaded.
    """

    at_ns: int
    sm_clock_mhz: float | None
    temperature_celsius: float | None
    power_w: float | None
    joules: float | None
    foreign_process_count: int | None
    throttle_reasons: tuple[str, ...]


class NvmlDevice:
    """One device while NVML is open."""

    def __init__(self, library: _Library, handle: object) -> None:
        self._library = library
        self._handle = handle

    def read(self, worker_pid: int) -> NvmlReading:
        """Read everything. Processes of this server are not foreign."""
        library = self._library
        return NvmlReading(
            at_ns=time.monotonic_ns(),
            sm_clock_mhz=self._told(library.nvmlDeviceGetClockInfo, library.NVML_CLOCK_SM),
            temperature_celsius=self._temperature_celsius(),
            power_w=_scaled(self._told(library.nvmlDeviceGetPowerUsage), _MW_PER_W),
            joules=_scaled(self._told(library.nvmlDeviceGetTotalEnergyConsumption), _MJ_PER_J),
            foreign_process_count=self._foreign_process_count(worker_pid),
            throttle_reasons=self._throttle_reasons(),
        )

    def _temperature_celsius(self) -> float | None:
        library = self._library
        found: float | None = self._told(
            library.nvmlDeviceGetTemperatureV, library.NVML_TEMPERATURE_GPU
        )
        if found is None:
            # Drivers before 570 know it by its older name alone.
            found = self._told(library.nvmlDeviceGetTemperature, library.NVML_TEMPERATURE_GPU)
        return found

    def _foreign_process_count(self, worker_pid: int) -> int | None:
        library = self._library
        pids: set[int] = set()
        for listing in (
            library.nvmlDeviceGetComputeRunningProcesses,
            library.nvmlDeviceGetGraphicsRunningProcesses,
        ):
            processes = self._told(listing)
            if processes is None:
                return None
            pids |= {process.pid for process in processes}
        if worker_pid not in pids:
            # Within a container NVML gives the host's ids, by which ours cannot be told apart.
            return None
        return sum(not _is_ours(pid) for pid in pids - {worker_pid})

    def _throttle_reasons(self) -> tuple[str, ...]:
        bits = self._told(self._library.nvmlDeviceGetCurrentClocksEventReasons)
        if bits is None:
            # Drivers before 535 know it by its older name alone.
            bits = self._told(self._library.nvmlDeviceGetCurrentClocksThrottleReasons) or 0
        return tuple(name for bit, name in _THROTTLE_REASONS.items() if bits & bit)

    def _told(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - NVML's own kinds of value
        try:
            return function(self._handle, *arguments)
        except (self._library.NVMLError, self._library.NVMLLibraryMismatchError):
            return None


@contextmanager
def nvml_device(ordinal: int, variables: Mapping[str, str] | None = None) -> Iterator[NvmlDevice]:
    """Open NVML for the device that CUDA counts as `ordinal`, from 0.

    `variables` are the environment of the process that uses CUDA. Raises `NvmlUnavailableError`.
    """
    environment = os.environ if variables is None else variables
    try:
        library = importlib.import_module("pynvml")
    except ImportError:
        message = "nvidia-ml-py is not installed"
        raise NvmlUnavailableError(message) from None
    try:
        library.nvmlInit()
    except library.NVMLError as error:
        message = f"NVML does not start: {error}"
        raise NvmlUnavailableError(message) from error
    try:
        yield NvmlDevice(library, _handle(library, ordinal, environment))
    finally:
        library.nvmlShutdown()


def _handle(library: _Library, ordinal: int, environment: Mapping[str, str]) -> object:
    try:
        return nvml_handle(library, ordinal, environment)
    except library.NVMLError as error:
        message = f"NVML does not list its devices: {error}"
        raise NvmlUnavailableError(message) from error
    except LookupError as error:
        raise NvmlUnavailableError(str(error)) from error


def _is_ours(pid: int) -> bool:
    try:
        return pid == os.getpid() or psutil.Process(pid).ppid() == os.getpid()
    except psutil.Error:
        return False


def _scaled(value: Any, per_unit: float) -> float | None:  # noqa: ANN401 - as NVML gives it
    return None if value is None else value / per_unit
