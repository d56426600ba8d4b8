"""Costs that are told first, and that decide where objectives do not."""

from collections.abc import Iterable
from dataclasses import dataclass

from bakeoff.server.scenarios import OFFLINE, PEAK_LOAD, SERVER, SINGLE_STREAM, kind_of
from bakeoff.server.selection.expression import VERBS, Objective
from bakeoff.server.types import Direction

_LOWER = Direction.LOWER_IS_BETTER
_HIGHER = Direction.HIGHER_IS_BETTER


@dataclass(frozen=True, slots=True)
class _Cost:
    """A figure of a kind of scenario, or of none. `leads` says that it is told among the first."""

    figure_id: str
    kind: str
    direction: Direction
    leads: bool = True

    def fits(self, key: str) -> bool:
        figure_id, _, scenario = key.partition("@")
        return (figure_id, kind_of(scenario)) == (self.figure_id, self.kind)


# Latency, then load, then memory.
_COSTS = (
    _Cost("latency_p99_ms", SINGLE_STREAM, _LOWER),
    _Cost("latency_p50_ms", SINGLE_STREAM, _LOWER, leads=False),
    _Cost("latency_p99_ms", SERVER, _LOWER),
    _Cost("latency_p50_ms", SERVER, _LOWER, leads=False),
    _Cost("peak_qps", PEAK_LOAD, _HIGHER),
    _Cost("throughput_per_s", OFFLINE, _HIGHER),
    _Cost("host_peak_mib", "", _LOWER),
)


def leading_costs(keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the keys that are told first: of each cost, the first scenario that has it."""
    known = list(keys)
    found = (next(filter(cost.fits, known), None) for cost in _COSTS if cost.leads)
    return tuple(key for key in found if key is not None)


def tie_breakers(keys: Iterable[str]) -> tuple[Objective, ...]:
    """Objectives on those of the keys that decide where others do not, in their order."""
    known = list(keys)
    return tuple(
        Objective(
            f"{VERBS[cost.direction]}:{key}", cost.figure_id, key.partition("@")[2], cost.direction
        )
        for cost in _COSTS
        for key in known
        if cost.fits(key)
    )
