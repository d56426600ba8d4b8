"""Gauges of one constraint share one scale, and nothing leaves it."""

import pytest

from bakeoff.server.report.page.gauges import Reading, gauges


def test_gauges_of_one_constraint_share_a_scale() -> None:
    first, second = gauges(
        [Reading(10.0, 5.0, 15.0, 20.0), Reading(30.0, 25.0, 35.0, 20.0)], at_most=True
    )

    assert first is not None
    assert second is not None
    assert first.bound == second.bound
    assert first.lower < first.value < first.upper < first.bound < second.lower < second.upper


def test_everything_that_is_known_lies_within_the_gauge() -> None:
    (gauge,) = gauges([Reading(1.0, -2.0, 4.0, 9.0)], at_most=True)

    assert gauge is not None
    assert all(0 < at < 1 for at in (gauge.value, gauge.lower, gauge.upper, gauge.bound))


def test_an_open_end_reaches_to_the_edge() -> None:
    (gauge,) = gauges([Reading(1.0, 0.5, None, 2.0)], at_most=True)

    assert gauge is not None
    assert 1.0 == gauge.upper


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0])
def test_a_value_right_at_the_bound_is_drawn_in_the_middle(value: float) -> None:
    (gauge,) = gauges([Reading(value, value, value, value)], at_most=False)

    assert gauge is not None
    assert pytest.approx(0.5) == gauge.value
    assert gauge.value == gauge.bound


def test_what_is_not_known_has_no_gauge() -> None:
    assert (None,) == gauges([None], at_most=True)
    found = gauges([None, Reading(1.0, 1.0, 1.0, 2.0)], at_most=True)
    assert [True, False] == [gauge is None for gauge in found]
