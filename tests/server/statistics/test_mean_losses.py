"""Intervals of means of losses, of which a few may be far larger than the rest."""

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import mean_loss_interval, spread_of_parts
from bakeoff.server.types import Interval

ONES = np.ones(60, dtype=np.int64)


def _found(losses: np.ndarray, largest: float | None = None) -> Interval:
    found = mean_loss_interval(losses, np.ones(len(losses), dtype=np.int64), 0.95, largest=largest)
    assert found is not None
    return found


def _quantile(mean: float, variance: float, share: float) -> float:
    return float(stats.gamma.ppf(share, mean**2 / variance, scale=variance / mean))


@pytest.mark.parametrize("largest", [None, 25.0])
def test_bounds_are_quantiles_of_gamma_distributions(largest: float | None) -> None:
    """As Fay and Feuer have them, widened by Student's t."""
    losses = np.random.default_rng(1).lognormal(size=60)
    spread = spread_of_parts(losses / 60)
    assert spread is not None
    wide = (stats.t.ppf(0.975, spread.degrees) / stats.norm.ppf(0.975)) ** 2
    mean, variance = losses.mean(), stats.sem(losses) ** 2
    added = (largest or losses.max()) / 60
    expected = (
        _quantile(mean, wide * variance, 0.025),
        _quantile(mean + added, wide * (variance + added**2), 0.975),
    )
    found = _found(losses, largest)
    assert pytest.approx(expected) == (found.lower, found.upper)
    assert "gamma" == found.method


def test_of_very_many_losses_it_is_that_of_student_t() -> None:
    losses = np.random.default_rng(2).exponential(size=2_000_000)
    found = _found(losses)
    expected = stats.t.interval(0.95, len(losses) - 1, losses.mean(), stats.sem(losses))
    assert pytest.approx(expected, rel=1e-5) == (found.lower, found.upper)


def test_where_nothing_was_lost_the_largest_loss_bounds_the_mean() -> None:
    """As none of 60 trials bounds a share: by minus the logarithm of 2.5 % over 60."""
    found = _found(np.zeros(60), largest=2.0)
    assert pytest.approx((0.0, -2 * np.log(0.025) / 60)) == (found.lower, found.upper)


def test_where_the_worst_was_not_seen_there_is_no_upper_bound() -> None:
    losses = np.random.default_rng(1).lognormal(size=60)
    found = mean_loss_interval(losses, ONES, 0.95, open_above=True)
    assert found is not None
    assert (_found(losses).lower, None) == (found.lower, found.upper)


def test_copies_of_an_example_in_one_cluster_tell_no_more_than_one() -> None:
    losses = np.random.default_rng(3).lognormal(size=60)
    tenfold = mean_loss_interval(10 * losses, 10 * ONES, 0.95, largest=30.0)
    once = _found(losses, largest=30.0)
    assert tenfold is not None
    assert pytest.approx((once.lower, once.upper)) == (tenfold.lower, tenfold.upper)


@pytest.mark.parametrize("losses", [[], [0.3], [0.4, 0.4], [0.0, 0.0]])
def test_without_two_that_differ_there_is_no_interval(losses: list[float]) -> None:
    counts = np.ones(len(losses), dtype=np.int64)
    assert mean_loss_interval(np.array(losses), counts, 0.95) is None
