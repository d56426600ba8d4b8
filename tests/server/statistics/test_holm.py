"""Holm's correction."""

import numpy as np
import pytest
from statsmodels.stats import multitest

from bakeoff.server.statistics import holm


@pytest.mark.parametrize("seed", range(10))
def test_adjusted_p_values_are_those_of_statsmodels(seed: int) -> None:
    """With ties, small ones and large ones."""
    rng = np.random.default_rng(seed)
    p_values = np.round(rng.beta(0.3, 1.0, size=1 + 3 * seed), 3).tolist()
    expected = multitest.multipletests(p_values, method="holm")[1]
    assert pytest.approx(list(expected), abs=1e-12) == list(holm(p_values))


def test_what_is_not_defined_stays_so_and_does_not_count() -> None:
    assert (0.02, None, 0.04, None) == holm([0.01, None, 0.04, None])


def test_no_p_value_gives_none() -> None:
    assert () == holm([])
