"""What else the machine did while a block was measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bakeoff.server.jobs.machine.accelerator_conditions import joined
from bakeoff.server.jobs.machine.energy import EnergyUse, added
from bakeoff.v1 import AcceleratorConditions

_NumberT = TypeVar("_NumberT", int, float)


@dataclass(frozen=True, slots=True)
class RunQueue:
    """How many processes beyond the measured one wanted a processor, read again and again.

    `contended_count` counts the readings in which there were more than processors, those of the
    measured process included. `max_foreign_count` is None where nothing was read.
    """

    reading_count: int = 0
    contended_count: int = 0
    max_foreign_count: int | None = None

    @property
    def contended_share(self) -> float:
        """Share of the readings in which someone waited for a processor, 0 to 1."""
        return self.contended_count / self.reading_count if self.reading_count else 0.0


_NO_METER = EnergyUse.unknown("no energy meter was read")


@dataclass(frozen=True, slots=True)
class BlockConditions:
    """What else happened on the usable processors during one block, or several together.

    `duration_s` is the time of the block; the `_cpu_s` fields are processor time over all usable
    processors. `throttled_s` and `throttled_period_count` tell of the cgroup's quota,
    `thermal_event_count` how often heat slowed a processor, `memory_stall_s` for how long some
    process waited for memory. None where the system does not tell; `accelerator` is None for the
    processor.
    """

    duration_s: float
    total_cpu_s: float
    steal_cpu_s: float
    foreign_cpu_s: float
    throttled_s: float | None
    frequencies_mhz: tuple[float, ...]
    throttled_period_count: int | None = None
    thermal_event_count: int | None = None
    memory_stall_s: float | None = None
    run_queue: RunQueue = RunQueue()
    energy: EnergyUse = _NO_METER
    accelerator: AcceleratorConditions | None = None

    @property
    def steal_share(self) -> float:
        """Share of processor time that the hypervisor gave to others, 0 to 1."""
        return self.steal_cpu_s / self.total_cpu_s if self.total_cpu_s else 0.0

    @property
    def foreign_cpu_share(self) -> float:
        """Share of processor time that other processes took, 0 to 1."""
        return self.foreign_cpu_s / self.total_cpu_s if self.total_cpu_s else 0.0


def together(blocks: Sequence[BlockConditions]) -> BlockConditions:
    """Add the conditions of several blocks."""
    accelerated = [(b.accelerator, b.duration_s) for b in blocks if b.accelerator is not None]
    return BlockConditions(
        duration_s=sum(block.duration_s for block in blocks),
        total_cpu_s=sum(block.total_cpu_s for block in blocks),
        steal_cpu_s=sum(block.steal_cpu_s for block in blocks),
        foreign_cpu_s=sum(block.foreign_cpu_s for block in blocks),
        throttled_s=_sum_known(block.throttled_s for block in blocks),
        frequencies_mhz=tuple(f for block in blocks for f in block.frequencies_mhz),
        throttled_period_count=_sum_known(block.throttled_period_count for block in blocks),
        thermal_event_count=_sum_known(block.thermal_event_count for block in blocks),
        memory_stall_s=_sum_known(block.memory_stall_s for block in blocks),
        run_queue=_run_queues(block.run_queue for block in blocks),
        energy=added([block.energy for block in blocks]),
        accelerator=joined(accelerated) if accelerated else None,
    )


def _run_queues(queues: Iterable[RunQueue]) -> RunQueue:
    read = [queue for queue in queues if queue.max_foreign_count is not None]
    return RunQueue(
        reading_count=sum(queue.reading_count for queue in read),
        contended_count=sum(queue.contended_count for queue in read),
        max_foreign_count=max((queue.max_foreign_count or 0 for queue in read), default=None),
    )


def _sum_known(values: Iterable[_NumberT | None]) -> _NumberT | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None
