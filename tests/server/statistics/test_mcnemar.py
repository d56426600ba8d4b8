"""McNemar's test, exact and mid-p."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import contingency_tables

from bakeoff.server.statistics import exact_mcnemar, mid_p_mcnemar

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)


@STEADY
@given(st.integers(0, 300), st.integers(0, 300))
def test_the_p_value_is_that_of_scipy_and_statsmodels(first_only: int, second_only: int) -> None:
    actual = exact_mcnemar(first_only, second_only)
    table = [[500, first_only], [second_only, 500]]
    reference = contingency_tables.mcnemar(table, exact=True).pvalue
    # statsmodels doubles a tail without stopping at 1.
    assert pytest.approx(min(reference, 1.0), rel=1e-9) == actual
    if first_only + second_only:
        assert stats.binomtest(second_only, first_only + second_only).pvalue == pytest.approx(
            actual
        )


def test_no_discordant_trial_tells_nothing() -> None:
    assert 1.0 == exact_mcnemar(0, 0)


def test_six_trials_to_one_side_are_the_first_to_tell() -> None:
    """2 / 2^6 = 0.031."""
    assert 0.05 < exact_mcnemar(5, 0)
    assert 2 / 2**6 == exact_mcnemar(6, 0) == exact_mcnemar(0, 6)


def test_the_error_rate_stays_below_the_level() -> None:
    """At most 8 % of two hundred seeded pairs of equals are told apart at 5 %; exact is less."""
    rng = np.random.default_rng(31)
    cells = [0.08, 0.08, 0.84]
    told = [
        exact_mcnemar(int(ahead), int(behind)) <= 0.05
        for ahead, behind, _ in rng.multinomial(400, cells, size=200)
    ]
    assert 16 >= sum(told)


@pytest.mark.parametrize(
    ("first_only", "second_only", "expected"), [(6, 16, 0.034690), (1, 7, 0.0390625)]
)
def test_the_mid_p_value_is_that_of_the_literature(
    first_only: int, second_only: int, expected: float
) -> None:
    """The two examples of Fagerland, Lydersen and Laake, 2013."""
    assert pytest.approx(expected, abs=5e-7) == mid_p_mcnemar(first_only, second_only)


def test_the_mid_p_value_counts_the_observed_split_half() -> None:
    """Over both tails, summed up split by split."""
    for discordant in range(1, 25):
        shares = stats.binom.pmf(np.arange(discordant + 1), discordant, 0.5)
        for first_only, observed in enumerate(shares):
            rarer = shares[shares < observed * (1 - 1e-9)].sum()
            equal = shares[np.isclose(shares, observed)].sum()
            actual = mid_p_mcnemar(first_only, discordant - first_only)
            assert pytest.approx(rarer + equal / 2) == actual


def test_without_a_discordant_trial_the_mid_p_value_is_1() -> None:
    assert 1.0 == mid_p_mcnemar(0, 0)
