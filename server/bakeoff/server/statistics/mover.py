"""Intervals of the difference and the ratio of two independent figures, from their own intervals.

MOVER, the method of variance estimates recovery: each bound lends the variance that it stands for.
Source: Zou and Donner, Construction of confidence limits about effect measures: a general
approach, Statistics in Medicine 27, 2008.
"""

import math

from bakeoff.server.types import Interval


def mover_difference(
    first: float,
    first_interval: Interval,
    second: float,
    second_interval: Interval,
) -> Interval:
    """Return the interval of first minus second, of two figures found independently.

        first - second - sqrt((first - its lower)^2 + (second's upper - second)^2)
        first - second + sqrt((first's upper - first)^2 + (second - its lower)^2)

    Both intervals are of one level. A bound whose figures lack the bound that it needs is absent.
    Raises ValueError for levels that differ, or a figure outside its interval.
    """
    _check(first, first_interval, second, second_interval)
    value = first - second
    below = _together(first, first_interval.lower, second, second_interval.upper)
    above = _together(first, first_interval.upper, second, second_interval.lower)
    return Interval(
        lower=None if below is None else value - below,
        upper=None if above is None else value + above,
        level=first_interval.level,
        method="mover",
    )


def mover_ratio(
    first: float,
    first_interval: Interval,
    second: float,
    second_interval: Interval,
) -> Interval:
    """Return the interval of first over second, of two figures above 0 found independently.

    The difference of their logarithms, brought back by exp. A lower bound of 0 or less bounds a
    logarithm as little as an absent one. Raises ValueError as `mover_difference`, and for figures
    that are not above 0.
    """
    for name, value in (("first", first), ("second", second)):
        if not (value > 0 and math.isfinite(value)):
            message = f"{name} must be above 0 and finite; got {value}"
            raise ValueError(message)
    _check(first, first_interval, second, second_interval)
    found = mover_difference(
        math.log(first),
        _logarithm(first_interval),
        math.log(second),
        _logarithm(second_interval),
    )
    return Interval(
        lower=None if found.lower is None else math.exp(found.lower),
        upper=None if found.upper is None else math.exp(found.upper),
        level=found.level,
        method=found.method,
    )


def _together(
    first: float, first_bound: float | None, second: float, second_bound: float | None
) -> float | None:
    if first_bound is None or second_bound is None:
        return None
    return math.hypot(first - first_bound, second - second_bound)


def _logarithm(interval: Interval) -> Interval:
    lower, upper = (
        None if bound is None or bound <= 0 else math.log(bound)
        for bound in (interval.lower, interval.upper)
    )
    return Interval(lower, upper, interval.level, interval.method)


def _check(
    first: float, first_interval: Interval, second: float, second_interval: Interval
) -> None:
    if first_interval.level != second_interval.level:
        message = (
            "both intervals must be of one level; "
            f"got {first_interval.level} and {second_interval.level}"
        )
        raise ValueError(message)
    for value, interval in ((first, first_interval), (second, second_interval)):
        above = interval.lower is None or interval.lower <= value
        below = interval.upper is None or value <= interval.upper
        if not (above and below):
            message = (
                "each figure must lie in its interval; "
                f"got {value} and {interval.lower} to {interval.upper}"
            )
            raise ValueError(message)
