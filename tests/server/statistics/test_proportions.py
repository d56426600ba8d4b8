"""Intervals of shares."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats import proportion

from bakeoff.server.statistics import clopper_pearson, paired_difference, share_interval, wilson

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@STEADY
@given(st.integers(1, 100_000), st.floats(0, 1), LEVELS)
def test_wilson_is_that_of_statsmodels(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    expected = proportion.proportion_confint(successes, n, alpha=1 - level, method="wilson")
    actual = wilson(successes, n, level)
    assert pytest.approx(expected, abs=1e-9) == (actual.lower, actual.upper)
    assert ("wilson", level) == (actual.method, actual.level)


@STEADY
@given(st.integers(1, 100_000), st.floats(0, 1), LEVELS)
def test_clopper_pearson_is_that_of_statsmodels(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    expected = proportion.proportion_confint(successes, n, alpha=1 - level, method="beta")
    actual = clopper_pearson(successes, n, level)
    assert pytest.approx(expected, abs=1e-9) == (actual.lower, actual.upper)
    assert ("clopper-pearson", level) == (actual.method, actual.level)


def test_clopper_pearson_is_open_to_0_and_1() -> None:
    assert 0.0 == clopper_pearson(0, 20, 0.95).lower
    assert 1.0 == clopper_pearson(20, 20, 0.95).upper


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_clopper_pearson_refuses_counts_that_cannot_be(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"got {successes} of {n}"):
        clopper_pearson(successes, n, 0.95)


def test_wilson_reaches_0_and_1_and_no_further() -> None:
    """Also where rounding would leave a hair."""
    for n in range(1, 400):
        assert 0.0 == wilson(0, n, 0.95).lower
        assert 1.0 == wilson(n, n, 0.95).upper


def test_wilson_holds_the_true_share_as_often_as_it_says() -> None:
    """At least 90 % of two hundred seeded samples, asked for 95."""
    rng = np.random.default_rng(17)
    for n, share in ((25, 0.1), (100, 0.5), (400, 0.97)):
        intervals = [wilson(int(k), n, 0.95) for k in rng.binomial(n, share, size=200)]
        held = sum(_holds(each.lower, share, each.upper) for each in intervals)
        assert 180 <= held


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_counts_that_cannot_be(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"got {successes} of {n}"):
        wilson(successes, n, 0.95)


@pytest.mark.parametrize(("successes", "method"), [(4, "clopper-pearson"), (5, "wilson")])
def test_a_share_near_0_or_1_has_the_exact_interval(successes: int, method: str) -> None:
    """Where fewer than five trials came out the rarer way."""
    expected = {"wilson": wilson, "clopper-pearson": clopper_pearson}[method]
    for count in (successes, 300 - successes):
        assert expected(count, 300, 0.95) == share_interval(count, 300, 0.95)
        assert method == share_interval(count, 300, 0.95).method


@pytest.mark.parametrize("level", [0.0, 1.0, 1.5, -0.1])
def test_a_level_outside_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match=f"level must be between 0 and 1; got {level}"):
        wilson(1, 2, level)


@pytest.mark.parametrize(
    ("first_only", "second_only", "n", "level", "expected"),
    [
        (28, 25, 618, 0.90, (-0.0148, 0.0247)),
        (48, 41, 549, 0.90, (-0.0157, 0.0414)),
        (20, 60, 1000, 0.95, (-0.0584, -0.0231)),
    ],
)
def test_the_paired_difference_is_that_of_propcis(
    first_only: int, second_only: int, n: int, level: float, expected: tuple[float, float]
) -> None:
    """What scoreci.mp of the R package PropCIs gives, to the digits that were at hand."""
    actual = paired_difference(first_only, second_only, n, level)
    assert pytest.approx(expected, abs=6e-5) == (actual.lower, actual.upper)
    assert "tango-score" == actual.method


@STEADY
@given(st.integers(1, 3000), st.floats(0, 1), st.floats(0, 1), LEVELS)
def test_the_paired_difference_solves_the_quartic(
    n: int, share: float, split: float, level: float
) -> None:
    """Bounds are roots of the polynomial to which Yang, Sun and Hardin reduce the score test.

    A non-iterative implementation of Tango's score confidence interval for a paired difference
    of proportions, Statistics in Medicine 32, 2013.
    """
    discordant = round(share * n)
    first_only = round(split * discordant)
    second_only = discordant - first_only
    actual = paired_difference(first_only, second_only, n, level)
    assert actual.lower is not None
    assert actual.upper is not None
    observed = (first_only - second_only) / n
    assert -1.0 <= actual.lower <= observed <= actual.upper <= 1.0
    coefficients = _quartic(first_only, second_only, n, level)
    for bound in (actual.lower, actual.upper):
        if abs(bound) < 1.0:
            scale = np.polyval(np.abs(coefficients), abs(bound))
            assert abs(np.polyval(coefficients, bound)) <= 1e-9 * scale


def _quartic(first_only: int, second_only: int, n: int, level: float) -> np.ndarray:
    g = proportion.stats.norm.ppf((1 + level) / 2) ** 2
    d, s = first_only - second_only, first_only + second_only
    return np.array(
        [
            n**2 * (n / g + 1) ** 2,
            -n * d * (n / g + 1) * (4 * n / g + 1),
            2 * n * d**2 * (3 * n / g + 2) / g - n**2 * (s / g + 1),
            n * d * (2 * s / g + 1) - d**3 * (4 * n / g + 1) / g,
            d**2 * (d**2 / g - s) / g,
        ]
    )


@STEADY
@given(st.integers(1, 3000), st.floats(0, 1), st.floats(0, 1))
def test_the_paired_difference_turns_with_the_pair(n: int, share: float, split: float) -> None:
    discordant = round(share * n)
    first_only = round(split * discordant)
    one = paired_difference(first_only, discordant - first_only, n, 0.95)
    other = paired_difference(discordant - first_only, first_only, n, 0.95)
    assert other.lower is not None
    assert other.upper is not None
    assert pytest.approx((-other.upper, -other.lower), abs=1e-9) == (one.lower, one.upper)


def test_where_no_trial_differs_the_difference_may_be_z_squared_over_n_and_z_squared() -> None:
    """Zero discordant trials do not prove that none ever is."""
    z_squared = 3.841458820694124
    actual = paired_difference(0, 0, 1000, 0.95)
    bound = z_squared / (1000 + z_squared)
    assert pytest.approx((-bound, bound), rel=1e-9) == (actual.lower, actual.upper)


def test_where_every_trial_differs_one_way_the_bound_is_1() -> None:
    actual = paired_difference(10, 0, 10, 0.95)
    assert 1.0 == actual.upper
    assert actual.lower is not None
    assert 0.4 < actual.lower < 0.5


def test_the_paired_difference_holds_the_true_one_as_often_as_it_says() -> None:
    """At least 90 % of two hundred seeded samples, asked for 95."""
    rng = np.random.default_rng(23)
    for n, first_only, second_only in ((60, 0.15, 0.05), (500, 0.02, 0.01)):
        cells = [first_only, second_only, 1 - first_only - second_only]
        held = 0
        for ahead, behind, _ in rng.multinomial(n, cells, size=200):
            actual = paired_difference(int(ahead), int(behind), n, 0.95)
            held += _holds(actual.lower, first_only - second_only, actual.upper)
        assert 180 <= held


@pytest.mark.parametrize(("first_only", "second_only", "n"), [(0, 0, 0), (-1, 0, 5), (3, 3, 5)])
def test_the_paired_difference_refuses_counts_that_cannot_be(
    first_only: int, second_only: int, n: int
) -> None:
    with pytest.raises(ValueError, match=f"got {first_only} and {second_only} of {n}"):
        paired_difference(first_only, second_only, n, 0.95)


def _holds(lower: float | None, value: float, upper: float | None) -> bool:
    return (
        (-math.inf if lower is None else lower) <= value <= (math.inf if upper is None else upper)
    )
