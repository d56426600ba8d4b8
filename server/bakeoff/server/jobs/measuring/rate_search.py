"""Which rate of arrivals to try next: double, bisect, verify. Knows no clock and no worker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bakeoff.v1 import LatencyVerdict, LoadProbe

_HIGHEST_QPS: Final = 1e6
# A bound that does not hold at this part of the first rate is told not to hold at all.
_LEAST_SHARE_OF_FIRST: Final = 1 / 64


@dataclass(frozen=True, slots=True)
class NextProbe:
    """A rate to try, in arrivals a second; `verification` when it is the check of the winner."""

    qps: float
    verification: bool = False


@dataclass(frozen=True, slots=True)
class Bracket:
    """What is known so far: the highest rate that held below the lowest that did not.

    `held_qps` is 0 when none held; `failed_qps` is infinite when none failed. `verified` tells
    whether a check of `held_qps` held.
    """

    held_qps: float
    failed_qps: float
    verified: bool

    @classmethod
    def of(cls, probes: Sequence[LoadProbe]) -> "Bracket":
        """Read the bracket off what was tried. A rate that failed once does not count as held."""
        failed_qps = min((probe.qps for probe in probes if not held(probe)), default=math.inf)
        below = [probe for probe in probes if held(probe) and probe.qps < failed_qps]
        held_qps = max((probe.qps for probe in below), default=0.0)
        verified = any(probe.verification and probe.qps == held_qps for probe in below)
        return cls(held_qps, failed_qps, verified)

    @property
    def relative_width(self) -> float:
        """How far the two rates are apart, as a share of the one that failed, 0 to 1."""
        if math.isinf(self.failed_qps):
            return 1.0
        return (self.failed_qps - self.held_qps) / self.failed_qps


def held(probe: LoadProbe) -> bool:
    """Whether the bound held at the rate that was tried."""
    return probe.verdict.outcome == LatencyVerdict.OUTCOME_VALID


def next_probe(
    probes: Sequence[LoadProbe], first_qps: float, relative_resolution: float, *, hurried: bool
) -> NextProbe | None:
    """Choose the next rate after those tried, or None when there is none left to try.

    From `first_qps` the rate is doubled until the bound fails, or halved until it holds; the rates
    between are halved until they differ by at most `relative_resolution`; then the highest that
    held is verified. A winner that fails its check counts as a rate that failed, and the search
    goes on below it. `hurried`, it verifies what it has.
    """
    bracket = Bracket.of(probes)
    if not probes:
        return NextProbe(first_qps)
    if bracket.verified:
        return None
    if bracket.held_qps == 0:
        lower_qps = bracket.failed_qps / 2
        hopeless = hurried or lower_qps < first_qps * _LEAST_SHARE_OF_FIRST
        return None if hopeless else NextProbe(lower_qps)
    between_qps = (bracket.held_qps + bracket.failed_qps) / 2
    higher_qps = min(between_qps, 2 * bracket.held_qps)
    narrow = bracket.relative_width <= relative_resolution
    if hurried or narrow or higher_qps > _HIGHEST_QPS:
        return NextProbe(bracket.held_qps, verification=True)
    return NextProbe(higher_qps)
