"""Intervals of means over rounds, and how wide an interval is."""

import math

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import mean_interval, relative_half_width
from bakeoff.server.types import Interval


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_is_that_of_a_t_test(seed: int) -> None:
    values = np.random.default_rng(seed).normal(100, 5, size=3 + seed)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    actual = mean_interval(list(4 * values), [4.0] * len(values), 0.95)
    assert actual is not None
    assert pytest.approx((expected.low, expected.high)) == (actual.lower, actual.upper)
    assert ("student-t", 0.95) == (actual.method, actual.level)


def test_a_bound_is_never_below_0() -> None:
    interval = mean_interval([0.1, 10.0], [1.0, 1.0], 0.95)
    assert interval is not None
    assert 0.0 == interval.lower


def test_a_round_counts_by_its_size() -> None:
    """A last one of a hundredth of the size, of which each bit is twice as much, hardly matters."""
    whole = mean_interval([100.0, 90.0, 110.0], [1.0] * 3, 0.95)
    cut_short = mean_interval([100.0, 90.0, 110.0, 2.0], [1.0, 1.0, 1.0, 0.01], 0.95)
    assert whole is not None
    assert cut_short is not None
    assert relative_half_width(302 / 3.01, cut_short) < relative_half_width(100.0, whole)


@pytest.mark.parametrize("values", [[], [2.0]])
def test_fewer_than_two_rounds_have_no_interval(values: list[float]) -> None:
    assert mean_interval(values, [1.0] * len(values), 0.95) is None


def test_the_half_width_is_a_share_of_the_value() -> None:
    assert pytest.approx(0.05) == relative_half_width(100.0, Interval(96.0, 106.0, 0.95, "any"))


@pytest.mark.parametrize(
    ("value", "interval"),
    [
        (1.0, None),
        (1.0, Interval(None, 2.0, 0.95, "any")),
        (1.0, Interval(0.5, None, 0.95, "any")),
        (0.0, Interval(0.0, 0.0, 0.95, "any")),
    ],
    ids=["no interval", "no lower bound", "no upper bound", "no value"],
)
def test_what_cannot_be_told_is_infinitely_wide(value: float, interval: Interval | None) -> None:
    assert math.inf == relative_half_width(value, interval)
