"""Promises of the memory of a device, with a stand-in for NVIDIA's library."""

import importlib.util
import os
import sys
from types import ModuleType, SimpleNamespace

import pytest

from bakeoff.server.worker.device_memory import DeviceMemory, device_memory
from bakeoff.server.worker.providers import device_named

CUDA = device_named("cuda:1")


class NVMLError(Exception):
    """As the library raises it."""


def library(pid: int, used_bytes: int | None, *, fails: bool = False) -> ModuleType:
    """A library that knows one process on device 1."""

    def handle(index: int) -> int:
        assert 1 == index
        return 77

    def processes(given: int) -> list[SimpleNamespace]:
        assert 77 == given
        if fails:
            message = "Not Supported"
            raise NVMLError(message)
        return [
            SimpleNamespace(pid=1, usedGpuMemory=5),
            SimpleNamespace(pid=pid, usedGpuMemory=used_bytes),
        ]

    module = ModuleType("pynvml")
    module.__dict__.update(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=handle,
        nvmlDeviceGetComputeRunningProcesses=processes,
    )
    return module


def test_the_processor_has_no_memory_of_its_own() -> None:
    expected = DeviceMemory(None, "", "the processor has no memory of its own")
    assert expected == device_memory(device_named("cpu"))


@pytest.mark.skipif(
    importlib.util.find_spec("pynvml") is not None, reason="nvidia-ml-py is installed"
)
def test_without_the_drivers_library_memory_is_not_known() -> None:
    assert DeviceMemory(None, "", "nvidia-ml-py is not installed") == device_memory(CUDA)


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (library(os.getpid(), 99), DeviceMemory(99, "NVML, memory of the process", "")),
        (
            library(os.getpid(), None),
            DeviceMemory(None, "", "the driver does not tell the memory of this process"),
        ),
        (
            library(0, 99),
            DeviceMemory(None, "", "the driver does not tell the memory of this process"),
        ),
        (
            library(os.getpid(), 99, fails=True),
            DeviceMemory(None, "", "NVML failed: Not Supported"),
        ),
    ],
    ids=["told", "not told", "another process", "failed"],
)
def test_memory_is_what_the_driver_tells_of_this_process(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, expected: DeviceMemory
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", module)
    assert expected == device_memory(CUDA)
