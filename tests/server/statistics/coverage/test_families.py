"""Families of tests err together no more often than they say, simulated."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import benjamini_hochberg, holm, tost

if TYPE_CHECKING:
    from conftest import Simulation

LEVEL = 0.95


@pytest.mark.parametrize("correlation", [0.0, 0.8])
@pytest.mark.parametrize("false_count", [0, 5])
def test_holm_makes_any_false_claim_no_more_often_than_it_says(
    correlation: float, false_count: int, simulation: "Simulation"
) -> None:
    """Of ten tests; in some of them the null hypothesis is false, and clearly so."""
    p_values = _p_values(correlation, 10, false_count, simulation.repetitions)
    erred = sum(
        any(p is not None and p <= 1 - LEVEL for p in holm(row)[false_count:])
        for row in p_values.tolist()
    )
    simulation.check_rate(erred)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
@pytest.mark.parametrize("false_count", [0, 3, 15])
def test_false_discoveries_stay_under_the_rate(
    correlation: float, false_count: int, simulation: "Simulation"
) -> None:
    """Their mean share among thirty tests, no discovery counting as 0."""
    p_values = _p_values(correlation, 30, false_count, simulation.repetitions)
    shares = []
    for row in p_values.tolist():
        found = [p is not None and p <= 1 - LEVEL for p in benjamini_hochberg(row)]
        shares.append(sum(found[false_count:]) / max(sum(found), 1))
    simulation.check_rate(float(np.sum(shares)))


def _p_values(correlation: float, size: int, false_count: int, repetitions: int) -> np.ndarray:
    """One-sided p-values of normal scores that share a part, [repetitions, size]."""
    rng = np.random.default_rng(7)
    own = rng.normal(size=(repetitions, size))
    shared = rng.normal(size=(repetitions, 1))
    scores = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    scores[:, :false_count] += 4.0
    return np.asarray(stats.norm.sf(scores))


@pytest.mark.parametrize("count", [5, 50])
def test_tost_takes_a_difference_of_the_margin_for_less_no_more_often_than_it_says(
    count: int, simulation: "Simulation"
) -> None:
    """Of means, by Student's t."""
    drawn = np.random.default_rng(8).normal(0.5, 0.4, size=(simulation.repetitions, count))
    means = drawn.mean(axis=1)
    errors = drawn.std(axis=1, ddof=1) / np.sqrt(count)
    told = [
        tost(float(mean), float(error), 0.5, degrees=count - 1) <= 1 - LEVEL
        for mean, error in zip(means, errors, strict=True)
    ]
    simulation.check_rate(sum(told))
