"""How sure a statistic is, from what each example adds to it."""

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import jackknife_spread, spread_of_parts

DATA = np.random.default_rng(1).lognormal(size=40)


def test_the_spread_of_a_mean_is_its_squared_standard_error() -> None:
    by_parts = spread_of_parts(DATA / 40)
    by_jackknife = jackknife_spread((DATA.sum() - DATA) / 39, np.ones(40))
    assert by_parts is not None
    assert by_jackknife is not None
    assert pytest.approx(stats.sem(DATA) ** 2) == by_parts.variance
    assert pytest.approx(by_parts.variance) == by_jackknife.variance
    assert pytest.approx(by_parts.degrees) == by_jackknife.degrees
    assert 40 == by_parts.units == by_jackknife.units


def test_degrees_are_those_of_a_variance_whose_squares_scatter_so() -> None:
    """Of normal squares, 2 over the squared share by which their mean is known."""
    squares = (DATA - DATA.mean()) ** 2
    found = spread_of_parts(DATA)
    assert found is not None
    assert pytest.approx(2 * squares.mean() ** 2 / (squares.var() / 40)) == found.degrees


@pytest.mark.parametrize(("heavy", "degrees"), [(1, 2), (5, 10)])
def test_each_of_a_few_that_move_it_far_is_worth_two_degrees(heavy: int, degrees: int) -> None:
    parts = np.where(np.arange(10_000) < heavy, 1.0, 0.0)
    found = spread_of_parts(parts)
    assert found is not None
    assert pytest.approx(degrees, rel=0.01) == found.degrees


def test_like_parts_have_a_degree_less_than_there_are() -> None:
    found = spread_of_parts(np.tile([1.0, -1.0], 20))
    assert found is not None
    assert 39 == found.degrees
    assert pytest.approx(stats.t.ppf(0.975, 39)) == found.deviations(0.95)


def test_one_that_stands_for_many_counts_as_many() -> None:
    times = np.array([5.0, 1.0, 14.0])
    once = spread_of_parts(np.array([1.0, 7.0, 2.0]), times)
    repeated = spread_of_parts(np.repeat([1.0, 7.0, 2.0], [5, 1, 14]))
    assert once == repeated


def test_one_without_which_it_is_not_defined_is_left_aside() -> None:
    without = np.append((DATA.sum() - DATA) / 39, np.nan)
    assert jackknife_spread(without[:-1], np.ones(40)) == jackknife_spread(without, np.ones(41))


@pytest.mark.parametrize("parts", [[], [3.0], [0.3, 0.3, 0.3], [0.0, 0.0]])
def test_where_nothing_moves_there_is_no_spread(parts: list[float]) -> None:
    assert spread_of_parts(np.array(parts)) is None
    assert jackknife_spread(np.array(parts), np.ones(len(parts))) is None


def test_a_p_value_is_that_of_students_test() -> None:
    """Of one sample, with all degrees that it has."""
    data = np.tile([1.0, -0.4], 20)
    found = spread_of_parts(data / 40)
    assert found is not None
    assert pytest.approx(stats.ttest_1samp(data, 0.0).pvalue) == found.p_value(data.mean())
