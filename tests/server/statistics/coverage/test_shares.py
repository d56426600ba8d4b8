"""Intervals of shares hold the truth as often as they say: summed up exactly, and simulated."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import (
    clopper_pearson,
    clustered_share,
    mover_difference,
    mover_ratio,
    order_statistic_interval,
    quantile,
    share_interval,
    wilson,
)
from bakeoff.server.types import Interval

if TYPE_CHECKING:
    from conftest import Simulation

LEVEL = 0.95
METHODS = {"wilson": wilson, "clopper-pearson": clopper_pearson, "share": share_interval}

# Least exact coverage over true shares from a twentieth of an example to a half, 95 % asked.
LEAST = {"wilson": 0.83, "clopper-pearson": 0.95, "share": 0.92}
# Mean over the same shares.
MEAN = {"wilson": 0.94, "clopper-pearson": 0.95, "share": 0.95}


@pytest.mark.parametrize("n", [10, 100, 1000])
@pytest.mark.parametrize("method", METHODS)
def test_the_exact_coverage_is_what_the_docs_say(method: str, n: int) -> None:
    """The probability of each outcome, times whether its interval holds the share."""
    counts = np.arange(n + 1)
    intervals = [METHODS[method](int(count), n, LEVEL) for count in counts]
    lower = np.array([each.lower for each in intervals], dtype=np.float64)
    upper = np.array([each.upper for each in intervals], dtype=np.float64)
    shares = np.geomspace(0.05 / n, 0.5, 120)[:, None]
    held = ((lower <= shares) & (shares <= upper)) * stats.binom.pmf(counts, n, shares)
    assert LEAST[method] <= held.sum(axis=1).min()
    assert MEAN[method] <= held.sum(axis=1).mean()


def test_wilsons_falls_short_beside_0_and_1() -> None:
    """Why shares of few errors have the exact interval."""
    for share in (0.0017, 0.9983):
        counts = np.arange(101)
        held = sum(
            stats.binom.pmf(count, 100, share)
            for count in counts
            if (found := wilson(int(count), 100, LEVEL)).lower is not None
            and found.upper is not None
            and found.lower <= share <= found.upper
        )
        assert held < 0.85


@pytest.mark.parametrize("share", [0.002, 0.02, 0.3, 0.98, 0.998])
@pytest.mark.parametrize("n", [20, 200, 5000])
@pytest.mark.parametrize("method", METHODS)
def test_simulated_shares_are_held(
    method: str,
    n: int,
    share: float,
    simulation: "Simulation",
) -> None:
    drawn = np.random.default_rng(1).binomial(n, share, size=(simulation.repetitions, 1))
    held = simulation.tally(
        drawn, lambda count: simulation.covers(METHODS[method](count, n, LEVEL), share)
    )
    simulation.check_coverage(
        held, LEAST[method] if n * min(share, 1 - share) < 50 else LEVEL - 0.005
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.97, 0.99])
@pytest.mark.parametrize("clusters", [15, 60, 300])
def test_shares_of_clustered_examples_are_held(
    share: float,
    clusters: int,
    simulation: "Simulation",
) -> None:
    """Ten examples a cluster, whose own shares spread by a beta distribution."""
    rng = np.random.default_rng(2)
    own = rng.beta(2 * share, 2 * (1 - share), size=(simulation.repetitions, clusters))
    rights = rng.binomial(10, own)
    trials = np.full(clusters, 10)
    held = sum(simulation.covers(clustered_share(row, trials, LEVEL), share) for row in rights)
    simulation.check_coverage(held, LEVEL - 0.015)


@pytest.mark.parametrize("shares", [(0.5, 0.4), (0.95, 0.9), (0.99, 0.99), (0.02, 0.05)])
@pytest.mark.parametrize("n", [40, 1000])
def test_mover_holds_the_difference_and_the_ratio_of_independent_shares(
    shares: tuple[float, float],
    n: int,
    simulation: "Simulation",
) -> None:
    drawn = np.random.default_rng(3).binomial(n, shares, size=(simulation.repetitions, 2))
    truth = shares[0] - shares[1]

    def difference_held(first: int, second: int) -> bool:
        of_first, of_second = (share_interval(count, n, LEVEL) for count in (first, second))
        return simulation.covers(
            mover_difference(first / n, of_first, second / n, of_second), truth
        )

    def ratio_held(first: int, second: int) -> bool:
        if not first or not second:
            return True
        of_first, of_second = (share_interval(count, n, LEVEL) for count in (first, second))
        found = mover_ratio(first / n, of_first, second / n, of_second)
        return simulation.covers(found, shares[0] / shares[1])

    simulation.check_coverage(simulation.tally(drawn, difference_held), LEVEL - 0.01)
    simulation.check_coverage(simulation.tally(drawn, ratio_held), LEVEL - 0.01)


@pytest.mark.parametrize("counts", [(60, 60), (400, 300)])
def test_mover_holds_the_ratio_of_independent_medians(
    counts: tuple[int, int],
    simulation: "Simulation",
) -> None:
    """Of skewed latencies, from the intervals of order statistics, as costs are compared."""
    rng = np.random.default_rng(4)
    first = np.sort(rng.lognormal(0.2, 0.5, (simulation.repetitions, counts[0])), axis=1)
    second = np.sort(rng.lognormal(0.0, 0.5, (simulation.repetitions, counts[1])), axis=1)
    held = 0
    for one, other in zip(first, second, strict=True):
        held += simulation.covers(mover_ratio(*_median(one), *_median(other)), float(np.exp(0.2)))
    simulation.check_coverage(held)


def _median(ordered: np.ndarray) -> tuple[float, Interval]:
    interval = order_statistic_interval(ordered, 0.5, LEVEL)
    assert interval is not None
    return quantile(ordered, 0.5), interval
