"""Straight lines through readings over time."""

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import theil_sen


@pytest.mark.parametrize("seed", range(5))
def test_the_line_of_a_few_points_is_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.sort(rng.random(40))
    y = 3 * x + rng.normal(size=40)
    expected = stats.theilslopes(y, x)
    trend = theil_sen(x, y, 0.95)
    assert trend is not None
    assert (expected.slope, expected.intercept) == (trend.slope, trend.intercept)


def test_the_interval_is_scipys_where_residuals_do_not_follow_one_another() -> None:
    """Residuals that alternate correlate below 0, which narrows nothing."""
    x = np.arange(40.0)
    y = 2 * x + np.where(x % 2 == 0, 1.0, -1.0) * np.random.default_rng(1).random(40)
    expected = stats.theilslopes(y, x, 0.95)
    trend = theil_sen(x, y, 0.95)
    assert trend is not None
    assert (expected.low_slope, expected.high_slope) == (
        trend.interval.lower,
        trend.interval.upper,
    )
    assert ("theil-sen", 0.95) == (trend.interval.method, trend.interval.level)


def test_the_interval_is_wider_where_they_do() -> None:
    x = np.arange(40.0)
    y = 5 * np.sin(x / 5)
    expected = stats.theilslopes(y, x, 0.95)
    trend = theil_sen(x, y, 0.95)
    assert trend is not None
    assert trend.interval.lower is not None
    assert trend.interval.upper is not None
    assert trend.interval.lower < expected.low_slope
    assert expected.high_slope < trend.interval.upper


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999, 0.999999])
@pytest.mark.parametrize("count", [3, 10, 60, 61, 5000])
def test_an_exact_line_has_an_interval_without_width(count: int, level: float) -> None:
    x = np.arange(count) / 4
    trend = theil_sen(x, 7 - 2 * x, level)
    assert trend is not None
    assert pytest.approx((-2, 7)) == (trend.slope, trend.intercept)
    assert pytest.approx((-2, -2)) == (trend.interval.lower, trend.interval.upper)


def test_a_leak_that_shows_in_steps_is_found_within_three_percent() -> None:
    """10 KiB a reading, taken from the system 132 KiB at a time."""
    readings = np.arange(480)
    trend = theil_sen(readings, np.ceil(readings * 10 / 132) * 132, 0.95)
    assert trend is not None
    assert pytest.approx(10, rel=0.03) == trend.slope
    assert trend.interval.lower is not None
    assert 0 < trend.interval.lower


def test_memory_that_is_taken_once_is_no_leak() -> None:
    """As an arena that grows to what the longest input needs."""
    trend = theil_sen(np.arange(480), np.repeat([100.0, 300.0], [100, 380]), 0.95)
    assert trend is not None
    assert 0 == trend.slope
    assert 0 == trend.interval.lower


def test_a_few_wild_readings_do_not_tilt_the_line() -> None:
    x = np.arange(100.0)
    y = 2 * x
    y[[10, 50, 90]] = 1e6
    trend = theil_sen(x, y, 0.95)
    assert trend is not None
    assert pytest.approx(2, rel=1e-3) == trend.slope


def test_readings_that_are_all_the_same_have_a_slope_of_exactly_0() -> None:
    trend = theil_sen([0, 1, 2, 3], [7, 7, 7, 7], 0.95)
    assert trend is not None
    assert (0, 7) == (trend.slope, trend.intercept)
    assert (0, 0) == (trend.interval.lower, trend.interval.upper)


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 2.0], [4.0, 4.0, 4.0]])
def test_too_few_points_have_no_line(x: list[float]) -> None:
    assert theil_sen(x, x, 0.95) is None


def test_as_many_x_as_y_are_wanted() -> None:
    with pytest.raises(ValueError, match="x and y must be of one length; got 3 and 2"):
        theil_sen([1, 2, 3], [1, 2], 0.95)
