"""One block of a scenario, measured of one candidate while nothing else is at work."""

from dataclasses import dataclass
from pathlib import Path

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.machine.environment import BlockConditions, BlockWatch
from bakeoff.v1 import Scenario
from bakeoff.worker.v1 import Command, Measure, Measured


@dataclass(frozen=True, slots=True)
class BlockOrder:
    """What is to be measured, for how long, and where its observations go.

    `scenario_id` is that of the scenario that the block belongs to, which need not be that of
    `scenario`.
    """

    scenario: Scenario
    scenario_id: str
    caller_count: int
    round_index: int
    min_duration_ns: int
    max_duration_ns: int
    min_query_count: int
    observations_path: Path
    warm_up: bool


@dataclass(frozen=True, slots=True)
class FoundBlock:
    """What came of a block, and what the machine did meanwhile."""

    measured: Measured
    conditions: BlockConditions

    @property
    def duration_ns(self) -> int:
        """How long it took, at least 1: time passes even where no query began."""
        return max(self.measured.block.duration_ns, 1)


async def measure_block(
    assignment: Assignment, contender: Contender, order: BlockOrder
) -> FoundBlock:
    """Have a block measured. The bundle is loaded. Raises what `Contender.request` raises."""
    command = Command(
        measure=Measure(
            scenario=order.scenario,
            scenario_id=order.scenario_id,
            inputs_path=str(assignment.inputs_path),
            batch_policy=assignment.spec.batch_policy,
            caller_count=order.caller_count,
            round=order.round_index,
            min_duration_ns=min(order.min_duration_ns, order.max_duration_ns),
            min_query_count=order.min_query_count,
            max_duration_ns=order.max_duration_ns,
            observations_path=str(order.observations_path),
            seed=assignment.spec.statistics.seed,
            warm_up=order.warm_up,
        )
    )
    deadline_s = assignment.deadlines.measure_s(order.max_duration_ns / 1e9)
    async with assignment.stillness:
        watch = BlockWatch(contender.worker_pid, assignment.target.device)
        event = await contender.request(command, deadline_s)
        conditions = watch.end(event.measured.block)
    return FoundBlock(event.measured, conditions)
