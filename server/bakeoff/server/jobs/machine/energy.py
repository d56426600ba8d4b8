"""Energy that a meter counted while something was measured."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.v1 import Energy


@dataclass(frozen=True, slots=True)
class EnergyMeter:
    """A kind of meter, and what it encloses: `package` or `device`."""

    method: str
    boundary: str


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """Energy of one block, or of several together.

    `joules` is None where it is not known, and `absent_reason` says why; `meter` is None where
    there was none.
    """

    meter: EnergyMeter | None
    joules: float | None
    absent_reason: str

    @classmethod
    def unknown(cls, reason: str, meter: EnergyMeter | None = None) -> "EnergyUse":
        """Say why energy is not known."""
        return cls(meter, None, reason)


@dataclass(frozen=True, slots=True)
class EnergyReading:
    """Joules that a meter had counted at a moment of the monotonic clock."""

    at_ns: int
    joules: float


def energy_use(
    meter: EnergyMeter, readings: Sequence[EnergyReading], start_ns: int, end_ns: int
) -> EnergyUse:
    """Energy that the readings of a meter give between two moments."""
    joules = energy_between(readings, start_ns, end_ns)
    if joules is None:
        return EnergyUse.unknown(f"{meter.method} was not read twice around the block", meter)
    return EnergyUse(meter, joules, "")


def energy_between(readings: Sequence[EnergyReading], start_ns: int, end_ns: int) -> float | None:
    """Joules from `start_ns` to `end_ns`, at steady power between two readings.

    Where the readings do not reach so far, the mean power of the rest stands for what they miss.
    None when fewer than two readings bound any of that time. `readings` are in order of time.
    """
    joules, covered_ns = 0.0, 0
    for before, after in itertools.pairwise(readings):
        span_ns = after.at_ns - before.at_ns
        common_ns = min(after.at_ns, end_ns) - max(before.at_ns, start_ns)
        if common_ns > 0:
            joules += (after.joules - before.joules) * common_ns / span_ns
            covered_ns += common_ns
    return joules * (end_ns - start_ns) / covered_ns if covered_ns else None


def added(uses: Sequence[EnergyUse]) -> EnergyUse:
    """Energy of several blocks; not known when that of one is not."""
    if not uses:
        return EnergyUse.unknown("nothing was measured")
    for use in uses:
        if use.joules is None:
            return use
    return EnergyUse(
        meter=uses[0].meter,
        joules=sum(use.joules for use in uses if use.joules is not None),
        absent_reason="",
    )


def energy_message(use: EnergyUse, sample_count: int) -> Energy:
    """What is reported of energy that `sample_count` samples took. A count of 0 has no share."""
    message = Energy(absent_reason=use.absent_reason)
    if use.meter is not None:
        message.method, message.boundary = use.meter.method, use.meter.boundary
    if use.joules is not None:
        message.joules = use.joules
        if sample_count > 0:
            message.joules_per_sample = use.joules / sample_count
    return message
