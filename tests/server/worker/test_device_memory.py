"""Promises of the memory of a device, with a stand-in for NVIDIA's library."""

import os
import sys
from types import ModuleType, SimpleNamespace

import pytest

from bakeoff.server.worker.device_memory import (
    DeviceBefore,
    DeviceMemory,
    device_before,
    device_memory,
)
from bakeoff.server.worker.providers import device_named

CUDA = device_named("cuda:1")


class NVMLError(Exception):
    """As the library raises it."""


def library(
    pid: int, used_bytes: int | None, *, others: int = 1, device_bytes: int = 0, fails: bool = False
) -> ModuleType:
    """A library that knows a process of that id on device 1, and `others` beside it."""

    def handle(index: int) -> int:
        return 76 + index

    def processes(given: int) -> list[SimpleNamespace]:
        assert 77 == given
        if fails:
            message = "Not Supported"
            raise NVMLError(message)
        return [SimpleNamespace(pid=1, usedGpuMemory=5) for _ in range(others)] + [
            SimpleNamespace(pid=pid, usedGpuMemory=used_bytes)
        ]

    module = ModuleType("pynvml")
    module.__dict__.update(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=handle,
        nvmlDeviceGetUUID=lambda given: f"GPU-{given}",
        nvmlDeviceGetMemoryInfo=lambda _: SimpleNamespace(used=device_bytes),
        nvmlDeviceGetComputeRunningProcesses=processes,
        nvmlDeviceGetGraphicsRunningProcesses=lambda _: [],
    )
    return module


def test_the_processor_has_no_memory_of_its_own() -> None:
    expected = DeviceMemory(None, "", "the processor has no memory of its own")
    assert expected == device_memory(device_named("cpu"))


def test_without_the_drivers_library_memory_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    # None among the modules makes its import fail.
    monkeypatch.setitem(sys.modules, "pynvml", None)
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


def test_a_device_is_counted_as_cuda_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library answers for device 1 alone, which is the first that CUDA may use."""
    monkeypatch.setitem(sys.modules, "pynvml", library(os.getpid(), 99))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert 99 == device_memory(device_named("cuda:0")).used_bytes
    hidden = "NVML knows 1 of the devices that CUDA may use, and not cuda:1"
    assert DeviceMemory(None, "", hidden) == device_memory(CUDA)


GROWTH = "NVML, growth of the device since before loading, no other process in sight"
NOT_TOLD = DeviceMemory(None, "", "the driver does not tell the memory of this process")


@pytest.mark.parametrize(
    ("before", "others", "expected"),
    [
        (DeviceBefore(200, 0), 0, DeviceMemory(300, GROWTH, "")),
        (DeviceBefore(200, 1), 0, NOT_TOLD),
        (DeviceBefore(200, 0), 1, NOT_TOLD),
        (None, 0, NOT_TOLD),
    ],
    ids=["alone", "another went", "another came", "not read before"],
)
def test_growth_counts_on_a_device_that_no_other_process_uses(
    monkeypatch: pytest.MonkeyPatch,
    before: DeviceBefore | None,
    others: int,
    expected: DeviceMemory,
) -> None:
    """Where the driver knows this process by another id."""
    monkeypatch.setitem(sys.modules, "pynvml", library(0, 99, others=others, device_bytes=500))
    assert expected == device_memory(CUDA, before)


def test_a_device_is_read_before_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library(0, 99, device_bytes=200))
    assert DeviceBefore(used_bytes=200, process_count=2) == device_before(CUDA)


def test_before_loading_nothing_may_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library(0, 99, fails=True))
    assert device_before(CUDA) is None
    assert device_before(device_named("cpu")) is None
