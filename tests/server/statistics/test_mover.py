"""Intervals of the difference and ratio of two independent figures."""

import math

import pytest
from statsmodels.stats import proportion

from bakeoff.server.statistics import mover_difference, mover_ratio, wilson
from bakeoff.server.types import Interval


@pytest.mark.parametrize(("first", "second"), [((56, 70), (48, 80)), ((9, 10), (3, 10))])
def test_the_difference_of_two_shares_is_newcombes(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    """Of Wilson's intervals: the hybrid score interval, as statsmodels has it."""
    expected = proportion.confint_proportions_2indep(
        *first, *second, compare="diff", method="newcomb"
    )
    actual = mover_difference(
        first[0] / first[1], wilson(*first, 0.95), second[0] / second[1], wilson(*second, 0.95)
    )
    assert pytest.approx(expected) == (actual.lower, actual.upper)
    assert ("mover", 0.95) == (actual.method, actual.level)


def test_the_ratio_of_intervals_that_are_even_in_logarithms_is_the_delta_method() -> None:
    """Katz's interval of a ratio of two shares, as statsmodels has it."""
    (successes, trials), (others, other_trials) = (56, 70), (48, 80)
    expected = proportion.confint_proportions_2indep(
        successes, trials, others, other_trials, compare="ratio", method="log"
    )

    def even(count: int, n: int) -> tuple[float, Interval]:
        share, reach = count / n, 1.959963984540054 * math.sqrt(1 / count - 1 / n)
        return share, Interval(share * math.exp(-reach), share * math.exp(reach), 0.95, "log")

    actual = mover_ratio(*even(successes, trials), *even(others, other_trials))
    assert pytest.approx(expected) == (actual.lower, actual.upper)


def test_a_bound_that_is_absent_leaves_out_those_that_need_it() -> None:
    open_above = Interval(1.0, None, 0.95, "order-statistic")
    whole = Interval(0.5, 3.0, 0.95, "order-statistic")
    difference = mover_difference(2.0, open_above, 1.0, whole)
    assert difference.upper is None
    assert pytest.approx(1.0 - math.hypot(1.0, 2.0)) == difference.lower
    ratio = mover_ratio(1.0, whole, 2.0, open_above)
    assert ratio.lower is None
    assert ratio.upper is not None


def test_a_lower_bound_of_0_bounds_no_ratio() -> None:
    from_zero = Interval(0.0, 3.0, 0.95, "student-t")
    whole = Interval(0.5, 3.0, 0.95, "student-t")
    assert mover_ratio(1.0, from_zero, 1.0, whole).lower is None
    assert mover_ratio(1.0, whole, 1.0, from_zero).upper is None


def test_figures_without_width_have_a_sharp_ratio() -> None:
    sharp = Interval(4.0, 4.0, 0.9, "x"), Interval(2.0, 2.0, 0.9, "x")
    ratio = mover_ratio(4.0, sharp[0], 2.0, sharp[1])
    assert pytest.approx((2.0, 2.0, 0.9)) == (ratio.lower, ratio.upper, ratio.level)


def test_levels_must_agree() -> None:
    intervals = Interval(0.5, 2.0, 0.95, "x"), Interval(0.5, 2.0, 0.9, "x")
    with pytest.raises(ValueError, match=r"of one level; got 0\.95 and 0\.9"):
        mover_difference(1.0, intervals[0], 1.0, intervals[1])


def test_a_figure_must_lie_in_its_interval() -> None:
    interval = Interval(0.5, 2.0, 0.95, "x")
    with pytest.raises(ValueError, match=r"got 3\.0 and 0\.5 to 2\.0"):
        mover_ratio(3.0, interval, 1.0, interval)


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf])
def test_a_ratio_of_what_is_not_above_0_is_refused(value: float) -> None:
    interval = Interval(None, None, 0.95, "x")
    with pytest.raises(ValueError, match="second must be above 0 and finite"):
        mover_ratio(1.0, interval, value, interval)
