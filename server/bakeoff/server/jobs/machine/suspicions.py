"""Why measured figures may have been disturbed."""

import statistics
from collections.abc import Iterator, Sequence

from bakeoff.server.jobs.machine.conditions import BlockConditions, together
from bakeoff.server.jobs.machine.nvml import HARMFUL_THROTTLE_REASONS
from bakeoff.v1 import AcceleratorConditions

_STEAL_SHARE_LIMIT = 0.02
_FOREIGN_CPU_SHARE_LIMIT = 0.10
_CONTENDED_SHARE_LIMIT = 0.25
_THROTTLED_SHARE_LIMIT = 0.02
_MEMORY_STALL_SHARE_LIMIT = 0.02
_DRIFT_SHARE_LIMIT = 0.30


def suspicions(
    blocks: Sequence[BlockConditions], sample_times_s: Sequence[float], *, warm_up_settled: bool
) -> tuple[str, ...]:
    """Tell why measured figures may have been disturbed, one sentence each.

    `sample_times_s` holds the mean time of one sample in each block.
    """
    whole = together(blocks)
    reasons = [*_of_others(whole), *_of_limits(whole)]
    if whole.accelerator is not None:
        reasons += _of_accelerator(whole.accelerator)
    if not warm_up_settled:
        reasons.append("The warm-up ended at its bound before its last windows agreed.")
    if len(sample_times_s) > 1:
        drift = (max(sample_times_s) - min(sample_times_s)) / statistics.median(sample_times_s)
        if drift > _DRIFT_SHARE_LIMIT:
            reasons.append(
                f"The time of a sample differed by {drift:.0%} of its median from block to block; "
                f"more than {_DRIFT_SHARE_LIMIT:.0%} disturbs."
            )
    return tuple(reasons)


def _of_others(whole: BlockConditions) -> Iterator[str]:
    """What others took of the processors."""
    if whole.steal_share > _STEAL_SHARE_LIMIT:
        yield (
            f"The hypervisor gave {whole.steal_share:.1%} of the processor time to others; "
            f"more than {_STEAL_SHARE_LIMIT:.0%} disturbs."
        )
    if whole.foreign_cpu_share > _FOREIGN_CPU_SHARE_LIMIT:
        yield (
            f"Other processes took {whole.foreign_cpu_share:.1%} of the processor time; "
            f"more than {_FOREIGN_CPU_SHARE_LIMIT:.0%} disturbs."
        )
    if whole.run_queue.contended_share > _CONTENDED_SHARE_LIMIT:
        yield (
            f"In {whole.run_queue.contended_share:.0%} of the readings other processes competed "
            f"with the worker for a processor; more than {_CONTENDED_SHARE_LIMIT:.0%} disturbs."
        )


def _of_limits(whole: BlockConditions) -> Iterator[str]:
    """What quota, heat and want of memory did."""
    if not whole.duration_s:
        return
    throttled_s = whole.throttled_s or 0.0
    if throttled_s / whole.duration_s > _THROTTLED_SHARE_LIMIT:
        yield (
            f"The processor quota held the server back for {throttled_s:.2f} s, over all "
            f"processors together, in {whole.duration_s:.2f} s; more than "
            f"{_THROTTLED_SHARE_LIMIT:.0%} disturbs."
        )
    stalled_s = whole.memory_stall_s or 0.0
    if stalled_s / whole.duration_s > _MEMORY_STALL_SHARE_LIMIT:
        yield (
            f"Processes waited for memory for {stalled_s:.2f} s of {whole.duration_s:.2f} s; "
            f"more than {_MEMORY_STALL_SHARE_LIMIT:.0%} disturbs."
        )
    if whole.thermal_event_count:
        yield f"Heat slowed the processor; the kernel counted it {whole.thermal_event_count} times."


def _of_accelerator(conditions: AcceleratorConditions) -> Iterator[str]:
    if conditions.foreign_process_count:
        yield (
            "Other processes used the accelerator: "
            f"{conditions.foreign_process_count} at a time at most."
        )
    harmful = sorted(HARMFUL_THROTTLE_REASONS.intersection(conditions.throttle_reasons))
    if harmful:
        yield f"The accelerator held its clocks down: {', '.join(harmful)}."
