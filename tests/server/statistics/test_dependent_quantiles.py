"""Intervals of quantiles of observations that depend on those before them."""

import numpy as np
import pytest

from bakeoff.server.statistics import (
    dependent_quantile_interval,
    independent_count,
    nearest_rank,
    order_statistic_interval,
)


def _repeated(seed: int, times: int) -> np.ndarray:
    """Five blocks of 1,200 values, each of which comes so many times in a row."""
    distinct = np.random.default_rng(seed).exponential(size=(5, 1200 // times))
    return np.repeat(distinct, times, axis=1)


@pytest.mark.parametrize("p", [0.5, 0.9])
def test_values_that_come_ten_times_in_a_row_are_worth_about_a_tenth(p: float) -> None:
    """By the median of 200 seeds; Student's t and the largest factor take some more."""
    counts = [independent_count(_repeated(seed, 10), p) for seed in range(200)]
    median = np.median([count for count in counts if count is not None])
    assert 6000 / 10 / 3 < median < 6000 / 10 * 1.1


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_as_many_as_there_are_is_the_most_they_are_worth(p: float) -> None:
    """Then the interval is that of order statistics."""
    counts = [independent_count(_repeated(seed, 1), p) for seed in range(50)]
    assert 6000.0 == max(count for count in counts if count is not None)
    blocks = _repeated(counts.index(6000.0), 1)
    expected = order_statistic_interval(np.sort(blocks, axis=None), p)
    actual = dependent_quantile_interval(blocks, p)
    assert expected is not None
    assert actual is not None
    assert (expected.lower, expected.upper) == (actual.lower, actual.upper)
    assert ("batch-means", 0.95) == (actual.method, actual.level)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("times", [1, 3, 10, 60])
def test_the_bounds_are_observed_values_on_either_side_of_the_quantile(
    times: int, p: float
) -> None:
    blocks = _repeated(3, times)
    ordered = np.sort(blocks, axis=None)
    value = ordered[nearest_rank(len(ordered), p) - 1]
    interval = dependent_quantile_interval(blocks, p)
    assert interval is not None
    if interval.lower is not None:
        assert interval.lower in ordered
        assert interval.lower <= value
    if interval.upper is not None:
        assert interval.upper in ordered
        assert value <= interval.upper


def test_a_tail_that_too_few_are_worth_is_bounded_from_below_alone() -> None:
    """One stall in the whole of a session tells that there are stalls, not how long they get."""
    blocks = np.ones((5, 400))
    blocks[2, 100:200] = np.linspace(50, 500, 100)
    interval = dependent_quantile_interval(blocks, 0.99)
    assert interval is not None
    assert interval.lower is not None
    assert interval.upper is None


def test_blocks_may_be_of_unlike_lengths() -> None:
    """As those of a Poisson session are."""
    rng = np.random.default_rng(5)
    blocks = [rng.exponential(size=size) for size in (300, 280, 0, 310, 1)]
    interval = dependent_quantile_interval(blocks, 0.5)
    assert interval is not None
    assert interval.lower is not None
    assert interval.upper is not None
    assert interval.lower < np.log(2) < interval.upper


@pytest.mark.parametrize("blocks", [[], [[]], [[1.0]], [[1.0, 2.0]], [[1.0], [2.0]]])
def test_fewer_than_three_batches_tell_nothing(blocks: list[list[float]]) -> None:
    assert independent_count(blocks, 0.5) is None
    assert dependent_quantile_interval(blocks, 0.5) is None


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_quantile_outside_0_and_1_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match=f"p must be between 0 and 1; got {p}"):
        dependent_quantile_interval(_repeated(1, 1), p)


def test_a_level_that_the_upper_bound_spends_whole_leaves_no_lower_one() -> None:
    """Of three observations all lie below the median with probability 1/8, all that is allowed."""
    blocks = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    count = independent_count(blocks, 0.5, 0.875)
    found = dependent_quantile_interval(blocks, 0.5, 0.875)
    assert count is not None
    assert found is not None
    assert (3, None, 6.0) == (int(count), found.lower, found.upper)
