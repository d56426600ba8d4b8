"""Scores and intervals of two shares over the same trials."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from bakeoff.server.statistics import difference_score, paired_difference, paired_ratio, ratio_score

STEADY = settings(derandomize=True, deadline=None)
COUNTS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("first_only", "second_only", "both", "n", "expected"),
    [(6, 16, 59, 161, (0.7476, 0.9876)), (1, 7, 1, 21, (0.0653, 0.9069))],
)
def test_the_paired_ratio_is_that_of_the_literature(
    first_only: int, second_only: int, both: int, n: int, expected: tuple[float, float]
) -> None:
    """Tang's interval of the two examples of Fagerland, Lydersen and Laake, 2014."""
    actual = paired_ratio(first_only, second_only, both, n, 0.95)
    assert pytest.approx(expected, abs=6e-5) == (actual.lower, actual.upper)
    assert ("paired-ratio-score", 0.95) == (actual.method, actual.level)


def test_the_paired_difference_is_that_of_the_literature() -> None:
    """Tango's interval of the larger of these examples."""
    actual = paired_difference(6, 16, 161, 0.95)
    assert pytest.approx((-0.1240, -0.0054), abs=6e-5) == (actual.lower, actual.upper)


def _score_by_search(first_only: int, second_only: int, both: int, ratio: float) -> float:
    """The score with the likeliest table found by search, and the variance of a multinomial."""
    some = first_only + second_only + both

    def loss(rare: float) -> float:
        other = (ratio - 1 + rare) / ratio
        shares = (1 - rare - other, other, rare)
        pairs = zip((both, first_only, second_only), shares, strict=True)
        return -sum(count * math.log(max(share, 1e-300)) for count, share in pairs if count)

    bounds = (max(0.0, 1 - ratio), 1 / (1 + ratio))
    rare = float(
        optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
    )
    other = (ratio - 1 + rare) / ratio
    variance = other + rare * ratio**2 + (1 - rare - other) * (1 - ratio) ** 2
    shift = first_only + both - ratio * (second_only + both)
    return shift / math.sqrt(some * variance)


@pytest.mark.parametrize("ratio", [0.3, 0.8, 1.0, 1.2, 4.0])
@pytest.mark.parametrize(
    ("first_only", "second_only", "both"),
    [(6, 16, 59), (16, 6, 59), (0, 5, 10), (5, 0, 10), (3, 4, 0), (0, 0, 10), (40, 35, 900)],
)
def test_the_score_of_a_ratio_is_that_at_the_likeliest_table(
    first_only: int, second_only: int, both: int, ratio: float
) -> None:
    expected = _score_by_search(first_only, second_only, both, ratio)
    actual = ratio_score(first_only, second_only, both, 2000, ratio)
    assert pytest.approx(expected, rel=1e-5, abs=1e-6) == actual


@STEADY
@given(COUNTS, COUNTS, COUNTS, COUNTS, st.sampled_from([0.8, 0.95, 0.999]))
def test_scores_at_the_bounds_are_the_quantile(
    first_only: int, second_only: int, both: int, neither: int, level: float
) -> None:
    """Of both intervals, wherever a bound is not the edge of what can be."""
    n = first_only + second_only + both + neither
    if n == 0:
        return
    z = float(stats.norm.ppf((1 + level) / 2))
    difference = paired_difference(first_only, second_only, n, level)
    for bound, sign in ((difference.lower, 1), (difference.upper, -1)):
        assert bound is not None
        if abs(bound) < 1:
            score = difference_score(first_only, second_only, n, bound)
            assert pytest.approx(sign * z, rel=1e-3) == score
    ratio = paired_ratio(first_only, second_only, both, n, level)
    for bound, sign in ((ratio.lower, 1), (ratio.upper, -1)):
        if bound:
            score = ratio_score(first_only, second_only, both, n, bound)
            assert pytest.approx(sign * z, rel=1e-3) == score


def test_the_ratio_of_shares_turned_is_the_inverse() -> None:
    one, turned = paired_ratio(12, 5, 40, 900, 0.9), paired_ratio(5, 12, 40, 900, 0.9)
    assert one.lower is not None
    assert one.upper is not None
    assert pytest.approx((1 / one.upper, 1 / one.lower)) == (turned.lower, turned.upper)


def test_trials_that_were_successes_of_neither_tell_nothing_of_a_ratio() -> None:
    assert paired_ratio(12, 5, 40, 57, 0.9) == paired_ratio(12, 5, 40, 100_000, 0.9)


def test_a_ratio_to_nothing_has_no_upper_bound() -> None:
    """And one of nothing is bounded by 0."""
    assert paired_ratio(5, 0, 0, 100, 0.95).upper is None
    assert 0.0 == paired_ratio(0, 5, 0, 100, 0.95).lower
    nothing = paired_ratio(0, 0, 0, 100, 0.95)
    assert (0.0, None) == (nothing.lower, nothing.upper)


def test_alike_in_every_trial_is_a_ratio_about_1() -> None:
    """A hundred shared successes leave room for a ratio a little off."""
    alike = paired_ratio(0, 0, 100, 1000, 0.95)
    assert alike.lower is not None
    assert alike.upper is not None
    assert 0.95 < alike.lower < 1.0 < alike.upper < 1.05


def test_at_no_difference_the_score_is_that_of_mcnemar() -> None:
    """Without continuity correction; the ratio of 1 is the same hypothesis."""
    expected = (20 - 9) / math.sqrt(29)
    assert pytest.approx(expected) == difference_score(20, 9, 300, 0.0)
    assert pytest.approx(expected) == ratio_score(20, 9, 100, 300, 1.0)


def test_a_supposition_that_leaves_nothing_to_chance_is_certain() -> None:
    assert 0.0 == difference_score(0, 0, 10, 0.0)
    assert math.inf == difference_score(0, 0, 10, -1.0)
    assert 0.0 == ratio_score(0, 0, 0, 10, 2.0)


@pytest.mark.parametrize("counts", [(-1, 0, 0, 5), (3, 2, 1, 5), (0, 0, 0, 0)])
def test_a_ratio_refuses_counts_that_cannot_be(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=f"got {counts[0]}, {counts[1]} and {counts[2]} of"):
        paired_ratio(*counts, 0.95)


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.inf, math.nan])
def test_a_supposed_ratio_that_cannot_be_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio must be above 0 and finite"):
        ratio_score(1, 1, 1, 5, ratio)


def test_large_counts_are_no_harder() -> None:
    """A million examples, and the delta method as a check."""
    first, second, both, n = 5_000, 4_000, 45_000, 1_000_000
    actual = paired_ratio(first, second, both, n, 0.95)
    error = math.sqrt((first + second) / ((first + both) * (second + both)))
    middle = math.log((first + both) / (second + both))
    expected = np.exp([middle - 1.959964 * error, middle + 1.959964 * error])
    assert pytest.approx(expected.tolist(), rel=1e-4) == [actual.lower, actual.upper]
