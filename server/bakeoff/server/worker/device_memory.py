"""Memory that this process has on a device, as the driver tells it."""

import importlib
import os
from dataclasses import dataclass

from bakeoff.server.worker.providers import Device


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """Bytes on the device, or None and the reason."""

    used_bytes: int | None
    method: str
    absent_reason: str


def device_memory(device: Device) -> DeviceMemory:
    """What NVML tells of this process on a device."""
    if not device.provider.device_memory:
        return _absent("the processor has no memory of its own")
    try:
        pynvml = importlib.import_module("pynvml")
    except ImportError:
        return _absent("nvidia-ml-py is not installed")
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(device.index)
        processes = pynvml.nvmlDeviceGetComputeRunningProcesses(handle)
    except pynvml.NVMLError as error:
        return _absent(f"NVML failed: {error}")
    used = [process.usedGpuMemory for process in processes if process.pid == os.getpid()]
    if not used or used[0] is None:
        return _absent("the driver does not tell the memory of this process")
    return DeviceMemory(int(used[0]), "NVML, memory of the process", "")


def _absent(reason: str) -> DeviceMemory:
    return DeviceMemory(None, "", reason)
