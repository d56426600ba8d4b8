"""One CUDA device while a block is measured: clocks, heat, power, energy and co-tenants."""

import statistics
from contextlib import ExitStack
from typing import Final, Self

from bakeoff.server.jobs.machine.energy import (
    EnergyMeter,
    EnergyReading,
    EnergyUse,
    energy_between,
    energy_use,
)
from bakeoff.server.jobs.machine.nvml import (
    NvmlDevice,
    NvmlReading,
    NvmlUnavailableError,
    nvml_device,
)
from bakeoff.v1 import AcceleratorConditions

NVML: Final = EnergyMeter("NVML", "device")

_NS_PER_S: Final = 1e9


class AcceleratorMeter:
    """One CUDA device, read through NVML while it is entered.

    Where NVML cannot tell, what it would have told is absent with the reason.
    """

    def __init__(self, ordinal: int, worker_pid: int) -> None:
        self._ordinal = ordinal
        self._worker_pid = worker_pid
        self._stack = ExitStack()
        self._device: NvmlDevice | None = None
        self._readings: list[NvmlReading] = []
        self._absent_reason = "NVML did not answer while the block ran"

    def __enter__(self) -> Self:
        try:
            self._device = self._stack.enter_context(nvml_device(self._ordinal))
        except NvmlUnavailableError as error:
            self._absent_reason = str(error)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self) -> None:
        """Read the device once more."""
        if self._device is not None:
            self._readings.append(self._device.read(self._worker_pid))

    def energy(self, start_ns: int, end_ns: int) -> EnergyUse:
        """Energy between two moments of the monotonic clock."""
        if not self._readings:
            return EnergyUse.unknown(self._absent_reason)
        counted = self._counted()
        if not counted:
            return EnergyUse.unknown("the device does not count its energy", NVML)
        return energy_use(NVML, counted, start_ns, end_ns)

    def accelerator(self, start_ns: int, end_ns: int) -> AcceleratorConditions:
        """What the device was like; its power between two moments of the monotonic clock."""
        if not self._readings:
            return AcceleratorConditions(absent_reason=self._absent_reason)
        readings = self._readings
        clocks = [r.sm_clock_mhz for r in readings if r.sm_clock_mhz is not None]
        temperatures = [
            r.temperature_celsius for r in readings if r.temperature_celsius is not None
        ]
        foreign = [r.foreign_process_count for r in readings if r.foreign_process_count is not None]
        return AcceleratorConditions(
            min_sm_clock_mhz=min(clocks, default=None),
            max_sm_clock_mhz=max(clocks, default=None),
            max_temperature_celsius=max(temperatures, default=None),
            mean_power_w=self._mean_power_w(start_ns, end_ns),
            foreign_process_count=max(foreign, default=None),
            throttle_reasons=sorted({name for r in readings for name in r.throttle_reasons}),
        )

    def _counted(self) -> list[EnergyReading]:
        return [
            EnergyReading(reading.at_ns, reading.joules)
            for reading in self._readings
            if reading.joules is not None
        ]

    def _mean_power_w(self, start_ns: int, end_ns: int) -> float | None:
        joules = energy_between(self._counted(), start_ns, end_ns)
        if joules is not None:
            return joules / (end_ns - start_ns) * _NS_PER_S
        powers = [r.power_w for r in self._readings if r.power_w is not None]
        return statistics.fmean(powers) if powers else None
