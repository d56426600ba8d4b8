"""How long one candidate may be measured for in each scenario."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bakeoff.v1 import Scenario

# However little is left, each block should hold something.
_LEAST_BLOCK_NS: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one candidate is measured for in a scenario, and how much of it in one block."""

    min_duration_ns: int
    max_duration_ns: int
    min_query_count: int
    block_count: int
    cut_by_budget: bool = False

    @classmethod
    def of(cls, scenario: Scenario, allotted_ns: int | None = None) -> "Bounds":
        """Read the bounds of a scenario that has its defaults filled in.

        `allotted_ns` is what a time budget leaves to it; None when there is none.
        """
        longest_ns = scenario.max_duration.ToNanoseconds()
        allowed_ns = longest_ns if allotted_ns is None else min(longest_ns, allotted_ns)
        return cls(
            min_duration_ns=min(scenario.min_duration.ToNanoseconds(), allowed_ns),
            max_duration_ns=allowed_ns,
            min_query_count=scenario.min_query_count,
            block_count=scenario.block_count,
            cut_by_budget=allowed_ns < longest_ns,
        )

    def widened(self, scenario: Scenario, spare_ns: int, candidate_count: int) -> "Bounds":
        """Share out the time that others leave over, where a time budget was what cut it short.

        `candidate_count` candidates are measured on in the scenario.
        """
        if not self.cut_by_budget or candidate_count < 1:
            return self
        return Bounds.of(scenario, self.max_duration_ns + max(spare_ns, 0) // candidate_count)

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


def allotted_ns(left_ns: int, candidate_count: int, scenarios: Sequence[Scenario]) -> int:
    """Share out what is left of a time budget: the time of one candidate in the first scenario.

    `scenarios` are those that are still to be measured. Each gets its shortest time, or the same
    part of it when not even that fits; what remains is divided evenly, and what a scenario does
    not use comes to those after it.
    """
    each_ns = max(left_ns, 0) / max(candidate_count, 1)
    wanted_ns = [scenario.min_duration.ToNanoseconds() for scenario in scenarios]
    spare_ns = each_ns - sum(wanted_ns)
    if spare_ns >= 0:
        share_ns = wanted_ns[0] + spare_ns / len(scenarios)
    else:
        share_ns = each_ns * wanted_ns[0] / sum(wanted_ns)
    return max(int(share_ns), _LEAST_BLOCK_NS * scenarios[0].block_count)
