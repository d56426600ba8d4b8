"""How much more evidence would decide follows from how intervals narrow."""

import pytest

from bakeoff.server.selection.needed import (
    Needed,
    Weight,
    needed_to_be_alike,
    needed_to_clear,
    needed_to_hold,
    together,
)
from bakeoff.server.types import Interval

_EXAMPLES = Weight(example_count=1000)


def _interval(lower: float | None, upper: float | None) -> Interval:
    return Interval(lower, upper, 0.95, "made-up")


@pytest.mark.parametrize(
    ("bound", "expected"),
    [(0.48, Needed(examples=3000)), (0.52, Needed(examples=8000)), (0.5, None)],
)
def test_the_side_towards_the_bound_must_shrink_to_it(
    bound: float, expected: Needed | None
) -> None:
    """4 points down and 6 up: twice and thrice too wide, four and nine times the examples."""
    found = needed_to_clear(0.5, _interval(0.46, 0.56), bound, _EXAMPLES)

    if expected is None or expected.examples is None:
        assert found is None
    else:
        assert found is not None
        assert found.examples is not None
        assert abs(found.examples - expected.examples) <= 1


def test_load_is_told_in_seconds_of_a_candidate() -> None:
    assert Needed(load_s=90) == needed_to_clear(20, _interval(19, 21), 20.5, Weight(load_s=30))


@pytest.mark.parametrize(
    ("interval", "weight"),
    [
        (None, _EXAMPLES),
        (_interval(0.4, None), _EXAMPLES),
        (_interval(0.4, 0.6), Weight()),
        (_interval(-1e9, 1e9), _EXAMPLES),
    ],
)
def test_nothing_is_said_where_no_amount_that_anybody_gathers_would_do(
    interval: Interval | None, weight: Weight
) -> None:
    assert needed_to_clear(0.5, interval, 0.55, weight) is None


@pytest.mark.parametrize(
    ("gain", "examples"),
    [
        # Ahead: to be sure that it is not a point behind takes the way of 3 points.
        (0.02, round(1000 * ((0.04 / 0.03) ** 2 - 1))),
        # Half a point behind, within the margin: half a point of way on either side.
        (-0.005, 1000 * 63),
        # Behind by more than the margin: until that is sure.
        (-0.02, 3000),
    ],
)
def test_a_choice_is_decided_when_it_holds_or_must_give_way(gain: float, examples: int) -> None:
    interval = _interval(gain - 0.04, gain + 0.04)

    found = needed_to_hold(gain, interval, 0.01, _EXAMPLES)

    assert found is not None
    assert found.examples is not None
    assert abs(found.examples - examples) <= 1


def test_an_interval_that_leaves_the_bound_out_already_asks_for_no_more() -> None:
    """Then something else stands in the way, and a number would promise too little."""
    assert needed_to_clear(0.5, _interval(0.46, 0.505), 0.51, _EXAMPLES) is None


def test_giving_way_takes_what_the_test_asks_for() -> None:
    """The interval lies below 0 by a hair, and the test wants 2.5 times the examples."""
    interval = _interval(-0.039, -0.001)

    found = needed_to_hold(-0.02, interval, 0.01, _EXAMPLES, times_of_test=2.5)

    assert Needed(examples=1500) == found


def test_equals_are_shown_alike_when_the_longer_arm_comes_within_the_margin() -> None:
    found = needed_to_be_alike(0.0, _interval(-0.02, 0.03), 0.01, _EXAMPLES)

    assert Needed(examples=8000) == found


@pytest.mark.parametrize(
    ("gain", "interval"),
    [
        # Nearly a margin ahead: to be told from 0 takes far less.
        (0.009, _interval(-0.011, 0.029)),
        (0.02, _interval(-0.02, 0.06)),
        (0.0, _interval(-0.02, None)),
        (0.0, None),
    ],
)
def test_what_is_set_apart_first_or_never_shown_alike_needs_nothing_for_that(
    gain: float, interval: Interval | None
) -> None:
    assert needed_to_be_alike(gain, interval, 0.01, _EXAMPLES) is None


def test_a_test_that_takes_longer_leaves_being_alike_first() -> None:
    interval = _interval(-0.011, 0.029)

    found = needed_to_be_alike(0.009, interval, 0.01, _EXAMPLES, times_of_test=1e4)

    assert found is not None
    assert found.examples is not None
    assert abs(found.examples - 1000 * (20**2 - 1)) <= 1


def test_all_open_questions_together_take_the_most_of_each_kind() -> None:
    parts = [Needed(examples=10), Needed(load_s=9), Needed(examples=30), Needed(load_s=5)]

    assert Needed(examples=30, load_s=9) == together(parts)
    assert together([*parts, None]) is None
    assert together([]) is None
