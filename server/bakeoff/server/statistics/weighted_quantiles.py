"""Quantiles of observations that count more or less than others."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.quantiles import (
    min_count_for_quantile,
    nearest_rank,
    order_statistic_interval,
)
from bakeoff.server.types import Interval

Values = Sequence[float] | npt.NDArray[np.generic]

_ROUNDING = 1e-12


def weighted_quantile(values: Values, weights: Values, q: float) -> float:
    """Return the smallest value at or below which a share q of the weight lies: an observed one.

    With equal weights it is the quantile by nearest rank. `values` need no order; weights are 0 or
    more, and one at least is above 0.
    """
    ordered, shares = _shares(values, weights)
    nearest_rank(len(ordered), q)
    return float(ordered[_place(shares, q)])


def effective_count(weights: Values) -> float:
    """Return how many observations of equal weight tell as much: (sum w)^2 / sum w^2.

    Source: Kish, Survey Sampling, 1965.
    """
    given = np.asarray(weights, dtype=np.float64)
    return float(given.sum() ** 2 / np.square(given).sum())


def weighted_quantile_interval(
    values: Values, weights: Values, q: float, level: float = 0.95
) -> Interval | None:
    """Return two observations between which the true weighted q-quantile lies, sure to `level`.

    The ranks of the order-statistic interval of as many observations as the weighted ones are
    worth, as shares of the weight. None when these are fewer than
    `min_count_for_quantile(q, level)`.
    Source: Korn and Graubard, Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data, Survey Methodology 24, 1998, for the effective
    count in an exact interval.
    """
    ordered, shares = _shares(values, weights)
    count = int(effective_count(weights) * (1 + _ROUNDING))
    if count < min_count_for_quantile(q, level):
        return None
    ranks = order_statistic_interval(np.arange(1, count + 1), q, level)
    if ranks is None or ranks.upper is None:
        return None
    lower = None
    if ranks.lower is not None:
        lower = float(ordered[_place(shares, ranks.lower / count)])
    upper = float(ordered[_place(shares, ranks.upper / count)])
    return Interval(lower, upper, level, "weighted-order-statistic")


def _shares(
    values: Values, weights: Values
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the values in ascending order, and the share of weight up to each."""
    given = np.asarray(weights, dtype=np.float64)
    if len(values) != len(given):
        message = f"values and weights must be of one length; got {len(values)} and {len(given)}"
        raise ValueError(message)
    if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
        message = "weights must be finite and 0 or more, one of them above 0"
        raise ValueError(message)
    order = np.argsort(np.asarray(values), kind="stable")
    kept = order[given[order] > 0]
    running = np.cumsum(given[kept])
    return np.asarray(values, dtype=np.float64)[kept], running / running[-1]


def _place(shares: npt.NDArray[np.float64], share: float) -> int:
    """Return the first place up to which at least a share lies, however rounding has it."""
    place = int(np.searchsorted(shares, share * (1 - _ROUNDING)))
    return min(place, len(shares) - 1)
