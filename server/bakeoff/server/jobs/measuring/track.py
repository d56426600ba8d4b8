"""What was measured of one candidate in one scenario so far, and what it still lacks."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bakeoff.server.jobs.contender import Contender
from bakeoff.server.jobs.machine.environment import BlockConditions
from bakeoff.server.jobs.measuring.block import FoundBlock
from bakeoff.server.jobs.measuring.time_budget import Bounds
from bakeoff.v1 import MeasuredBlock, ThreadLayout
from bakeoff.worker.v1 import Measured

_NS_PER_S: Final = 1e9


@dataclass(slots=True)
class Track:
    """Blocks of one candidate in one scenario, in the order in which they ran.

    `duration_ns` is the time that was spent, and `shortfalls` tells what it did not suffice for.
    `samples_per_query` is 1 but where a query holds several examples. `relative_half_width` is
    that of the scenario's main figure, as far as it was asked for.
    """

    contender: Contender
    layout: ThreadLayout
    observations_path: Path
    samples_per_query: int = 1
    blocks: list[MeasuredBlock] = field(default_factory=list)
    sample_times_s: list[float] = field(default_factory=list)
    conditions: list[BlockConditions] = field(default_factory=list)
    first: Measured | None = None
    duration_ns: int = 0
    query_count: int = 0
    sample_count: int = 0
    relative_half_width: float = math.inf
    shortfalls: list[str] = field(default_factory=list)

    def take(self, found: FoundBlock, round_index: int, position: int) -> None:
        """Add a block that was measured."""
        block = found.measured.block
        self.first = self.first or found.measured
        self.conditions.append(found.conditions)
        query_count = math.ceil(block.sample_count / self.samples_per_query)
        self.query_count += query_count
        self.sample_count += block.sample_count
        # A schedule decides how often samples come, whatever the machine does.
        if block.sample_count and not block.offered_qps:
            self.sample_times_s.append(block.duration_ns / _NS_PER_S / block.sample_count)
        taken = MeasuredBlock(round=round_index, position=position, query_count=query_count)
        # The worker's monotonic clock is the host's, and so is ours.
        age_ns = time.monotonic_ns() - block.start_ns
        taken.start_time.FromNanoseconds(time.time_ns() - age_ns)
        taken.duration.FromNanoseconds(block.duration_ns)
        self.blocks.append(taken)

    def forget_blocks(self) -> None:
        """Begin anew with the blocks; time that was spent, and how it warmed up, are kept."""
        self.blocks.clear()
        self.sample_times_s.clear()
        self.conditions.clear()
        self.query_count = self.sample_count = 0

    def lacks(self, bounds: Bounds, relative_precision: float) -> bool:
        """Whether there are too few queries or too wide an interval, and time left to go on."""
        satisfied = self._has_queries(bounds) and self._is_precise(relative_precision)
        return not satisfied and self.duration_ns < bounds.max_duration_ns

    def note_shortfalls(self, bounds: Bounds, relative_precision: float) -> None:
        """Tell what the time did not suffice for, one sentence each."""
        spent = f"{bounds.max_duration_ns / _NS_PER_S:.3g} s"
        limit = f"the {spent} that the time budget left" if bounds.cut_by_budget else spent
        if not self._has_queries(bounds):
            self.shortfalls.append(
                f"{self.query_count:,} of at least {bounds.min_query_count:,} queries were "
                f"measured in {limit}."
            )
        if not self._is_precise(relative_precision):
            reached = self.relative_half_width
            told = "no interval" if math.isinf(reached) else f"an interval of ±{reached:.1%}"
            self.shortfalls.append(
                f"The wanted precision of ±{relative_precision:.1%} was not reached in {limit}: "
                f"there is {told}."
            )

    def _has_queries(self, bounds: Bounds) -> bool:
        return self.query_count >= bounds.min_query_count

    def _is_precise(self, relative_precision: float) -> bool:
        return not relative_precision or self.relative_half_width <= relative_precision
