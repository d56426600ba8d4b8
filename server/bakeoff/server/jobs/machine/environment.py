"""What a machine was like while scenarios were measured."""

import os
import statistics
from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs.machine.accelerator_conditions import joined
from bakeoff.server.jobs.machine.block_watch import BlockWatch
from bakeoff.server.jobs.machine.conditions import BlockConditions, together
from bakeoff.server.jobs.machine.energy import added, energy_message
from bakeoff.server.jobs.machine.suspicions import suspicions
from bakeoff.v1 import Energy, Environment, Fingerprint

_NS_PER_S = 1e9

__all__ = [
    "BlockConditions",
    "BlockWatch",
    "energy_of",
    "environment_of",
    "load_average",
    "merged",
    "suspicions",
]


def energy_of(conditions: Sequence[BlockConditions], sample_count: int) -> Energy:
    """Energy of the blocks of one candidate in one scenario, and its share of each sample.

    `sample_count` samples ended in the blocks together. Energy that is not known in one block is
    not known at all, and the reason says why.
    """
    return energy_message(added([block.energy for block in conditions]), sample_count)


def environment_of(
    blocks: Sequence[BlockConditions],
    start_time: Timestamp,
    end_time: Timestamp,
    load_average_start: float,
    load_average_end: float,
) -> Environment:
    """Sum up the conditions of measured blocks, without the fingerprint."""
    all_blocks = together(blocks)
    environment = Environment(
        start_time=start_time,
        end_time=end_time,
        load_average_start=load_average_start,
        load_average_end=load_average_end,
    )
    if all_blocks.total_cpu_s:
        environment.cpu_steal_share = all_blocks.steal_share
        environment.foreign_cpu_share = all_blocks.foreign_cpu_share
    if all_blocks.frequencies_mhz:
        environment.min_cpu_frequency_mhz = min(all_blocks.frequencies_mhz)
        environment.max_cpu_frequency_mhz = max(all_blocks.frequencies_mhz)
    if all_blocks.run_queue.max_foreign_count is not None:
        environment.max_foreign_run_queue = all_blocks.run_queue.max_foreign_count
    if all_blocks.throttled_period_count is not None:
        environment.throttled_period_count = all_blocks.throttled_period_count
    if all_blocks.accelerator is not None:
        environment.accelerator.CopyFrom(all_blocks.accelerator)
    return environment


def merged(parts: Sequence[Environment], fingerprint: Fingerprint) -> Environment:
    """Join the environments of scenarios measured one after another.

    Shares are weighted by the time between start and end of each part.
    """
    whole = Environment(fingerprint=fingerprint)
    if not parts:
        return whole
    ordered = sorted(parts, key=lambda part: part.start_time.ToNanoseconds())
    whole.start_time.CopyFrom(ordered[0].start_time)
    whole.end_time.CopyFrom(ordered[-1].end_time)
    whole.load_average_start = ordered[0].load_average_start
    whole.load_average_end = ordered[-1].load_average_end
    told = [part for part in ordered if part.HasField("cpu_steal_share")]
    weights = [part.end_time.ToNanoseconds() - part.start_time.ToNanoseconds() for part in told]
    if sum(weights) > 0:
        whole.cpu_steal_share = statistics.fmean([p.cpu_steal_share for p in told], weights)
        whole.foreign_cpu_share = statistics.fmean([p.foreign_cpu_share for p in told], weights)
    clocked = [part for part in ordered if part.HasField("min_cpu_frequency_mhz")]
    if clocked:
        whole.min_cpu_frequency_mhz = min(part.min_cpu_frequency_mhz for part in clocked)
        whole.max_cpu_frequency_mhz = max(part.max_cpu_frequency_mhz for part in clocked)
    queues = [p.max_foreign_run_queue for p in ordered if p.HasField("max_foreign_run_queue")]
    if queues:
        whole.max_foreign_run_queue = max(queues)
    throttled = [p.throttled_period_count for p in ordered if p.HasField("throttled_period_count")]
    if throttled:
        whole.throttled_period_count = sum(throttled)
    accelerated = [(p.accelerator, _duration_s(p)) for p in ordered if p.HasField("accelerator")]
    if accelerated:
        whole.accelerator.CopyFrom(joined(accelerated))
    return whole


def _duration_s(part: Environment) -> float:
    return (part.end_time.ToNanoseconds() - part.start_time.ToNanoseconds()) / _NS_PER_S


def load_average() -> float:
    """One-minute load average of the host."""
    return os.getloadavg()[0]
