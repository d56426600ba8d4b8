"""How two candidates stand follows from the interval of their difference and from the test."""

import math

from scipy import stats

from bakeoff.server.selection import (
    Basis,
    Question,
    Standing,
    Tolerance,
    Weight,
    contrast_difference,
)
from bakeoff.server.types import Direction, Interval

_QUESTION = Question(
    "aurc", Direction.LOWER_IS_BETTER, level=0.975, family_size=2, tolerance=Tolerance(0.005)
)


def test_what_the_test_does_not_tell_apart_needs_as_much_as_its_p_value_asks_for() -> None:
    """The whole interval says that the first is behind; the test does not."""
    found = contrast_difference(
        _QUESTION,
        0.012,
        Interval(0.001, 0.02, 0.975, "percentile-bootstrap"),
        margin=0.005,
        basis=Basis.PAIRED_TEST,
        weight=Weight(example_count=2400),
        p_value=0.23,
    )

    assert Standing.NOT_AHEAD is found.standing
    times = (stats.norm.ppf(1 - 0.025 / 2) / stats.norm.ppf(1 - 0.23 / 2)) ** 2
    assert found.needed is not None
    assert math.ceil(2400 * (times - 1)) == found.needed.examples
