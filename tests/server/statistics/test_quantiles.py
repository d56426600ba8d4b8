"""Quantiles as observed values, and their intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bakeoff.server.statistics import (
    min_count_for_quantile,
    nearest_rank,
    order_statistic_interval,
    quantile,
)

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)
SHARES = st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 0.999])


@pytest.mark.parametrize(
    ("p", "count"), [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2995)]
)
def test_a_tail_is_bounded_from_these_counts_on(p: float, count: int) -> None:
    """1 - p^n >= 0.95."""
    assert count == min_count_for_quantile(p, 0.95)


@STEADY
@given(st.floats(0.01, 0.9999), st.floats(0.5, 0.999))
def test_the_minimum_count_is_the_smallest_that_holds(p: float, level: float) -> None:
    n = min_count_for_quantile(p, level)
    assert 1 - p**n >= level
    assert n == 1 or 1 - p ** (n - 1) < level


@STEADY
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=300), SHARES)
def test_a_quantile_is_an_observed_value_by_nearest_rank(values: list[int], p: float) -> None:
    """As numpy has it with inverted_cdf."""
    ordered = sorted(values)
    actual = quantile(ordered, p)
    assert actual in ordered
    assert float(np.quantile(ordered, p, method="inverted_cdf")) == actual


@pytest.mark.parametrize(
    ("count", "p", "rank"),
    [(1, 0.99, 1), (10, 0.9, 9), (10, 0.1, 1), (20, 0.95, 19), (100, 0.99, 99), (1000, 0.999, 999)],
)
def test_a_whole_product_is_its_own_rank(count: int, p: float, rank: int) -> None:
    """Rounding must not skip one."""
    assert rank == nearest_rank(count, p)


def test_a_quantile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="count must be at least 1; got 0"):
        quantile([], 0.5)


@pytest.mark.parametrize("p", [0.0, 1.0, -1.0])
def test_a_quantile_outside_0_and_1_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match=f"p must be between 0 and 1; got {p}"):
        nearest_rank(5, p)
    with pytest.raises(ValueError, match=f"level must be between 0 and 1; got {p}"):
        min_count_for_quantile(0.5, p)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.95, 0.99])
def test_there_is_an_interval_from_the_minimum_count_on(p: float) -> None:
    enough = min_count_for_quantile(p, 0.95)
    assert order_statistic_interval(list(range(enough - 1)), p, 0.95) is None
    interval = order_statistic_interval(list(range(enough)), p, 0.95)
    assert interval is not None
    assert enough - 1 == interval.upper
    assert ("order-statistic", 0.95) == (interval.method, interval.level)


@STEADY
@given(st.integers(5, 5000), SHARES, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_interval_holds_the_quantile_with_at_least_its_level(
    count: int, p: float, level: float
) -> None:
    """By the binomial distribution of how many observations lie below the quantile."""
    ranks = list(range(1, count + 1))
    interval = order_statistic_interval(ranks, p, level)
    if interval is None:
        assert count < min_count_for_quantile(p, level)
        return
    below = stats.binom(count, p)
    assert interval.upper is not None
    too_low = below.sf(interval.upper - 1)
    too_high = 0.0 if interval.lower is None else below.cdf(interval.lower - 1)
    assert too_low + too_high <= (1 - level) * (1 + 1e-9)
    assert (interval.lower or 0) <= nearest_rank(count, p) <= interval.upper


def test_the_interval_holds_the_true_quantile_as_often_as_it_says() -> None:
    """At least 90 % of two hundred seeded samples, asked for 95."""
    rng = np.random.default_rng(41)
    truth = stats.lognorm(1).ppf(0.95)
    held = 0
    for _ in range(200):
        interval = order_statistic_interval(np.sort(rng.lognormal(size=150)), 0.95, 0.95)
        assert interval is not None
        assert interval.lower is not None
        assert interval.upper is not None
        held += interval.lower <= truth <= interval.upper
    assert 180 <= held
