"""Quantiles of observations that count more or less than others."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.server.statistics import (
    effective_count,
    min_count_for_quantile,
    order_statistic_interval,
    quantile,
    weighted_quantile,
    weighted_quantile_interval,
)

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)
SHARES = st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99])
VALUES = st.lists(st.integers(0, 10**9), min_size=1, max_size=400)


@STEADY
@given(VALUES, SHARES, st.floats(1e-6, 1e6))
def test_equal_weights_change_nothing(values: list[int], p: float, weight: float) -> None:
    """Neither the quantile nor its interval."""
    weights = [weight] * len(values)
    ordered = sorted(values)
    assert quantile(ordered, p) == weighted_quantile(values, weights, p)
    assert pytest.approx(len(values)) == effective_count(values, weights, p)
    expected = order_statistic_interval(ordered, p)
    actual = weighted_quantile_interval(values, weights, p)
    if expected is None or actual is None:
        assert expected is actual
        return
    assert (expected.lower, expected.upper) == (actual.lower, actual.upper)


@STEADY
@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 9)), min_size=1), SHARES)
def test_a_whole_weight_is_as_many_observations(pairs: list[tuple[int, int]], p: float) -> None:
    """As numpy has it for the quantile of inverted_cdf with weights."""
    values, weights = [value for value, _ in pairs], [weight for _, weight in pairs]
    repeated = np.sort(np.repeat(values, weights))
    if len(repeated) == 0:
        return
    actual = weighted_quantile(values, weights, p)
    assert quantile(repeated, p) == actual
    assert np.quantile(values, p, weights=weights, method="inverted_cdf") == actual


def test_order_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    values, weights = rng.random(500), rng.random(500)
    moved = rng.permutation(500)
    assert weighted_quantile(values, weights, 0.9) == weighted_quantile(
        values[moved], weights[moved], 0.9
    )
    one = weighted_quantile_interval(values, weights, 0.9)
    assert one == weighted_quantile_interval(values[moved], weights[moved], 0.9)
    assert one is not None
    assert ("weighted-order-statistic", 0.95) == (one.method, one.level)


def test_a_few_heavy_observations_in_the_tail_are_worth_only_themselves() -> None:
    """A hundred that make up half of the weight, beside 10,000 that are all faster."""
    values = np.concatenate([np.arange(10_000), 20_000 + np.arange(100)])
    weights = np.concatenate([np.full(10_000, 0.5 / 10_000), np.full(100, 0.5 / 100)])
    assert pytest.approx(200) == effective_count(values, weights, 0.99)
    assert weighted_quantile_interval(values, weights, 0.99) is None
    assert weighted_quantile_interval(values, weights, 0.9) is not None


@STEADY
@given(st.integers(1, 400), SHARES)
def test_there_is_an_interval_just_when_enough_are_worth_it(count: int, p: float) -> None:
    weights = np.random.default_rng(count).random(count) + 0.01
    values = np.arange(count)
    enough = effective_count(values, weights, p) >= min_count_for_quantile(p)
    assert enough == (weighted_quantile_interval(values, weights, p) is not None)


def test_observations_without_weight_do_not_count() -> None:
    assert 2.0 == weighted_quantile([1, 2, 3], [0, 1, 0], 0.01)
    assert 2.0 == weighted_quantile([1, 2, 3], [0, 1, 0], 0.99)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf], []])
def test_weights_that_cannot_be_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights must be finite and 0 or more, one of them above"):
        weighted_quantile([1.0, 2.0][: len(weights)], weights, 0.5)


def test_as_many_weights_as_values_are_wanted() -> None:
    with pytest.raises(ValueError, match="values and weights must be of one length; got 2 and 1"):
        weighted_quantile([1.0, 2.0], [1.0], 0.5)


@pytest.mark.parametrize("q", [0.0, 1.0])
def test_a_share_outside_0_and_1_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match=f"p must be between 0 and 1; got {q}"):
        weighted_quantile([1.0], [1.0], q)


@pytest.mark.parametrize(("count", "level"), [(2, 0.75), (3, 0.875), (4, 0.9375)])
def test_a_level_that_the_upper_bound_spends_whole_leaves_no_lower_one(
    count: int, level: float
) -> None:
    """All of so many lie below the median with probability 1 - level."""
    found = weighted_quantile_interval(list(range(count)), [1.0] * count, 0.5, level)
    assert found is not None
    assert (None, count - 1) == (found.lower, found.upper)
