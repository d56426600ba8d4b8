"""Memory that this process has on a device, as the driver tells it."""

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bakeoff.server.cuda_order import nvml_handle
from bakeoff.server.worker.providers import Device

_OWN = "NVML, memory of the process"
_GROWTH = "NVML, growth of the device since before loading, no other process in sight"


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """Bytes on the device, or None and the reason."""

    used_bytes: int | None
    method: str
    absent_reason: str


@dataclass(frozen=True, slots=True)
class DeviceBefore:
    """A device before anything was loaded on it: bytes in use, by however many processes."""

    used_bytes: int
    process_count: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """What NVML tells of a device: bytes in use, and the processes on it."""

    used_bytes: int
    processes: Sequence[Any]


def device_before(device: Device) -> DeviceBefore | None:
    """The device as it is now; None where that is not known, or where it is the processor."""
    found = _read(device)
    if isinstance(found, DeviceMemory):
        return None
    return DeviceBefore(found.used_bytes, len(found.processes))


def device_memory(device: Device, before: DeviceBefore | None = None) -> DeviceMemory:
    """What NVML tells of this process on a device.

    Where it does not know the process, as in a container with process ids of its own, the growth
    of the whole device since `before`, if no other process was or is on it.
    """
    found = _read(device)
    if isinstance(found, DeviceMemory):
        return found
    own = [process.usedGpuMemory for process in found.processes if process.pid == os.getpid()]
    if own and own[0] is not None:
        return DeviceMemory(int(own[0]), _OWN, "")
    exclusive = before is not None and before.process_count == 0 and len(found.processes) <= 1
    if before is None or not exclusive:
        return _absent("the driver does not tell the memory of this process")
    return DeviceMemory(found.used_bytes - before.used_bytes, _GROWTH, "")


def _read(device: Device) -> _Reading | DeviceMemory:
    if not device.provider.device_memory:
        return _absent("the processor has no memory of its own")
    try:
        pynvml = importlib.import_module("pynvml")
    except ImportError:
        return _absent("nvidia-ml-py is not installed")
    try:
        pynvml.nvmlInit()
        handle = nvml_handle(pynvml, device.index, os.environ)
        return _Reading(
            used_bytes=int(pynvml.nvmlDeviceGetMemoryInfo(handle).used),
            processes=[
                *pynvml.nvmlDeviceGetComputeRunningProcesses(handle),
                *pynvml.nvmlDeviceGetGraphicsRunningProcesses(handle),
            ],
        )
    except pynvml.NVMLError as error:
        return _absent(f"NVML failed: {error}")
    except LookupError as error:
        return _absent(str(error))


def _absent(reason: str) -> DeviceMemory:
    return DeviceMemory(None, "", reason)
