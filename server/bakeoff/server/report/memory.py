"""Figures of memory and size that constraints may name, from the ledger."""

from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import Candidate, MemoryLedger, MemoryReading

_FIGURES = (("host_peak_mib", "host_peak"), ("steady_mib", "steady"), ("bundle_mib", "bundle"))
_BYTES_PER_MIB = 2**20
_NOT_MEASURED = "memory was not measured"


def memory_figures(candidate: Candidate, ledger: MemoryLedger | None) -> list[Figure]:
    """Peak and steady memory of the host and size of the bundle, in MiB, medians over repeats."""
    readings = {} if ledger is None else {reading.id: reading for reading in ledger.readings}
    readings.setdefault(
        "bundle",
        MemoryReading(id="bundle", bytes=candidate.size_bytes, method="file sizes"),
    )
    count = 0 if ledger is None else ledger.repeat_count
    return [_figure(figure_id, readings.get(reading), count) for figure_id, reading in _FIGURES]


def _figure(figure_id: str, reading: MemoryReading | None, repeat_count: int) -> Figure:
    known = reading is not None and reading.HasField("bytes")
    absent_reason = _NOT_MEASURED if reading is None else reading.absent_reason or _NOT_MEASURED
    return Figure(
        id=figure_id,
        value=reading.bytes / _BYTES_PER_MIB if known and reading is not None else None,
        observation_count=1 if figure_id == "bundle_mib" else repeat_count,
        unit="MiB",
        direction=Direction.LOWER_IS_BETTER,
        method="" if reading is None else reading.method,
        boundary="process" if figure_id != "bundle_mib" else "",
        absent_reason="" if known else absent_reason,
    )
