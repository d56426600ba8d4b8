"""The course of one scenario over all living candidates: what its ways of measuring share."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.measuring.scenario_layout import prepared
from bakeoff.server.jobs.measuring.time_budget import Bounds
from bakeoff.server.jobs.measuring.track import Track
from bakeoff.v1 import Scenario

Step: TypeAlias = Callable[[Contender], Awaitable[None]]
"""A step of one candidate."""

Isolation: TypeAlias = Callable[[Contender, Step], Awaitable[None]]
"""Takes a step of a candidate that has not failed; if the step fails, that candidate alone does."""

RoundLook: TypeAlias = Callable[["Course"], Awaitable[None]]
"""Looks at a course after a round; it may stop candidates."""


@dataclass(slots=True)
class Course:
    """One scenario on its way. `name` is its id; `done_count` counts units of progress.

    `after_round` looks at what a round of blocks has shown, where anybody wants to know.
    """

    assignment: Assignment
    isolated: Isolation
    scenario: Scenario
    name: str
    bounds: Bounds
    done_count: int
    after_round: RoundLook | None = None
    tracks: dict[str, Track] = field(default_factory=dict)

    def living(self) -> list[Track]:
        """Tracks of candidates that are measured on, in the order of the spec."""
        return [track for track in self.tracks.values() if track.contender.in_play]

    def step_done(self) -> None:
        """Tell that a unit of progress is done."""
        self.done_count += 1
        self.assignment.progress.done(self.done_count)

    async def prepare(self, contender: Contender) -> None:
        """Load the bundle under the layout of the scenario, and begin with no observations."""
        assignment = self.assignment
        layout = await prepared(assignment, contender, self.scenario)
        path = await asyncio.to_thread(
            assignment.store.observations_path, assignment.evaluation, contender.name, self.name
        )
        await asyncio.to_thread(path.write_bytes, b"")
        self.tracks[contender.name] = Track(
            contender, layout, path, self.scenario.multi_stream.samples_per_query or 1
        )
