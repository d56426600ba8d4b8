"""Promises of reading a CUDA device, with a stand-in for the driver's C library."""
# ruff: noqa: N802 - functions of the library are spelled as NVIDIA spells them

import ctypes
import os
import sys
from collections.abc import Callable, Sequence

import pynvml
import pytest

from bakeoff.server.jobs.machine.accelerator_meter import NVML, AcceleratorMeter
from bakeoff.server.jobs.machine.block_watch import BlockWatch
from bakeoff.server.jobs.machine.energy import EnergyUse
from bakeoff.server.jobs.machine.nvml import NvmlUnavailableError, nvml_device
from bakeoff.v1 import AcceleratorConditions

SUCCESS = 0
NOT_SUPPORTED = 3
INSUFFICIENT_SIZE = 7
DRIVER_NOT_LOADED = 9
WORKER_PID = os.getppid()
STRANGER_PID = 1
SECOND_NS = 1_000_000_000


class DriverLibrary:
    """The functions of libnvidia-ml that are called, by their C names and with their C arguments.

    It has two devices. `joules` are counted on, one more for each look.
    """

    def __init__(self) -> None:
        self.start_status = SUCCESS
        self.open_count = 0
        self.asked_devices: list[int] = []
        self.missing: set[str] = set()
        self.sm_clocks_mhz = [1980, 1200, 1500]
        self.temperatures = [41, 67, 55]
        self.power_mw = 250_000
        self.counted_mj = 5_000
        self.reason_bits = 0x1
        self.compute_pids: Sequence[int] = (WORKER_PID,)
        self.graphics_pids: Sequence[int] = ()

    def __getattr__(self, name: str) -> Callable[..., int]:
        if name in self.missing or f"_{name}" not in type(self).__dict__:
            raise AttributeError(name)
        function = type(self).__dict__[f"_{name}"]
        return lambda *arguments: function(self, *arguments)

    def _nvmlInitWithFlags(self, _flags) -> int:
        self.open_count += self.start_status == SUCCESS
        return self.start_status

    def _nvmlShutdown(self) -> int:
        self.open_count -= 1
        return SUCCESS

    def _nvmlDeviceGetCount_v2(self, count) -> int:
        count._obj.value = 2
        return SUCCESS

    def _nvmlDeviceGetHandleByIndex_v2(self, index, handle) -> int:
        address = ctypes.cast(index.value + 1, type(handle._obj))
        ctypes.memmove(handle, ctypes.byref(address), ctypes.sizeof(address))
        return SUCCESS

    def _nvmlDeviceGetUUID(self, handle, text, _size) -> int:
        text.value = (b"GPU-aaaa", b"GPU-bbbb")[_number(handle)]
        return SUCCESS

    def _nvmlDeviceGetClockInfo(self, handle, kind, clock) -> int:
        assert pynvml.NVML_CLOCK_SM == kind.value
        self.asked_devices.append(_number(handle))
        clock._obj.value = _next(self.sm_clocks_mhz)
        return SUCCESS

    def _nvmlDeviceGetTemperatureV(self, _handle, found) -> int:
        found._obj.temperature = _next(self.temperatures)
        return SUCCESS

    def _nvmlDeviceGetTemperature(self, _handle, _sensor, found) -> int:
        found._obj.value = 33
        return SUCCESS

    def _nvmlDeviceGetPowerUsage(self, _handle, power) -> int:
        power._obj.value = self.power_mw
        return SUCCESS

    def _nvmlDeviceGetTotalEnergyConsumption(self, _handle, energy) -> int:
        self.counted_mj += 1_000
        energy._obj.value = self.counted_mj
        return SUCCESS

    def _nvmlDeviceGetCurrentClocksEventReasons(self, _handle, bits) -> int:
        bits._obj.value = self.reason_bits
        return SUCCESS

    def _nvmlDeviceGetCurrentClocksThrottleReasons(self, _handle, bits) -> int:
        bits._obj.value = 0x40
        return SUCCESS

    def _nvmlDeviceGetComputeRunningProcesses_v3(self, _handle, count, array) -> int:
        return _processes(self.compute_pids, count, array)

    def _nvmlDeviceGetGraphicsRunningProcesses_v3(self, _handle, count, array) -> int:
        return _processes(self.graphics_pids, count, array)


def _number(handle) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value - 1


def _next(values: list[int]) -> int:
    return values.pop(0) if len(values) > 1 else values[0]


def _processes(pids: Sequence[int], count, array) -> int:
    if array is None and pids:
        count._obj.value = len(pids)
        return INSUFFICIENT_SIZE
    count._obj.value = len(pids)
    for place, pid in enumerate(pids):
        array[place].pid = pid
    return SUCCESS


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> DriverLibrary:
    library = DriverLibrary()
    monkeypatch.setattr(pynvml, "nvmlLib", library)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return library


def read_meter(times: int = 3) -> AcceleratorMeter:
    with AcceleratorMeter(0, WORKER_PID) as meter:
        for _ in range(times):
            meter.read()
    return meter


def whole(meter: AcceleratorMeter) -> tuple[int, int]:
    """The time from the first reading to the last."""
    return meter._readings[0].at_ns, meter._readings[-1].at_ns


def test_clocks_heat_and_power_are_read(driver: DriverLibrary) -> None:
    meter = read_meter()
    start_ns, end_ns = whole(meter)

    found = meter.accelerator(start_ns, end_ns)

    assert (1200, 1980) == (found.min_sm_clock_mhz, found.max_sm_clock_mhz)
    assert 67 == found.max_temperature_celsius
    assert found.mean_power_w == pytest.approx(2 / (end_ns - start_ns) * SECOND_NS)
    assert 0 == found.foreign_process_count
    assert [] == list(found.throttle_reasons)
    assert "" == found.absent_reason
    assert 0 == driver.open_count


def test_energy_is_that_of_the_devices_own_counter(driver: DriverLibrary) -> None:
    meter = read_meter()

    assert EnergyUse(NVML, 2.0, "") == meter.energy(*whole(meter))
    assert 8_000 == driver.counted_mj


def test_a_device_without_a_counter_has_power_and_no_energy(driver: DriverLibrary) -> None:
    driver.missing.add("nvmlDeviceGetTotalEnergyConsumption")
    meter = read_meter()

    assert EnergyUse(NVML, None, "the device does not count its energy") == meter.energy(0, 9)
    assert 250 == meter.accelerator(0, 9).mean_power_w


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (0x1, []),
        (0x4, ["SwPowerCap"]),
        (0x68, ["HwSlowdown", "HwThermalSlowdown", "SwThermalSlowdown"]),
        (0x182, ["ApplicationsClocksSetting", "DisplayClockSetting", "HwPowerBrakeSlowdown"]),
    ],
)
def test_reasons_of_low_clocks_are_named_as_nvml_names_them(
    driver: DriverLibrary, bits: int, expected: list[str]
) -> None:
    driver.reason_bits = bits

    assert expected == list(read_meter().accelerator(0, 9).throttle_reasons)


def test_an_older_driver_knows_older_names(driver: DriverLibrary) -> None:
    driver.missing |= {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetTemperatureV"}

    found = read_meter().accelerator(0, 9)

    assert ["HwThermalSlowdown"] == list(found.throttle_reasons)
    assert 33 == found.max_temperature_celsius


def test_processes_of_this_server_are_not_foreign(driver: DriverLibrary) -> None:
    driver.compute_pids = (WORKER_PID, os.getpid(), STRANGER_PID)
    driver.graphics_pids = (STRANGER_PID,)

    assert 1 == read_meter().accelerator(0, 9).foreign_process_count


def test_co_tenants_are_not_known_where_our_own_process_is_not_listed(
    driver: DriverLibrary,
) -> None:
    """In a container the driver lists the ids that processes have outside it."""
    driver.compute_pids = (4_000_000,)

    assert not read_meter().accelerator(0, 9).HasField("foreign_process_count")


def test_co_tenants_are_not_known_where_the_driver_does_not_list_them(
    driver: DriverLibrary,
) -> None:
    driver.missing.add("nvmlDeviceGetGraphicsRunningProcesses_v3")

    assert not read_meter().accelerator(0, 9).HasField("foreign_process_count")


@pytest.mark.parametrize(
    ("visible", "ordinal", "device"),
    [(None, 0, 0), (None, 1, 1), ("1", 0, 1), ("1,0", 1, 0), ("GPU-bb", 0, 1)],
)
def test_the_device_is_the_one_that_cuda_counts(
    driver: DriverLibrary, visible: str | None, ordinal: int, device: int
) -> None:
    variables = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}

    with nvml_device(ordinal, variables) as found:
        found.read(WORKER_PID)

    assert [device] == driver.asked_devices


def test_a_device_that_cuda_may_not_use_is_refused(driver: DriverLibrary) -> None:
    with (
        pytest.raises(NvmlUnavailableError, match=r"knows 1 of the devices .* not cuda:1"),
        nvml_device(1, {"CUDA_VISIBLE_DEVICES": "0"}),
    ):
        pass
    assert 0 == driver.open_count


def test_a_driver_that_is_not_loaded_is_the_reason(driver: DriverLibrary) -> None:
    driver.start_status = DRIVER_NOT_LOADED
    meter = read_meter()

    found = meter.accelerator(0, 9)

    assert found.absent_reason.startswith("NVML does not start: Driver Not Loaded")
    assert AcceleratorConditions(absent_reason=found.absent_reason) == found
    assert EnergyUse(None, None, found.absent_reason) == meter.energy(0, 9)


def test_a_driver_that_lists_no_devices_is_the_reason(driver: DriverLibrary) -> None:
    driver.missing.add("nvmlDeviceGetCount_v2")

    assert "NVML does not list its devices" in read_meter().accelerator(0, 9).absent_reason
    assert 0 == driver.open_count


def test_a_process_that_is_gone_by_now_was_foreign(driver: DriverLibrary) -> None:
    driver.compute_pids = (WORKER_PID, 2**22 + 1)

    assert 1 == read_meter().accelerator(0, 9).foreign_process_count


def test_without_the_library_of_the_driver_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_name: str) -> None:
        message = "libnvidia-ml.so.1: cannot open shared object file"
        raise OSError(message)

    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "CDLL", refuse)

    assert "NVML does not start" in read_meter().accelerator(0, 9).absent_reason


def test_without_the_binding_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)

    assert "nvidia-ml-py is not installed" == read_meter().accelerator(0, 9).absent_reason


def test_a_watch_of_a_cuda_device_reads_it(driver: DriverLibrary) -> None:
    found = BlockWatch(WORKER_PID, "cuda:0").end()

    assert found.accelerator is not None
    assert 67 == found.accelerator.max_temperature_celsius
    assert NVML == found.energy.meter
    assert 0 == driver.open_count
