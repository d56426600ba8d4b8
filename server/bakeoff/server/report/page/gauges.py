"""Where a figure lies against its bound, as marks on a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bakeoff.server.report.page.document import Gauge

# Room at both ends, as a share of all that is shown.
_ROOM = 0.08


@dataclass(frozen=True, slots=True)
class Reading:
    """What is set against a bound. An end of None is open or not known."""

    value: float
    lower: float | None
    upper: float | None
    bound: float


def gauges(readings: Sequence[Reading | None], *, at_most: bool) -> tuple[Gauge | None, ...]:
    """Each reading as a gauge; all on one scale, so that they can be compared by eye.

    `at_most` says that what lies below the bound keeps it. No reading gives no gauge.
    """
    known = [reading for reading in readings if reading is not None]
    if not known:
        return tuple(None for _ in readings)
    low, high = _reach(number for reading in known for number in _numbers(reading))
    width = high - low
    return tuple(
        None
        if reading is None
        else Gauge(
            value=(reading.value - low) / width,
            lower=0.0 if reading.lower is None else (reading.lower - low) / width,
            upper=1.0 if reading.upper is None else (reading.upper - low) / width,
            bound=(reading.bound - low) / width,
            at_most=at_most,
        )
        for reading in readings
    )


def _numbers(reading: Reading) -> Iterable[float]:
    ends = (reading.lower, reading.upper)
    return (reading.value, reading.bound, *(end for end in ends if end is not None))


def _reach(numbers: Iterable[float]) -> tuple[float, float]:
    shown = list(numbers)
    low, high = min(shown), max(shown)
    room = _ROOM * (high - low) or _ROOM * abs(high) or _ROOM
    return low - room, high + room
