"""PROFILE: what a fresh process costs until its first answer, and where its memory goes."""

import statistics
from collections.abc import Sequence

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.report.messages import interval_message
from bakeoff.server.statistics import order_statistic_interval
from bakeoff.v1 import ColdStart, Figure, MemoryLedger, MemoryReading
from bakeoff.worker.v1 import Command, Profile, Profiled

# The longest of the set, enough to fill every batch shape that costs most.
_PEAK_EXAMPLE_COUNT = 64
_NS_PER_MS = 1e6
_BUNDLE_READING = "bundle"
_TAKES_TEXTS = "the graph takes texts as they are"
_ONE_LENGTH = "no example of another length was found"


async def profile(assignment: Assignment, contender: Contender, done_before: int) -> None:
    """Run fresh processes one after another, and keep the medians.

    `done_before` counts the processes of the phase that ran before this candidate's. What was
    found before a restart is not measured anew.
    """
    repeat_count = assignment.spec.profile_repeat_count
    if await assignment.found(MemoryLedger, candidate=contender.name) is None:
        repeats: list[Profiled] = []
        for repeat in range(repeat_count):
            repeats.append(await _one(assignment, contender))
            assignment.progress.done(done_before + repeat + 1)
        level = assignment.spec.statistics.confidence_level
        takes_texts = contender.candidate.manifest.HasField("raw_text")
        found = cold_start(repeats, level, takes_texts=takes_texts)
        await assignment.keep(found, candidate=contender.name)
        ledger = memory_ledger(repeats, contender.candidate.size_bytes)
        await assignment.keep(ledger, candidate=contender.name)
    assignment.progress.done(done_before + repeat_count)


def cold_start(repeats: Sequence[Profiled], level: float, *, takes_texts: bool) -> ColdStart:
    """Medians over fresh processes, with intervals at that level where there are enough.

    A graph that takes texts as they are has one shape, as have examples of one length.
    """
    one_shape = _TAKES_TEXTS if takes_texts else _ONE_LENGTH
    new_shape = [one.new_shape_ns for one in repeats if one.HasField("new_shape_ns")]
    known_shape = [one.known_shape_ns for one in repeats if one.HasField("known_shape_ns")]
    figures = [
        _figure("process_start_ms", [one.process_start_ns for one in repeats], level),
        _figure("load_ms", [one.load_ns for one in repeats], level),
        _figure("first_inference_ms", [one.first_inference_ns for one in repeats], level),
        _figure("second_inference_ms", [one.second_inference_ns for one in repeats], level),
        _figure("new_shape_ms", new_shape, level, one_shape),
        _figure("known_shape_ms", known_shape, level, one_shape),
    ]
    return ColdStart(repeat_count=len(repeats), figures=figures)


def memory_ledger(repeats: Sequence[Profiled], bundle_bytes: int) -> MemoryLedger:
    """Median, least and most of each reading over fresh processes; the bundle on disk first."""
    ledger = MemoryLedger(repeat_count=len(repeats))
    ledger.readings.add(
        id=_BUNDLE_READING,
        bytes=bundle_bytes,
        min_bytes=bundle_bytes,
        max_bytes=bundle_bytes,
        method="file sizes",
    )
    for first in repeats[0].memory.readings:
        if first.id == _BUNDLE_READING:
            continue
        same = [r for one in repeats for r in one.memory.readings if r.id == first.id]
        known = [reading.bytes for reading in same if reading.HasField("bytes")]
        merged = MemoryReading(id=first.id, method=first.method)
        if known:
            merged.bytes = statistics.median_low(known)
            merged.min_bytes = min(known)
            merged.max_bytes = max(known)
        else:
            merged.absent_reason = first.absent_reason
        ledger.readings.append(merged)
    return ledger


async def _one(assignment: Assignment, contender: Contender) -> Profiled:
    async with assignment.stillness:
        await contender.start_worker()
        command = Command(
            profile=Profile(
                load=contender.load_command(
                    assignment.spec.intra_op_thread_count or assignment.usable_cpu_count
                ),
                inputs_path=str(assignment.inputs_path),
                batch_policy=assignment.spec.batch_policy,
                process_start_ns=contender.worker_start_ns,
                example_count=_PEAK_EXAMPLE_COUNT,
            )
        )
        deadline_s = assignment.deadlines.predict_s(_PEAK_EXAMPLE_COUNT)
        event = await contender.request(command, deadline_s)
        await contender.close_worker()
    return event.profiled


def _figure(
    figure_id: str, times_ns: Sequence[int], level: float, absent_reason: str = ""
) -> Figure:
    ordered = sorted(ns / _NS_PER_MS for ns in times_ns)
    figure = Figure(
        id=figure_id,
        value=statistics.median_low(ordered) if ordered else None,
        observation_count=len(ordered),
        unit="ms",
        direction=Figure.DIRECTION_LOWER_IS_BETTER,
        method="median",
        boundary="process",
        absent_reason="" if ordered else absent_reason,
    )
    interval = order_statistic_interval(ordered, 0.5, level)
    if interval is not None:
        figure.interval.CopyFrom(interval_message(interval))
    return figure
