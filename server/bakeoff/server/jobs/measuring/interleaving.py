"""Candidates in alternating blocks.

A machine that drifts drifts for all of them, since each has one block in each round and the order
rotates from round to round. Workers idle outside their block.
"""

import asyncio
from collections.abc import Sequence

from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.measuring.block import BlockOrder, measure_block
from bakeoff.server.jobs.measuring.course import Course
from bakeoff.server.jobs.measuring.observed import ObservedBlocks
from bakeoff.server.jobs.measuring.precision import Precision
from bakeoff.server.jobs.measuring.track import Track


def order_in_round(names: Sequence[str], round_index: int) -> list[str]:
    """Order of candidates in a round: A B C, then B C A, then C A B, then A B C again."""
    shift = round_index % len(names) if names else 0
    return [*names[shift:], *names[:shift]]


async def interleave(course: Course) -> None:
    """Measure the blocks that the scenario asks for, then as many more as candidates lack."""
    await _Interleaving(course).run()


class _Interleaving:
    """Rounds of blocks."""

    def __init__(self, course: Course) -> None:
        self._course = course
        level = course.assignment.spec.statistics.confidence_level
        self._precisions = {
            name: Precision(ObservedBlocks(track.observations_path), level)
            for name, track in course.tracks.items()
        }
        self._round = 0
        self._position = 0

    async def run(self) -> None:
        course = self._course
        for _ in range(course.bounds.block_count):
            await self._measure_round([track.contender.name for track in course.living()])
        while lacking := await self._lacking():
            course.assignment.progress.extend(len(lacking))
            await self._measure_round(lacking)
        for track in course.living():
            track.note_shortfalls(course.bounds, course.scenario.relative_precision)

    async def _lacking(self) -> list[str]:
        """Names of candidates that are to be measured on."""
        course, wanted = self._course, self._course.scenario.relative_precision
        found = []
        for track in course.living():
            if wanted:
                await asyncio.to_thread(self._look, track)
            if track.lacks(course.bounds, wanted):
                found.append(track.contender.name)
        return found

    def _look(self, track: Track) -> None:
        precision = self._precisions[track.contender.name]
        track.relative_half_width = precision.relative_half_width()

    async def _measure_round(self, names: Sequence[str]) -> None:
        for position, name in enumerate(order_in_round(names, self._round)):
            self._position = position
            await self._course.isolated(self._course.tracks[name].contender, self._measure_block)
            self._course.step_done()
        self._round += 1
        if self._course.after_round is not None:
            await self._course.after_round(self._course)

    async def _measure_block(self, contender: Contender) -> None:
        course, bounds = self._course, self._course.bounds
        track = course.tracks[contender.name]
        course.assignment.progress.at_work(contender.name, course.name)
        order = BlockOrder(
            scenario=course.scenario,
            scenario_id=course.name,
            caller_count=track.layout.caller_count,
            round_index=self._round,
            min_duration_ns=bounds.block_min_duration_ns,
            # An extra round takes only what is missing, and only in the time that is left.
            max_duration_ns=max(
                min(bounds.block_max_duration_ns, bounds.max_duration_ns - track.duration_ns), 1
            ),
            min_query_count=bounds.block_min_query_count,
            observations_path=track.observations_path,
            warm_up=track.first is None,
        )
        found = await measure_block(course.assignment, contender, order)
        track.duration_ns += found.duration_ns
        track.take(found, self._round, self._position)
