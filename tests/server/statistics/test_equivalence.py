"""Tests of equivalence and of non-inferiority."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats import weightstats

from bakeoff.server.statistics import (
    non_inferiority_difference,
    non_inferiority_ratio,
    paired_difference,
    paired_ratio,
    paired_tost,
    tost,
)


@pytest.mark.parametrize("shift", [-0.6, -0.2, 0.0, 0.3])
def test_tost_is_that_of_statsmodels(shift: float) -> None:
    """Of paired differences, by Student's t."""
    rng = np.random.default_rng(3)
    first = rng.normal(size=25)
    second = first + shift + 0.5 * rng.normal(size=25)
    expected, _, _ = weightstats.ttost_paired(first, second, -0.4, 0.4)
    differences = first - second
    error = differences.std(ddof=1) / math.sqrt(25)
    assert pytest.approx(expected) == tost(differences.mean(), error, 0.4, degrees=24)


def test_tost_of_the_normal_is_the_limit_of_students_t() -> None:
    assert pytest.approx(tost(0.1, 0.2, 0.5, degrees=1e9)) == tost(0.1, 0.2, 0.5)
    assert pytest.approx(float(stats.norm.sf(2.0))) == tost(0.1, 0.2, 0.5)


@pytest.mark.parametrize("counts", [(3, 5, 400), (0, 0, 100), (12, 4, 900), (7, 7, 90)])
@pytest.mark.parametrize("margin", [0.01, 0.03, 0.1])
def test_the_paired_test_agrees_with_the_interval(
    counts: tuple[int, int, int], margin: float
) -> None:
    """Equivalent at 5 % exactly when the 90 % interval lies within the margin."""
    interval = paired_difference(*counts, 0.9)
    assert interval.lower is not None
    assert interval.upper is not None
    within = -margin < interval.lower and interval.upper < margin
    assert within == (paired_tost(*counts, margin) < 0.05)
    assert (interval.lower > -margin) == (non_inferiority_difference(*counts, margin) < 0.05)


@pytest.mark.parametrize("counts", [(3, 5, 40, 400), (0, 0, 10, 100), (12, 4, 80, 900)])
@pytest.mark.parametrize("limit", [1.05, 1.2, 2.0])
def test_the_ratio_test_agrees_with_the_interval(
    counts: tuple[int, int, int, int], limit: float
) -> None:
    """Errors under the limit at 5 % exactly when the 90 % interval is."""
    upper = paired_ratio(*counts, 0.9).upper
    assert upper is not None
    assert (upper < limit) == (non_inferiority_ratio(*counts, limit) < 0.05)


def test_one_point_of_accuracy_can_be_three_times_the_errors() -> None:
    """From 99.5 % to 98.5 %: within a margin of two points, and far beyond 1.2 times the errors."""
    lost, gained, both_wrong, n = 110, 10, 40, 10_000
    assert non_inferiority_difference(gained, lost, n, 0.02) < 1e-6
    assert non_inferiority_ratio(lost, gained, both_wrong, n, 1.2) > 1 - 1e-6


@pytest.mark.parametrize("margin", [0.0, -0.1, math.nan])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    for test in (
        lambda: tost(0.0, 0.1, margin),
        lambda: paired_tost(1, 1, 10, margin),
        lambda: non_inferiority_difference(1, 1, 10, margin),
    ):
        with pytest.raises(ValueError, match=f"margin must be above 0; got {margin}"):
            test()


def test_an_error_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="standard_error must be above 0; got 0"):
        tost(0.0, 0.0, 0.1)
