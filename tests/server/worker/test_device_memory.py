"""Promises of the memory of a device, where there is none."""

import importlib.util

import pytest

from bakeoff.server.worker.device_memory import DeviceMemory, device_memory
from bakeoff.server.worker.providers import device_named


def test_the_processor_has_no_memory_of_its_own() -> None:
    expected = DeviceMemory(None, "", "the processor has no memory of its own")
    assert expected == device_memory(device_named("cpu"))


@pytest.mark.skipif(
    importlib.util.find_spec("pynvml") is not None, reason="nvidia-ml-py is installed"
)
def test_without_the_drivers_library_memory_is_not_known() -> None:
    expected = DeviceMemory(None, "", "nvidia-ml-py is not installed")
    assert expected == device_memory(device_named("cuda:0"))
