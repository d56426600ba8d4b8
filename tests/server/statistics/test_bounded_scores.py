"""Intervals of scores between bounds, by how many independent trials would tell as much."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from bakeoff.server.statistics import (
    Spread,
    bounded_interval,
    clopper_pearson,
    extreme_interval,
    jackknife_spread,
    known_share,
)

SHARE = (0.0, 1.0)


def test_a_share_is_known_as_well_as_from_its_own_trials() -> None:
    """Up to the one that its mean costs, where very many trials leave no doubt of its spread."""
    n, ones = 400_000, 100_000
    right = np.repeat([1.0, 0.0], [ones, n - ones])
    spread = jackknife_spread((right.sum() - right) / (n - 1), np.ones(n))
    assert spread is not None
    known = known_share(0.25, spread, 0.95, SHARE)
    assert known is not None
    assert pytest.approx(n, rel=1e-4) == known.trials
    assert pytest.approx(ones, rel=1e-4) == known.rarer
    found = bounded_interval(known, 0.95, SHARE)
    expected = proportion_confint(ones, n, method="wilson")
    assert pytest.approx(expected, rel=1e-6) == (found.lower, found.upper)
    assert "jackknife-wilson" == found.method


def test_an_area_has_the_spread_of_delong() -> None:
    """DeLong, DeLong and Clarke-Pearson 1988, from the placements of either class."""
    rng = np.random.default_rng(4)
    positive, other = rng.normal(1.2, 1.0, 90), rng.normal(size=140)
    pairs = positive[:, None] > other
    delong = pairs.mean(axis=1).var(ddof=1) / 90 + pairs.mean(axis=0).var(ddof=1) / 140
    left_out = [np.delete(pairs, row, axis=0).mean() for row in range(90)]
    left_out += [np.delete(pairs, column, axis=1).mean() for column in range(140)]
    spread = jackknife_spread(np.array(left_out), np.ones(230))
    assert spread is not None
    assert pytest.approx(delong, rel=0.03) == spread.variance


def test_with_few_of_the_rarer_outcome_it_is_the_interval_of_clopper_and_pearson() -> None:
    """Where trials need not be whole: the beta distribution's quantiles."""
    known = known_share(0.99, Spread(0.99 * 0.01 / 250, 1e9, 10**9), 0.95, SHARE)
    assert known is not None
    assert pytest.approx(2.5) == known.rarer
    found = bounded_interval(known, 0.95, SHARE)
    expected = proportion_confint(0.99 * 250, 250, method="beta")
    assert pytest.approx(expected) == (found.lower, found.upper)
    assert "jackknife-clopper-pearson" == found.method


def test_a_spread_of_few_degrees_widens_it_by_student_t() -> None:
    widths = []
    for degrees in (2.0, 10.0, 1e9):
        known = known_share(0.7, Spread(0.001, degrees, 1000), 0.95, SHARE)
        assert known is not None
        found = bounded_interval(known, 0.95, SHARE)
        assert found.lower is not None
        assert found.upper is not None
        widths.append(found.upper - found.lower)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.5 * widths[2]


def test_a_correlation_is_a_share_of_its_own_range() -> None:
    plain = known_share(0.9, Spread(0.0004, 50.0, 100), 0.95, SHARE)
    known = known_share(0.8, Spread(0.0016, 50.0, 100), 0.95, (-1.0, 1.0))
    assert plain is not None
    assert known is not None
    share, found = bounded_interval(plain, 0.95, SHARE), bounded_interval(known, 0.95, (-1.0, 1.0))
    assert share.lower is not None
    assert share.upper is not None
    expected = (2 * share.lower - 1, 2 * share.upper - 1)
    assert pytest.approx(expected) == (found.lower, found.upper)


def test_at_a_bound_it_is_that_of_trials_that_all_came_out_alike() -> None:
    assert clopper_pearson(30, 30, 0.95) == extreme_interval(1.0, 30, 0.95, SHARE)
    assert clopper_pearson(0, 30, 0.95) == extreme_interval(0.0, 30, 0.95, SHARE)
    found = extreme_interval(-1.0, 30, 0.95, (-1.0, 1.0))
    assert found is not None
    assert -1.0 == found.lower
    assert extreme_interval(0.5, 30, 0.95, SHARE) is None
    assert known_share(1.0, Spread(0.1, 9.0, 10), 0.95, SHARE) is None
