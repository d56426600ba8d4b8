"""How much more evidence would decide: from how intervals narrow."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bakeoff.server.types import Interval

# Beyond these nobody gathers more evidence.
_MOST_EXAMPLES = 100_000_000
_MOST_LOAD_S = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Weight:
    """What a finding rests on: examples, seconds of load on a candidate, or both; 0 for neither."""

    example_count: int = 0
    load_s: float = 0.0


NOTHING = Weight()


@dataclass(frozen=True, slots=True)
class Needed:
    """About how much more would decide: of both where both are there.

    The load is for each candidate. None stands for what would not help.
    """

    examples: int | None = None
    load_s: float | None = None


def needed_to_clear(
    value: float, interval: Interval | None, bound: float, weight: Weight
) -> Needed | None:
    """What it takes until the interval of a value leaves out a bound, if the value stays.

    The way from the value to the end of its interval shrinks with the root of the evidence. None
    when no amount would do, when nothing is known of it, or when the bound is left out already.
    """
    return _needed(_times_to_clear(value, interval, bound), weight)


def needed_to_hold(
    gain: float,
    interval: Interval | None,
    margin: float,
    weight: Weight,
    *,
    times_of_test: float = 1.0,
) -> Needed | None:
    """What it takes until a gain is surely above -margin, or surely below 0, if it stays as it is.

    `interval` is that of the gain: of the first of two over the second, more being better. Either
    way the two are told apart: the first may be chosen, or it must give way to the second, which
    takes a test as well, and `times_of_test` the evidence at least.
    """
    ways = []
    if gain > -margin:
        ways.append(_times_to_clear(gain, interval, -margin))
    if gain < 0:
        by_interval = _times_to_clear(gain, interval, 0.0)
        ways.append(None if by_interval is None else max(by_interval, times_of_test))
    known = [times for times in ways if times is not None and times >= 1]
    return _needed(min(known, default=None), weight)


def needed_to_be_alike(
    gain: float,
    interval: Interval | None,
    margin: float,
    weight: Weight,
    *,
    times_of_test: float = 1.0,
) -> Needed | None:
    """What it takes until the interval of a gain lies within the margin, if the gain stays.

    None for a gain beyond the margin, and where no amount would do. None as well for one that would
    be told from 0 with less, by its interval and by `times_of_test` the evidence.
    """
    if abs(gain) >= margin:
        return None
    arms = [_times_to_clear(gain, interval, bound) for bound in (-margin, margin)]
    known = [times for times in arms if times is not None]
    apart = _times_to_clear(gain, interval, 0.0)
    if len(known) < len(arms) or (apart is not None and max(apart, times_of_test) < max(known)):
        return None
    return _needed(max(known), weight)


def together(parts: Sequence[Needed | None]) -> Needed | None:
    """What decides all of some open questions; None when one of them is not known to be decided."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    examples = [part.examples for part in known if part.examples is not None]
    load_s = [part.load_s for part in known if part.load_s is not None]
    return Needed(max(examples, default=None), max(load_s, default=None))


def longest(parts: Iterable[Needed | None]) -> Needed | None:
    """What settles the most demanding of some needs, passing over those where nothing is missing.

    None when nothing is missing at all.
    """
    return together([part for part in parts if part is not None])


def _times_to_clear(value: float, interval: Interval | None, bound: float) -> float | None:
    """How many times the evidence until the interval ends at the bound; None where none would do.

    The arm of the interval on that side is what must shrink; below 1 where it ends before already.
    """
    if interval is None or value == bound:
        return None
    end = interval.upper if bound > value else interval.lower
    if end is None:
        return None
    return max((end - value) / (bound - value), 0.0) ** 2


def _needed(times: float | None, weight: Weight) -> Needed | None:
    """So many times the evidence less that which there is; None for fewer times than one."""
    if times is None or times < 1 or math.isinf(times):
        return None
    more = times - 1
    examples, load_s = None, None
    if weight.example_count:
        examples = max(math.ceil(weight.example_count * more), 1)
    if weight.load_s:
        # Less than a second of load is not worth telling apart.
        load_s = float(max(math.ceil(weight.load_s * more), 1))
    if (examples or 0) > _MOST_EXAMPLES or (load_s or 0) > _MOST_LOAD_S:
        return None
    return None if examples is None and load_s is None else Needed(examples, load_s)
