"""Benjamini and Hochberg's correction."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats import multitest

from bakeoff.server.statistics import benjamini_hochberg


@pytest.mark.parametrize("seed", range(10))
def test_adjusted_p_values_are_those_of_statsmodels_and_scipy(seed: int) -> None:
    """With ties, small ones and large ones."""
    rng = np.random.default_rng(seed)
    p_values = np.round(rng.beta(0.3, 1.0, size=1 + 3 * seed), 3).tolist()
    actual = list(benjamini_hochberg(p_values))
    of_statsmodels = multitest.multipletests(p_values, method="fdr_bh")[1]
    assert pytest.approx(list(of_statsmodels), abs=1e-12) == actual
    assert pytest.approx(list(stats.false_discovery_control(p_values)), abs=1e-12) == actual


def test_what_is_not_defined_stays_so_and_does_not_count() -> None:
    assert (0.02, None, 0.04, None) == benjamini_hochberg([0.01, None, 0.04, None])


def test_no_p_value_gives_none() -> None:
    assert () == benjamini_hochberg([])
