"""Promises of reading a real CUDA device, where one is at hand."""

import os
import time
from pathlib import Path

import pytest

from bakeoff.server.jobs.machine.accelerator import accelerators
from bakeoff.server.jobs.machine.accelerator_meter import NVML
from bakeoff.server.jobs.machine.block_watch import BlockWatch
from bakeoff.server.jobs.machine.environment import energy_of

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not Path("/dev/nvidia0").exists(), reason="there is no NVIDIA device"),
]


def test_the_device_tells_its_clock_heat_and_power() -> None:
    found = BlockWatch(os.getpid(), "cuda:0").end().accelerator

    assert found is not None
    assert "" == found.absent_reason
    assert 0 < found.min_sm_clock_mhz <= found.max_sm_clock_mhz
    assert 0 < found.max_temperature_celsius < 120
    assert found.mean_power_w > 0


def test_the_device_counts_its_energy_or_says_why_not() -> None:
    watch = BlockWatch(os.getpid(), "cuda:0")
    # The counter moves a few times a second.
    time.sleep(1)

    found = energy_of([watch.end()], sample_count=1)

    assert (found.method, found.boundary) == (NVML.method, NVML.boundary)
    assert found.HasField("joules") != bool(found.absent_reason)


async def test_the_drivers_tool_tells_the_model_of_the_device() -> None:
    first = (await accelerators())[0]

    assert first.model
    assert first.driver_version
