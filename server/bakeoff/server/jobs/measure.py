"""MEASURE: scenario by scenario, candidates in alternating blocks.

A machine that drifts drifts for all of them, since each has one block in each round and the order
rotates from round to round. Workers idle outside their block.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.environment import (
    BlockConditions,
    BlockWatch,
    environment_of,
    load_average,
    suspicions,
)
from bakeoff.server.jobs.predict import ready
from bakeoff.server.scenarios import OFFLINE, scenario_id
from bakeoff.v1 import (
    Environment,
    MeasuredBlock,
    Progress,
    Scenario,
    ScenarioResult,
    ThreadLayout,
    Validity,
)
from bakeoff.worker.v1 import Command, Measure, Measured

Step: TypeAlias = Callable[[Contender], Awaitable[None]]
"""A step of one candidate."""

Isolation: TypeAlias = Callable[[Contender, Step], Awaitable[None]]
"""Takes a step of a candidate that has not failed; if the step fails, that candidate alone does."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one candidate is measured for in a scenario, and how much of it in one block."""

    min_duration_ns: int
    max_duration_ns: int
    min_query_count: int
    block_count: int

    @classmethod
    def of(cls, scenario: Scenario) -> "Bounds":
        """Read the bounds of a scenario that has its defaults filled in."""
        return cls(
            min_duration_ns=scenario.min_duration.ToNanoseconds(),
            max_duration_ns=scenario.max_duration.ToNanoseconds(),
            min_query_count=scenario.min_query_count,
            block_count=scenario.block_count,
        )

    @property
    def block_min_duration_ns(self) -> int:
        """Shortest time of one block."""
        return math.ceil(self.min_duration_ns / self.block_count)

    @property
    def block_max_duration_ns(self) -> int:
        """Longest time of one block."""
        return math.ceil(self.max_duration_ns / self.block_count)

    @property
    def block_min_query_count(self) -> int:
        """Fewest queries of one block."""
        return math.ceil(self.min_query_count / self.block_count)


@dataclass(slots=True)
class Track:
    """What was measured of one candidate in one scenario so far."""

    contender: Contender
    layout: ThreadLayout
    observations_path: Path
    blocks: list[MeasuredBlock] = field(default_factory=list)
    sample_times_s: list[float] = field(default_factory=list)
    conditions: list[BlockConditions] = field(default_factory=list)
    first: Measured | None = None
    duration_ns: int = 0
    query_count: int = 0

    def lacks(self, bounds: Bounds) -> bool:
        """Whether queries are missing and there is time left to make them."""
        return (
            self.query_count < bounds.min_query_count and self.duration_ns < bounds.max_duration_ns
        )


def order_in_round(names: Sequence[str], round_index: int) -> list[str]:
    """Order of candidates in a round: A B C, then B C A, then C A B, then A B C again."""
    shift = round_index % len(names) if names else 0
    return [*names[shift:], *names[:shift]]


async def measure(
    assignment: Assignment, contenders: Sequence[Contender], isolated: Isolation
) -> None:
    """Measure every scenario that was not measured before a restart."""
    scenarios = assignment.spec.scenarios
    blocks_of_candidate = sum(scenario.block_count for scenario in scenarios)
    done_before = 0
    assignment.progress.begin(Progress.PHASE_MEASURE, blocks_of_candidate * len(contenders))
    for scenario in scenarios:
        if not await _is_measured(assignment, scenario):
            await _ScenarioMeasurement(
                assignment, contenders, isolated, scenario, done_before
            ).run()
        done_before += scenario.block_count * len(contenders)
        assignment.progress.done(done_before)


async def _is_measured(assignment: Assignment, scenario: Scenario) -> bool:
    return await assignment.found(Environment, scenario=scenario_id(scenario)) is not None


class _ScenarioMeasurement:
    """One scenario over all living candidates, from its first block to its findings."""

    def __init__(
        self,
        assignment: Assignment,
        contenders: Sequence[Contender],
        isolated: Isolation,
        scenario: Scenario,
        done_before: int,
    ) -> None:
        self._assignment = assignment
        self._contenders = contenders
        self._isolated = isolated
        self._scenario = scenario
        self._name = scenario_id(scenario)
        self._bounds = Bounds.of(scenario)
        self._done_count = done_before
        self._tracks: dict[str, Track] = {}
        self._round = 0
        self._position = 0

    async def run(self) -> None:
        start_time, load_average_start = _now(), load_average()
        for contender in self._contenders:
            await self._isolated(contender, self._prepare)
        for _ in range(self._bounds.block_count):
            await self._measure_round([track.contender.name for track in self._living()])
        while lacking := [t.contender.name for t in self._living() if t.lacks(self._bounds)]:
            self._assignment.progress.extend(len(lacking))
            await self._measure_round(lacking)
        for track in self._living():
            await self._keep(track)
        conditions = [c for track in self._tracks.values() for c in track.conditions]
        environment = environment_of(
            conditions, start_time, _now(), load_average_start, load_average()
        )
        await self._assignment.keep(environment, scenario=self._name)

    def _living(self) -> list[Track]:
        return [track for track in self._tracks.values() if not track.contender.failed]

    async def _prepare(self, contender: Contender) -> None:
        """Load the bundle under the layout of the scenario, and begin with no observations."""
        assignment = self._assignment
        if self._name == OFFLINE:
            layout = await ready(assignment, contender)
        else:
            layout = ThreadLayout(
                intra_op_thread_count=assignment.spec.intra_op_thread_count
                or assignment.usable_cpu_count,
                caller_count=1,
            )
        await contender.load(layout.intra_op_thread_count)
        path = await asyncio.to_thread(
            assignment.store.observations_path, assignment.evaluation, contender.name, self._name
        )
        await asyncio.to_thread(path.unlink, missing_ok=True)
        self._tracks[contender.name] = Track(contender, layout, path)

    async def _measure_round(self, names: Sequence[str]) -> None:
        for position, name in enumerate(order_in_round(names, self._round)):
            self._position = position
            await self._isolated(self._tracks[name].contender, self._measure_block)
            self._done_count += 1
            self._assignment.progress.done(self._done_count)
        self._round += 1

    async def _measure_block(self, contender: Contender) -> None:
        track = self._tracks[contender.name]
        self._assignment.progress.at_work(contender.name, self._name)
        # An extra round takes only what is missing, and only in the time that is left.
        max_duration_ns = min(
            self._bounds.block_max_duration_ns, self._bounds.max_duration_ns - track.duration_ns
        )
        command = Command(
            measure=Measure(
                scenario=self._scenario,
                inputs_path=str(self._assignment.inputs_path),
                batch_policy=self._assignment.spec.batch_policy,
                caller_count=track.layout.caller_count,
                round=self._round,
                min_duration_ns=min(self._bounds.block_min_duration_ns, max_duration_ns),
                min_query_count=self._bounds.block_min_query_count,
                max_duration_ns=max_duration_ns,
                observations_path=str(track.observations_path),
                seed=self._assignment.spec.statistics.seed,
                warm_up=track.first is None,
            )
        )
        deadline_s = self._assignment.deadlines.measure_s(max_duration_ns / 1e9)
        async with self._assignment.stillness:
            watch = BlockWatch(contender.worker_pid)
            event = await contender.request(command, deadline_s)
            conditions = watch.end()
        self._take(track, event.measured, conditions)

    def _take(self, track: Track, measured: Measured, conditions: BlockConditions) -> None:
        block = measured.block
        track.first = track.first or measured
        track.conditions.append(conditions)
        # A query that begins in time ends later; without one, the time still passes.
        track.duration_ns += max(block.duration_ns, 1)
        track.query_count += block.sample_count
        if block.sample_count:
            track.sample_times_s.append(block.duration_ns / 1e9 / block.sample_count)
        found = MeasuredBlock(
            round=self._round, position=self._position, query_count=block.sample_count
        )
        # The worker's monotonic clock is the host's, and so is ours.
        age_ns = time.monotonic_ns() - block.start_ns
        found.start_time.FromNanoseconds(time.time_ns() - age_ns)
        found.duration.FromNanoseconds(block.duration_ns)
        track.blocks.append(found)

    async def _keep(self, track: Track) -> None:
        settled = track.first is not None and track.first.warm_up_settled
        reasons = suspicions(track.conditions, track.sample_times_s, warm_up_settled=settled)
        result = ScenarioResult(
            scenario=self._name,
            settings=self._scenario,
            blocks=track.blocks,
            thread_layout=track.layout,
            validity=Validity(reasons=reasons),
        )
        name = track.contender.name
        if track.first is not None:
            await self._assignment.keep(track.first, candidate=name, scenario=self._name)
        await self._assignment.keep(result, candidate=name, scenario=self._name)


def _now() -> Timestamp:
    now = Timestamp()
    now.FromNanoseconds(time.time_ns())
    return now
