"""Intervals from what a statistic came to over resamples."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from bakeoff.server.statistics.resample_intervals import (
    bca,
    expanded_p_value,
    expanded_percentile,
    percentile,
)
from bakeoff.server.statistics.spread import Spread


def _skewed(seed: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).lognormal(0.0, 1.0, size=40)


def _bounds(data: npt.NDArray[np.float64], method: str) -> tuple[object, tuple[float, float]]:
    """Return SciPy's resamples and the interval that it makes of them."""
    found = stats.bootstrap(
        (data,), np.mean, method=method, n_resamples=999, rng=np.random.default_rng(1)
    )
    interval = found.confidence_interval
    return found.bootstrap_distribution, (interval.low, interval.high)


@pytest.mark.parametrize("seed", range(5))
def test_the_bca_interval_is_that_of_scipy(seed: int) -> None:
    """On the same resamples and jackknife."""
    data = _skewed(seed)
    drawn, expected = _bounds(data, "BCa")
    left_out = (data.sum() - data) / (len(data) - 1)
    actual = bca(np.asarray(drawn), data.mean(), 0.95, left_out, np.ones(len(data)))
    assert actual is not None
    assert pytest.approx(expected) == (actual.lower, actual.upper)
    assert ("bca-bootstrap", 0.95) == (actual.method, actual.level)


@pytest.mark.parametrize("seed", range(5))
def test_the_percentile_interval_is_that_of_scipy(seed: int) -> None:
    data = _skewed(seed)
    drawn, expected = _bounds(data, "percentile")
    middle = percentile(np.asarray(drawn), 0.95)
    assert middle is not None
    assert pytest.approx(expected) == (middle.lower, middle.upper)
    assert "percentile-bootstrap" == middle.method


def test_resamples_that_tie_with_the_value_count_as_half_below_it() -> None:
    """As SciPy has it: a mean of small whole numbers often comes to the same."""
    data = np.repeat([0.0, 1.0, 3.0], [6, 3, 3])
    drawn, expected = _bounds(data, "BCa")
    assert 50 < np.count_nonzero(np.asarray(drawn) == data.mean())
    left_out = (data.sum() - data) / (len(data) - 1)
    actual = bca(np.asarray(drawn), data.mean(), 0.95, left_out, np.ones(len(data)))
    assert actual is not None
    assert pytest.approx(expected) == (actual.lower, actual.upper)


def test_an_example_that_stands_for_many_weighs_as_many() -> None:
    """The jackknife over cells is the jackknife over examples."""
    data = np.repeat([0.0, 1.0, 9.0], [20, 15, 5])
    drawn, _ = _bounds(data, "BCa")
    each = (data.sum() - data) / (len(data) - 1)
    cells = (data.sum() - np.array([0.0, 1.0, 9.0])) / (len(data) - 1)
    one = bca(np.asarray(drawn), data.mean(), 0.95, each, np.ones(len(data)))
    other = bca(np.asarray(drawn), data.mean(), 0.95, cells, np.array([20.0, 15.0, 5.0]))
    assert one is not None
    assert other is not None
    assert pytest.approx((one.lower, one.upper)) == (other.lower, other.upper)


def test_resamples_on_one_side_of_the_value_give_the_percentile_interval() -> None:
    """Their bias cannot be told."""
    drawn = np.linspace(2.0, 3.0, 200)
    actual = bca(drawn, 1.0, 0.95, np.array([1.0, 2.0]), np.ones(2))
    assert percentile(drawn, 0.95) == actual


def test_nothing_moves_where_the_jackknife_is_constant_or_undefined() -> None:
    """The interval is then corrected for bias alone."""
    drawn = np.random.default_rng(0).normal(size=500)
    constant = bca(drawn, 0.0, 0.95, np.ones(4), np.ones(4))
    undefined = bca(drawn, 0.0, 0.95, np.full(4, np.nan), np.ones(4))
    assert constant is not None
    assert constant == undefined


def test_undefined_resamples_are_dropped_up_to_a_tenth() -> None:
    drawn = np.random.default_rng(0).normal(size=100)
    some, many = drawn.copy(), drawn.copy()
    some[:10], many[:11] = np.nan, np.nan
    assert percentile(drawn[10:], 0.95) == percentile(some, 0.95)
    assert percentile(many, 0.95) is None
    assert expanded_percentile(many, 0.0, 0.95, Spread(1.0, 99.0, 100)) is None
    assert bca(many, 0.0, 0.95, drawn, np.ones(100)) is None


@pytest.mark.parametrize("value", [0.0, 1.0, 0.7, -1e-9])
def test_resamples_that_are_all_alike_give_no_interval(value: float) -> None:
    """Up to rounding: resampling says nothing then."""
    drawn = np.full(50, value)
    drawn[7] *= 1 + 1e-15
    assert percentile(drawn, 0.95) is None
    assert expanded_percentile(drawn, value, 0.95, Spread(1.0, 49.0, 50)) is None
    assert bca(drawn, value, 0.95, drawn, np.ones(50)) is None


def test_the_expanded_part_is_that_of_student_t_on_a_root_of_n() -> None:
    """Normal resamples of a mean: the interval that textbooks give, from few examples."""
    rng = np.random.default_rng(2)
    data = rng.normal(size=8)
    error = data.std(ddof=1) / np.sqrt(8)
    drawn = data.mean() + data.std() / np.sqrt(8) * stats.norm.ppf((np.arange(200_000) + 0.5) / 2e5)
    actual = expanded_percentile(drawn, data.mean(), 0.95, Spread(error**2, 7.0, 8))
    expected = stats.t.interval(0.95, 7, data.mean(), error)
    assert actual is not None
    assert pytest.approx(expected, abs=1e-3) == (actual.lower, actual.upper)
    assert "percentile-bootstrap" == actual.method


def test_the_expanded_part_keeps_the_longer_tail_of_resamples() -> None:
    drawn = np.random.default_rng(3).exponential(size=20_000) - 1.0
    actual = expanded_percentile(drawn, 0.0, 0.95, Spread(1.0, 1e6, 10**6))
    middle = percentile(drawn, 0.95)
    assert actual is not None
    assert middle is not None
    assert pytest.approx(middle.upper, rel=1e-3) == actual.upper
    assert pytest.approx(-1.96, rel=1e-3) == actual.lower


def test_a_bound_that_one_example_moved_a_statistic_to_is_no_end_of_the_interval() -> None:
    """Resamples without that example come to 0, and none to less."""
    drawn = np.repeat([0.0, 0.01, 0.02], [370, 370, 260])
    middle = percentile(drawn, 0.95)
    actual = expanded_percentile(drawn, 0.01, 0.95, Spread(1e-4, 2.0, 100))
    assert middle is not None
    assert actual is not None
    assert actual.lower is not None
    assert 0.0 == middle.lower
    assert actual.lower < -0.03


def test_without_a_spread_the_part_is_not_expanded() -> None:
    drawn = np.random.default_rng(0).normal(size=500)
    assert percentile(drawn, 0.95) == expanded_percentile(drawn, 0.0, 0.95, None)


@pytest.mark.parametrize("units", [5, 40, 1000])
def test_a_p_value_is_expanded_as_the_interval_is(units: int) -> None:
    """What is just significant by one is just outside of the other."""
    reach = float(stats.t.ppf(0.975, units - 1)) * np.sqrt(units / (units - 1))
    assert pytest.approx(0.05) == expanded_p_value(2 * stats.norm.sf(reach), units)
    assert pytest.approx(1.0) == expanded_p_value(1.0, units)
    assert 1.0 == expanded_p_value(0.01, 1)
