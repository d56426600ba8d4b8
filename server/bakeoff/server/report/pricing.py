"""What a load costs, from the price of the target and how much it carries."""

import math
from collections.abc import Callable, Sequence

from bakeoff.server.scenarios import kind_of
from bakeoff.server.selection.catalogue import (
    CAPACITY_FIGURES,
    PRICE_FIGURE,
    REPLICA_FIGURE,
    KnownFigure,
)
from bakeoff.server.types import Figure, Interval
from bakeoff.v1 import Pricing

_S_PER_H = 3600
_SAMPLES = 1e6


def price_figures(figures: Sequence[Figure], pricing: Pricing) -> list[Figure]:
    """Cost of a million samples, and the replicas that carry the wanted load where one is given.

    Both follow from the capacity among the figures of a scenario: its throughput, or its peak load.
    They hold for a replica that is kept as busy as it was there. None in a scenario that shows no
    capacity.
    """
    capacity = next(
        (one for one in figures if one.id == CAPACITY_FIGURES.get(kind_of(one.scenario))), None
    )
    if capacity is None:
        return []
    price_per_s = pricing.price_per_hour_usd / _S_PER_H
    found = [_of_capacity(PRICE_FIGURE, capacity, lambda per_s: _SAMPLES * price_per_s / per_s)]
    wanted = pricing.wanted_samples_per_s
    if wanted:
        found.append(
            _of_capacity(REPLICA_FIGURE, capacity, lambda per_s: math.ceil(wanted / per_s))
        )
    return found


def _of_capacity(known: KnownFigure, capacity: Figure, cost: Callable[[float], float]) -> Figure:
    """A cost that falls as capacity grows: the upper bound of one gives the lower of the other."""
    interval = capacity.interval
    if interval is not None:
        lower, upper = (
            cost(bound) if bound else None for bound in (interval.upper, interval.lower)
        )
        interval = Interval(lower, upper, interval.level, interval.method)
    return Figure(
        id=known.id,
        value=cost(capacity.value) if capacity.value else None,
        observation_count=capacity.observation_count,
        unit=known.unit,
        direction=known.direction,
        method=f"from {capacity.id}",
        interval=interval,
        scenario=capacity.scenario,
        boundary=capacity.boundary,
        absent_reason="" if capacity.value else capacity.absent_reason or "nothing was carried",
    )
