"""Whether a quantile of latency holds a bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bakeoff.server.statistics import (
    allowed_over_count,
    conservative_quantile_ns,
    latency_verdict,
    min_query_count,
)

# The same examples in every run, however slow the machine.
STEADY = settings(derandomize=True, deadline=None)
QUANTILES = st.sampled_from([0.5, 0.9, 0.95, 0.97, 0.99, 0.999])


@pytest.mark.parametrize(
    ("quantile", "over_count", "needed"),
    [(0.9, 0, 44), (0.9, 1, 64), (0.95, 0, 90), (0.99, 0, 459), (0.99, 1, 662), (0.999, 0, 4603)],
)
def test_a_verdict_needs_these_counts(quantile: float, over_count: int, needed: int) -> None:
    """With none over the bound, the fewest n with quantile^n < 0.01."""
    assert needed == min_query_count(over_count, quantile)


@STEADY
@given(st.integers(0, 5000), QUANTILES)
def test_the_count_needed_is_the_smallest_whose_chance_is_below_one_percent(
    over_count: int, quantile: float
) -> None:
    """By scipy's binomial distribution."""
    needed = min_query_count(over_count, quantile)
    assert stats.binom.cdf(over_count, needed, 1 - quantile) < 0.01
    assert not stats.binom.cdf(over_count, needed - 1, 1 - quantile) < 0.01


@STEADY
@given(st.integers(0, 200_000), QUANTILES)
def test_the_count_allowed_is_the_largest_for_which_there_are_queries_enough(
    query_count: int, quantile: float
) -> None:
    allowed = allowed_over_count(query_count, quantile)
    if allowed is None:
        assert query_count < min_query_count(0, quantile)
        return
    assert min_query_count(allowed, quantile) <= query_count
    assert query_count < min_query_count(allowed + 1, quantile)


@STEADY
@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=1500).map(sorted),
    QUANTILES,
    st.integers(0, 100),
)
def test_a_bound_holds_just_when_no_more_are_over_it_than_may(
    ordered: list[int], quantile: float, bound_ns: int
) -> None:
    verdict = latency_verdict(ordered, quantile, bound_ns)
    assert sum(latency > bound_ns for latency in ordered) == verdict.over_bound_count
    enough = min_query_count(0, quantile) <= len(ordered)
    fine = enough and verdict.over_bound_count <= verdict.allowed_over_bound_count
    assert fine == verdict.held
    assert (verdict.more_queries_needed == 0) == verdict.held
    longer = ordered + [0] * verdict.more_queries_needed
    assert latency_verdict(sorted(longer), quantile, bound_ns).held


@STEADY
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=1500).map(sorted), QUANTILES)
def test_a_bound_at_the_conservative_estimate_holds(ordered: list[int], quantile: float) -> None:
    """And it lies at or above the observed quantile."""
    estimate = conservative_quantile_ns(ordered, quantile)
    if estimate is None:
        assert len(ordered) < min_query_count(1, quantile)
        return
    assert estimate in ordered
    assert latency_verdict(ordered, quantile, estimate).held
    assert np.quantile(ordered, quantile, method="inverted_cdf") <= estimate


def test_a_latency_of_exactly_the_bound_holds_it() -> None:
    assert latency_verdict([20] * 459, 0.99, 20).held
    assert 459 == latency_verdict([20] * 459, 0.99, 19).over_bound_count


def test_no_queries_hold_nothing() -> None:
    verdict = latency_verdict([], 0.99, 20)
    assert not verdict.held
    assert (0, 0, 0) == (
        verdict.query_count,
        verdict.over_bound_count,
        verdict.allowed_over_bound_count,
    )
    assert verdict.conservative_latency_ns is None
    assert 459 == verdict.more_queries_needed


@pytest.mark.parametrize("count", [459, 700, 3000])
def test_a_bound_that_does_not_hold_passes_in_one_percent_of_trials_at_most(count: int) -> None:
    """Of 20,000 seeded runs in which just a share 1 - p is over the bound: the worst case."""
    over = np.random.default_rng(count).binomial(count, 0.01, size=20_000)
    allowed = allowed_over_count(count, 0.99)
    assert allowed is not None
    passed = np.count_nonzero(over <= allowed)
    # Three standard deviations of such a count above 200.
    assert passed <= 243


@pytest.mark.parametrize("quantile", [0.0, 1.0, -1.0])
def test_a_quantile_outside_0_and_1_is_refused(quantile: float) -> None:
    with pytest.raises(ValueError, match=f"quantile must be between 0 and 1; got {quantile}"):
        latency_verdict([1, 2], quantile, 1)


def test_fewer_than_no_queries_over_a_bound_are_refused() -> None:
    with pytest.raises(ValueError, match="over_count must be at least 0; got -1"):
        min_query_count(-1, 0.99)
