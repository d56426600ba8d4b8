"""The memory ledger."""

from bakeoff.server.report.page.cells import DASH, NOTHING, mebibytes
from bakeoff.server.report.page.charts import axis, trace
from bakeoff.server.report.page.document import Cell, Chart, Column, Json, Section, Table, Tone
from bakeoff.server.report.page.roster import Contender, Roster
from bakeoff.server.selection.wording import counted, number
from bakeoff.v1 import MemoryReading

_MIB = 2**20
_CHARTED = ("bundle", "process", "steady", "host_peak")
_TITLES = {
    "bundle": "Bundle on disk",
    "process": "Process before loading",
    "load_peak": "Peak while loading",
    "steady": "Steady after loading",
    "run_peak": "Peak while running",
    "host_peak": "Peak of the host",
    "pss": "Proportional set size",
    "uss": "Unique set size",
    "device_peak": "Peak of the device",
    "arena_reserved": "Arena reserved",
    "arena_used": "Arena in use",
}


def memory(roster: Roster) -> Section | None:
    """Where memory goes, by reading; None when it was not measured."""
    measured = [one for one in roster.contenders if one.result.memory.readings]
    if not measured:
        return None
    ids = tuple(dict.fromkeys(r.id for one in measured for r in one.result.memory.readings))
    repeats = max(one.result.memory.repeat_count for one in measured)
    return Section(
        id="memory",
        title="Memory ledger",
        lead=(
            f"Medians over {counted(repeats, 'fresh process', 'fresh processes')}, measured in a "
            "pass of their own; the small numbers are the fewest and the most."
        ),
        parts=(_chart(measured, ids),),
    )


def _readings(one: Contender) -> dict[str, MemoryReading]:
    return {reading.id: reading for reading in one.result.memory.readings}


def _chart(measured: list[Contender], ids: tuple[str, ...]) -> Chart:
    charted = [reading for reading in _CHARTED if reading in ids]
    labels: list[Json] = [_TITLES[reading] for reading in charted]
    return Chart(
        id="memory",
        title="Memory by reading",
        description="Memory of each candidate at each reading, in MiB; the table holds the values.",
        traces=[
            trace(
                "bar",
                one.label,
                one.position,
                x=labels,
                y=[_mib(_readings(one).get(reading)) for reading in charted],
                hovertemplate="%{y:,.4g} MiB<extra>%{fullData.name}</extra>",
            )
            for one in measured
        ],
        layout={
            "barmode": "group",
            "xaxis": axis("", type="category"),
            "yaxis": axis("MiB", rangemode="tozero"),
        },
        table=Table(
            caption="Memory ledger",
            columns=(
                Column("Reading", numeric=False),
                *(Column(one.label, series=one.position) for one in measured),
            ),
            rows=tuple(
                (
                    Cell(_TITLES.get(reading, reading), detail=_method(measured, reading)),
                    *(_reading_cell(_readings(one).get(reading)) for one in measured),
                )
                for reading in ids
            ),
            quiet=True,
        ),
        table_open=True,
    )


def _mib(reading: MemoryReading | None) -> float | None:
    return reading.bytes / _MIB if reading is not None and reading.HasField("bytes") else None


def _method(measured: list[Contender], reading_id: str) -> str:
    methods = (
        _readings(one)[reading_id].method for one in measured if reading_id in _readings(one)
    )
    return next((method for method in methods if method), "")


def _reading_cell(reading: MemoryReading | None) -> Cell:
    if reading is None:
        return NOTHING
    if not reading.HasField("bytes"):
        return Cell(DASH, detail=reading.absent_reason, tone=Tone.MUTED)
    least, most = reading.min_bytes / _MIB, reading.max_bytes / _MIB
    spread = f"{number(least, '', 'MiB')} to {number(most, '', 'MiB')}" if least != most else ""
    return Cell(mebibytes(reading.bytes), detail=spread)
