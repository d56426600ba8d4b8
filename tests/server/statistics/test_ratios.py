"""Ratios from paired measurements."""

import math

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import paired_ratio_interval


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_is_that_of_a_t_test_on_logarithms(seed: int) -> None:
    ratios = np.random.default_rng(seed).lognormal(0.3, 0.2, size=3 + seed)
    expected = stats.ttest_1samp(np.log(ratios), 0.0).confidence_interval(0.95)
    actual = paired_ratio_interval(list(ratios), 0.95)
    assert actual is not None
    assert pytest.approx((math.exp(expected.low), math.exp(expected.high))) == (
        actual.lower,
        actual.upper,
    )


def test_the_interval_of_the_inverse_is_the_inverse_of_the_interval() -> None:
    """It does not matter which of two is called the baseline."""
    ratios = [1.9, 2.2, 2.0, 2.4]
    one = paired_ratio_interval(ratios, 0.95)
    other = paired_ratio_interval([1 / ratio for ratio in ratios], 0.95)
    assert one is not None
    assert other is not None
    assert one.lower is not None
    assert one.upper is not None
    assert pytest.approx((1 / one.upper, 1 / one.lower)) == (other.lower, other.upper)


@pytest.mark.parametrize("ratios", [[], [2.0]])
def test_fewer_than_two_ratios_have_no_interval(ratios: list[float]) -> None:
    assert paired_ratio_interval(ratios, 0.95) is None


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.inf, math.nan])
def test_a_ratio_that_cannot_be_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratios must be finite and above 0"):
        paired_ratio_interval([1.0, ratio], 0.95)
