"""The interval of a share of clustered trials knows how much its trials tell."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.api import OLS
from statsmodels.stats.proportion import proportion_confint

from bakeoff.server.statistics.clustered_shares import clustered_share


def _drawn(rng: np.random.Generator, clusters: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Clusters of 1 to 8 trials whose own shares scatter widely around the share."""
    trials = rng.integers(1, 9, clusters)
    return rng.binomial(trials, rng.beta(2 * share, 2 * (1 - share), clusters)), trials


@pytest.mark.parametrize("seed", range(5))
def test_the_effective_count_follows_from_the_cluster_robust_variance_of_statsmodels(
    seed: int,
) -> None:
    successes, trials = _drawn(np.random.default_rng(seed), 40, 0.7)
    cluster = np.repeat(np.arange(40), trials)
    right = np.concatenate(
        [np.arange(m) < y for y, m in zip(successes, trials, strict=True)]
    ).astype(float)
    fit = OLS(right, np.ones(len(right))).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    share, variance = right.mean(), fit.cov_params()[0, 0]
    moved = np.bincount(cluster, weights=right - share)
    # As many degrees as a variance of these squares, were they normal.
    degrees = 2 * np.mean(moved**2) ** 2 / (np.var(moved**2) / 40)
    shrink = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, min(degrees, 39))) ** 2
    count = min(share * (1 - share) / variance, len(right)) * shrink

    found = clustered_share(successes, trials, 0.95)

    expected = proportion_confint(share * count, count, method="wilson")
    assert pytest.approx(expected) == (found.lower, found.upper)
    assert "cluster-wilson" == found.method


def test_with_many_clusters_of_one_trial_it_is_wilson() -> None:
    rng = np.random.default_rng(3)
    right = (rng.random(20_000) < 0.8).astype(np.int64)

    found = clustered_share(right, np.ones_like(right), 0.95)

    expected = proportion_confint(right.sum(), len(right), method="wilson")
    assert pytest.approx(expected, abs=2e-6) == (found.lower, found.upper)


def test_trials_that_are_always_alike_count_once() -> None:
    """Ten copies of each trial tell no more than the trial itself."""
    once = np.repeat([1, 0], [300, 100])
    tenfold = clustered_share(10 * once, np.full(400, 10), 0.95)

    single = clustered_share(once, np.ones(400, dtype=np.int64), 0.95)

    assert pytest.approx((single.lower, single.upper), rel=1e-3) == (tenfold.lower, tenfold.upper)


def test_where_all_came_out_alike_a_cluster_counts_as_one_trial() -> None:
    trials = np.full(50, 20)

    all_right = clustered_share(trials, trials, 0.95)
    all_wrong = clustered_share(0 * trials, trials, 0.95)

    assert pytest.approx(proportion_confint(50, 50, method="beta")) == (
        all_right.lower,
        all_right.upper,
    )
    assert pytest.approx(proportion_confint(0, 50, method="beta")) == (
        all_wrong.lower,
        all_wrong.upper,
    )
    assert "cluster-clopper-pearson" == all_right.method


def test_a_single_cluster_tells_nothing() -> None:
    found = clustered_share(np.array([30, 0]), np.array([40, 0]), 0.95)

    assert (0.0, 1.0) == (found.lower, found.upper)


def test_without_any_trial_there_is_no_share() -> None:
    with pytest.raises(ValueError, match="trials must hold a number above 0; all are 0"):
        clustered_share(np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64), 0.95)


def _coverage(clusters: int, share: float) -> float:
    """Share of 2,000 intervals that hold the true share; half a point is the simulation's own."""
    rng = np.random.default_rng([5, clusters, round(100 * share)])
    found = [clustered_share(*_drawn(rng, clusters, share), 0.95) for _ in range(2000)]
    return float(np.mean([one.lower <= share <= one.upper for one in found]))


@pytest.mark.parametrize(
    ("clusters", "share"), [(15, 0.5), (40, 0.8), (200, 0.95), (1000, 0.01), (1000, 0.99)]
)
def test_it_covers_the_true_share_about_as_often_as_it_says(clusters: int, share: float) -> None:
    assert 0.935 <= _coverage(clusters, share) <= 0.985


def test_where_few_clusters_hold_the_rarer_outcome_it_does_not_cover_less() -> None:
    """About eight of 200 clusters hold a success: their variance is known to few degrees."""
    assert 0.935 <= _coverage(200, 0.02)
