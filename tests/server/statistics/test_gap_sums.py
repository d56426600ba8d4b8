"""Intervals of sums of absolute gaps, which chance can only raise."""

import numpy as np
import pytest
from scipy import sparse, stats

from bakeoff.server.statistics import gap_sum_interval
from bakeoff.server.types import Interval

NOTHING = np.zeros(3)


def _parts(seed: int, gaps: list[float], units: int = 600) -> "sparse.csr_array":
    """What each of the units adds to its gap, by turns; noise of deviation 1 / units."""
    rng = np.random.default_rng(seed)
    place = np.arange(units) % len(gaps)
    each = (np.array(gaps)[place] * len(gaps) + rng.normal(size=units)) / units
    return sparse.csr_array((each, (np.arange(units), place)), shape=(units, len(gaps)))


def _found(parts: "sparse.csr_array", least: np.ndarray, draws: int = 4000) -> Interval:
    found = gap_sum_interval(parts, least, 0.95, draws, np.random.default_rng(0))
    assert found is not None
    assert "test-inversion" == found.method
    return found


def test_of_one_gap_far_from_0_it_is_that_of_student_t() -> None:
    parts = _parts(1, [-0.8], units=50)
    each = np.asarray(parts.todense())[:, 0]
    reach = stats.t.ppf(0.975, 49) * each.std(ddof=1) * np.sqrt(50)
    found = _found(parts, np.zeros(1), draws=100_000)
    expected = (abs(each.sum()) - reach, abs(each.sum()) + reach)
    assert pytest.approx(expected, rel=0.01) == (found.lower, found.upper)


def test_what_chance_adds_is_taken_off_again() -> None:
    """Of gaps of 0 the sum lies well above it, and the interval goes down to it."""
    parts = _parts(2, [0.0, 0.0, 0.0])
    total = float(np.abs(parts.sum(axis=0)).sum())
    found = _found(parts, NOTHING)
    assert 0.03 < total
    assert 0.0 == found.lower
    assert found.upper is not None
    assert found.upper > 0


def test_a_variance_that_was_not_seen_widens_it() -> None:
    parts = _parts(3, [0.2, -0.1, 0.0])
    plain = _found(parts, NOTHING)
    widened = _found(parts, np.full(3, 0.01))
    assert plain.lower is not None
    assert plain.upper is not None
    assert widened.lower is not None
    assert widened.upper is not None
    assert widened.lower < plain.lower < plain.upper < widened.upper


@pytest.mark.parametrize("spread", [1e-12, 1e-9, 1e-6])
def test_a_gap_that_hardly_moves_is_held(spread: float) -> None:
    """However small its error is beside it."""
    each = (1.0 + spread * np.random.default_rng(4).standard_normal((50, 1))) / 50
    found = _found(sparse.csr_array(each), np.zeros(1))
    assert found.lower is not None
    assert found.upper is not None
    assert pytest.approx(1.0, abs=3 * spread + 1e-6) == found.lower
    assert found.lower - 1e-9 <= float(each.sum()) <= found.upper + 1e-9


def test_where_nothing_can_move_there_is_no_interval() -> None:
    rng = np.random.default_rng(0)
    still = sparse.csr_array((20, 3))
    assert gap_sum_interval(still, NOTHING, 0.95, 100, rng) is None
    assert gap_sum_interval(_parts(1, [0.1], units=1), np.ones(1), 0.95, 100, rng) is None
