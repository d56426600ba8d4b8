"""Cold start and memory of a candidate, in a process that has done nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from bakeoff.server.worker import memory
from bakeoff.server.worker.arena import ArenaMemory, ArenaTrial, arena_trial
from bakeoff.server.worker.batching import Policy
from bakeoff.server.worker.device_memory import DeviceBefore, device_memory
from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.first_queries import FirstQueries, first_queries
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.pipeline import Answered, Pipeline
from bakeoff.v1 import MemoryLedger, MemoryReading, UnlabelledExample


@dataclass(frozen=True, slots=True)
class BeforeLoad:
    """Memory of the process with its libraries and no model, in bytes.

    `peak_was_reset` tells whether the kernel let the peak start anew; `device` is None for the
    processor, and where the driver tells nothing.
    """

    resident_bytes: int
    peak_bytes: int
    peak_was_reset: bool
    device: DeviceBefore | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a fresh process found, and what is left to run for the arena once the model is gone."""

    queries: FirstQueries
    memory: MemoryLedger
    arena_trial: ArenaTrial


def before_load(device: DeviceBefore | None) -> BeforeLoad:
    """Read memory and let the peak start anew; freed blocks go back from now on."""
    memory.keep_no_freed_blocks()
    resident_bytes, peak_bytes = memory.resident_bytes(), memory.peak_resident_bytes()
    return BeforeLoad(resident_bytes, peak_bytes, memory.reset_peak(), device)


def profile(
    before: BeforeLoad,
    model: Model,
    examples: ExampleFile,
    policy: Policy,
    example_count: int,
) -> Profile:
    """Read memory of a model just loaded, run it for the first times, and drive memory up.

    The `example_count` longest examples are run under the policy, by one caller.
    Raises `InvalidExampleError` when no example can be encoded, and what the model raises.
    """
    load_peak_bytes, steady_bytes = memory.peak_resident_bytes(), memory.resident_bytes()
    queries = first_queries(model, examples)
    queries_peak_bytes = memory.peak_resident_bytes()
    run_peak_is_apart = memory.reset_peak()
    pipeline = Pipeline(model, policy, caller_count=1)
    batches = list(_run(pipeline, examples.longest(example_count)))
    run_peak_bytes = memory.peak_resident_bytes()
    host_peak_bytes = max(before.peak_bytes, load_peak_bytes, queries_peak_bytes, run_peak_bytes)
    since_start = "VmHWM since the start of the process"
    readings = [
        _reading("process", before.resident_bytes, "VmRSS before loading"),
        _reading(
            "load_peak",
            load_peak_bytes,
            "VmHWM while loading" if before.peak_was_reset else since_start,
        ),
        _reading("steady", steady_bytes, "VmRSS after loading"),
        _reading(
            "run_peak",
            run_peak_bytes,
            "VmHWM while running the longest examples" if run_peak_is_apart else since_start,
        ),
        _reading("host_peak", host_peak_bytes, since_start),
        *_proportional(),
        _device(model, before.device),
    ]
    return Profile(
        queries=queries,
        memory=MemoryLedger(repeat_count=1, readings=readings),
        arena_trial=arena_trial(model, [*queries.batches(), *batches]),
    )


def arena_readings(found: ArenaMemory) -> list[MemoryReading]:
    """The ledger's last lines: what the arena took, and the most of it that was in use."""
    method = "onnxruntime's profile of a second session"
    return [
        MemoryReading(id=reading_id, absent_reason=found.absent_reason)
        if value_bytes is None
        else _reading(reading_id, value_bytes, method)
        for reading_id, value_bytes in (
            ("arena_reserved", found.reserved_bytes),
            ("arena_used", found.used_bytes),
        )
    ]


def _run(pipeline: Pipeline, examples: list[UnlabelledExample]) -> Iterator[Sequence[Encoded]]:
    with closing(pipeline.outcomes(examples)) as outcomes:
        for item in outcomes:
            if isinstance(item, Answered):
                yield item.batch.encoded


def _reading(reading_id: str, value_bytes: int, method: str) -> MemoryReading:
    return MemoryReading(
        id=reading_id,
        bytes=value_bytes,
        min_bytes=value_bytes,
        max_bytes=value_bytes,
        method=method,
    )


def _proportional() -> list[MemoryReading]:
    found = memory.proportional_memory()
    if found is None:
        reason = "the kernel has no smaps_rollup"
        return [MemoryReading(id=name, absent_reason=reason) for name in ("pss", "uss")]
    return [
        _reading("pss", found.pss_bytes, "Pss of smaps_rollup after the run"),
        _reading("uss", found.uss_bytes, "private pages of smaps_rollup after the run"),
    ]


def _device(model: Model, before: DeviceBefore | None) -> MemoryReading:
    found = device_memory(model.session.device, before)
    if found.used_bytes is None:
        return MemoryReading(id="device_peak", absent_reason=found.absent_reason)
    return _reading("device_peak", found.used_bytes, found.method)
