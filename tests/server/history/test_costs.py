"""Costs now and before: alike, better, worse, not told, not compared."""

import math
from dataclasses import replace

import pytest

from bakeoff.server.history.costs import cost_changes
from bakeoff.server.types import Direction, Figure, Interval
from bakeoff.v1 import CostChange

LATENCY = Figure(
    id="latency_p99_ms",
    scenario="server:qps=50",
    value=10.0,
    observation_count=1000,
    unit="ms",
    direction=Direction.LOWER_IS_BETTER,
    method="nearest-rank",
)
THROUGHPUT = replace(
    LATENCY, id="throughput_per_s", unit="1/s", direction=Direction.HIGHER_IS_BETTER
)
MEMORY = replace(LATENCY, id="host_peak_mib", scenario="", unit="MiB")
LOADING = replace(LATENCY, id="load_ms", scenario="")


def figure(like: Figure, value: float | None, *bounds: float | None, level: float = 0.95) -> Figure:
    interval = Interval(*bounds, level, "student-t") if bounds else None
    return replace(like, value=value, interval=interval)


def changed(now: Figure, before: Figure, *, comparable: bool = True) -> CostChange:
    keys = frozenset({now.key} if comparable else ())
    (change,) = cost_changes([now], {before.key: before}, keys)
    return change


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (figure(LATENCY, 5, 4, 6), figure(LATENCY, 10, 9, 11), CostChange.OUTCOME_BETTER),
        (figure(LATENCY, 10, 9, 11), figure(LATENCY, 5, 4, 6), CostChange.OUTCOME_WORSE),
        (figure(THROUGHPUT, 10, 9, 11), figure(THROUGHPUT, 5, 4, 6), CostChange.OUTCOME_BETTER),
        (figure(LATENCY, 10, 9, 11), figure(LATENCY, 10.5, 9, 12), CostChange.OUTCOME_NOT_TOLD),
        (
            figure(LATENCY, 10, 9.95, 10.05),
            figure(LATENCY, 10.1, 10.05, 10.15),
            CostChange.OUTCOME_ALIKE,
        ),
        (figure(LATENCY, 10, 9, None), figure(LATENCY, 5, 4, 6), CostChange.OUTCOME_WORSE),
        (figure(LATENCY, 5, 4, None), figure(LATENCY, 10, 9, 11), CostChange.OUTCOME_NOT_TOLD),
        (figure(LATENCY, 5, 4, 6), figure(LATENCY, 10), CostChange.OUTCOME_NOT_TOLD),
        (figure(LATENCY, None), figure(LATENCY, 10), CostChange.OUTCOME_NOT_TOLD),
        (
            figure(LATENCY, 5, 4, 6, level=0.9),
            figure(LATENCY, 10, 9, 11),
            CostChange.OUTCOME_NOT_TOLD,
        ),
        (figure(MEMORY, 80), figure(MEMORY, 100), CostChange.OUTCOME_BETTER),
        (figure(MEMORY, 103), figure(MEMORY, 100), CostChange.OUTCOME_WORSE),
        (figure(MEMORY, 101.5), figure(MEMORY, 100), CostChange.OUTCOME_ALIKE),
        (figure(LOADING, 101.5), figure(LOADING, 100), CostChange.OUTCOME_ALIKE),
        (figure(LOADING, 150), figure(LOADING, 100), CostChange.OUTCOME_NOT_TOLD),
    ],
)
def test_the_outcome_follows_from_intervals_and_for_sizes_from_values(
    now: Figure, before: Figure, expected: "CostChange.Outcome.ValueType"
) -> None:
    assert CostChange.Outcome.Name(expected) == CostChange.Outcome.Name(
        changed(now, before).outcome
    )


def test_the_ratio_has_the_interval_of_two_independent_figures() -> None:
    """MOVER on logarithms, computed here by its formula."""
    change = changed(figure(LATENCY, 5, 4, 6), figure(LATENCY, 10, 9, 11))
    assert 0.5 == change.ratio
    below = math.hypot(math.log(5 / 4), math.log(11 / 10))
    above = math.hypot(math.log(6 / 5), math.log(10 / 9))
    assert pytest.approx(0.5 * math.exp(-below)) == change.interval.lower
    assert pytest.approx(0.5 * math.exp(above)) == change.interval.upper
    assert ("mover", 0.95) == (change.interval.method, change.interval.level)


def test_unlike_hardware_is_shown_side_by_side_and_never_divided() -> None:
    change = changed(figure(LATENCY, 5, 4, 6), figure(LATENCY, 10, 9, 11), comparable=False)
    assert CostChange.OUTCOME_NOT_COMPARED == change.outcome
    assert (5, 10) == (change.now.value, change.before.value)
    assert not change.HasField("ratio")
    assert not change.HasField("interval")


@pytest.mark.parametrize("before", [0.0, -1.0])
def test_nothing_is_divided_by_what_is_not_above_0(before: float) -> None:
    leak = replace(LATENCY, id="leak_kib_per_1000_queries", unit="KiB")
    change = changed(figure(leak, 3, 1, 5), figure(leak, before, -2, 2))
    assert not change.HasField("ratio")
    assert CostChange.OUTCOME_NOT_TOLD == change.outcome


def test_figures_that_only_one_has_are_left_out() -> None:
    found = cost_changes([LATENCY, MEMORY], {MEMORY.key: MEMORY}, frozenset())
    assert ["host_peak_mib"] == [one.now.id for one in found]
