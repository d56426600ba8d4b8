"""When queries arrive: schedules that are known before the load begins.

Offsets are in nanoseconds from the beginning of a block; those below 0 are its ramp, which offers
the same load and is not counted. Schedules have no end.
"""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

_NS_PER_S: Final = 1e9
_GAPS_AT_A_TIME: Final = 1024


def exponential(qps: float, ramp_ns: int, seed: Sequence[int]) -> Iterator[int]:
    """A Poisson process of `qps` arrivals a second: the same for the same seed."""
    random = np.random.default_rng(seed)
    offset_ns = float(-ramp_ns)
    while True:
        for gap in random.exponential(_NS_PER_S / qps, _GAPS_AT_A_TIME).tolist():
            offset_ns += gap
            yield round(offset_ns)


def constant(qps: float, ramp_ns: int) -> Iterator[int]:
    """Evenly spaced, `qps` a second, one of them at 0."""
    gap_ns = _NS_PER_S / qps
    first = -int(ramp_ns / gap_ns)
    return (round(number * gap_ns) for number in itertools.count(first))


def replay(offsets_ns: Sequence[int], position: int, ramp_ns: int) -> Iterator[int]:
    """A recorded trace from its arrival number `position` on, which comes at 0.

    The trace is endless both ways: its first arrival follows its last after a gap of mean length,
    and the ramp is what the trace has before `position`. `offsets_ns` ascends from 0 and spans
    some time.
    """
    count = len(offsets_ns)
    period_ns = offsets_ns[-1] + max(round(offsets_ns[-1] / (count - 1)), 1)

    def time_ns(number: int) -> int:
        return number // count * period_ns + offsets_ns[number % count]

    origin_ns = time_ns(position)
    first = position
    while time_ns(first - 1) >= origin_ns - ramp_ns:
        first -= 1
    return (time_ns(number) - origin_ns for number in itertools.count(first))


def seed_of(seed: int, scenario_id: str, round_index: int) -> tuple[int, int, int]:
    """Seed of the arrivals in a block: equal for every candidate, another in every round."""
    digest = hashlib.sha256(scenario_id.encode()).digest()
    return (seed, int.from_bytes(digest[:8], "big"), round_index)
