"""Tests by swapping answers at random."""

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.statistics import approximate_randomisation, sign_flips
from bakeoff.server.statistics.randomisation import swaps
from bakeoff.server.statistics.resampling import clustered, each_example, equal_outcomes


def _pair(size: int, lift: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    shared = rng.normal(size=size)
    return shared + rng.normal(size=size) + lift, shared + rng.normal(size=size)


@pytest.mark.parametrize("lift", [0.0, 0.4, 1.0])
def test_swapping_and_flipping_give_the_p_value_of_scipys_permutation_test(lift: float) -> None:
    """Of the mean difference of ten pairs, where SciPy goes through every swap."""
    first, second = _pair(10, lift)
    expected = stats.permutation_test(
        (first, second), lambda x, y, axis: (x - y).mean(axis), permutation_type="samples"
    ).pvalue
    gaps = first - second
    swapped = approximate_randomisation(
        lambda weights: ((1 - 2 * weights) * gaps).mean(axis=1),
        each_example(10),
        float(gaps.mean()),
        40_000,
        np.random.default_rng(1),
    )
    flipped = sign_flips(gaps, 40_000, np.random.default_rng(2))
    # Four standard errors of 40,000 draws.
    error = 4 * np.sqrt(expected * (1 - expected) / 40_000) + 1 / 40_000
    assert pytest.approx(expected, abs=error) == swapped
    assert pytest.approx(expected, abs=error) == flipped


def test_swapping_examples_of_equal_outcome_together_changes_nothing() -> None:
    """The number of swaps in a cell has the same distribution either way."""
    outcome = np.repeat([0, 1, 2], [30, 12, 8])
    cells = equal_outcomes(outcome)
    by_cell = np.concatenate(list(swaps(cells, 3000, np.random.default_rng(1))))
    by_example = np.concatenate(list(swaps(each_example(50), 3000, np.random.default_rng(2))))
    for cell, row in enumerate(cells.rows):
        one_by_one = by_example[:, outcome == outcome[row]].sum(axis=1)
        assert 0.01 < stats.ks_2samp(by_cell[:, cell], one_by_one).pvalue


def test_clusters_are_swapped_as_wholes() -> None:
    cluster = np.array([5, 5, 2, 2, 2, 9])
    swapped = np.concatenate(
        list(swaps(clustered(each_example(6), cluster), 500, np.random.default_rng(1)))
    )
    assert {0.0, 1.0} == set(np.unique(swapped))
    for places in ([0, 1], [2, 3, 4]):
        assert bool((swapped[:, places] == swapped[:, places[:1]]).all())
    assert pytest.approx(0.5, abs=0.1) == swapped.mean()


def test_no_swap_is_a_swap_too() -> None:
    """The smallest p-value there is, and never 0."""
    gaps = np.full(40, 1.0)
    assert 1 / 1001 == sign_flips(gaps, 1000, np.random.default_rng(1))


def test_what_does_not_differ_has_a_p_value_of_1() -> None:
    assert 1.0 == sign_flips(np.zeros(7), 200, np.random.default_rng(1))


def test_a_swap_without_a_value_counts_as_a_large_one() -> None:
    """So that what is not defined never speaks for a difference."""
    undefined = approximate_randomisation(
        lambda weights: np.full(len(weights), np.nan),
        each_example(3),
        1.0,
        100,
        np.random.default_rng(1),
    )
    assert 1.0 == undefined
