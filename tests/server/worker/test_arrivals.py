"""Promises of the schedules of arrivals."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.worker.load import arrivals

SECOND_NS = 10**9


def first(count: int, schedule: Iterator[int]) -> list[int]:
    return list(itertools.islice(schedule, count))


def test_gaps_of_a_poisson_process_are_exponential() -> None:
    offsets_ns = first(20_000, arrivals.exponential(250.0, 0, (1, 2, 3)))
    gaps_s = np.diff(offsets_ns) / SECOND_NS
    assert stats.kstest(gaps_s, "expon", args=(0, 1 / 250)).pvalue > 0.01
    assert pytest.approx(1 / 250, rel=0.03) == gaps_s.mean()
    # One gap says nothing of the next.
    assert abs(np.corrcoef(gaps_s[1:], gaps_s[:-1])[0, 1]) < 0.02


def test_counts_of_a_poisson_process_are_as_spread_as_their_mean() -> None:
    offsets_ns = np.array(first(40_000, arrivals.exponential(1000.0, 0, (9,))))
    counts = np.bincount(offsets_ns // (SECOND_NS // 10))[:-1]
    assert pytest.approx(1.0, abs=0.2) == counts.var() / counts.mean()


def test_the_same_seed_gives_the_same_arrivals() -> None:
    seed = arrivals.seed_of(7, "server:qps=50", 3)
    assert first(50, arrivals.exponential(50.0, 0, seed)) == first(
        50, arrivals.exponential(50.0, 0, arrivals.seed_of(7, "server:qps=50", 3))
    )


@pytest.mark.parametrize(
    "other",
    [
        arrivals.seed_of(8, "server:qps=50", 3),
        arrivals.seed_of(7, "server:qps=50,batch=8", 3),
        arrivals.seed_of(7, "server:qps=50", 4),
    ],
    ids=["seed", "scenario", "round"],
)
def test_another_seed_scenario_or_round_gives_other_arrivals(other: tuple[int, ...]) -> None:
    seed = arrivals.seed_of(7, "server:qps=50", 3)
    assert first(5, arrivals.exponential(50.0, 0, seed)) != first(
        5, arrivals.exponential(50.0, 0, other)
    )


@pytest.mark.parametrize("qps", [3.0, 40.0, 7000.0])
def test_constant_arrivals_are_evenly_spaced_and_one_comes_at_zero(qps: float) -> None:
    offsets_ns = first(200, arrivals.constant(qps, SECOND_NS // 100))
    assert 0 in offsets_ns
    assert -SECOND_NS // 100 <= offsets_ns[0] <= 0
    assert np.diff(offsets_ns) == pytest.approx(SECOND_NS / qps, abs=1)


@pytest.mark.parametrize("ramp_ns", [0, 10**8])
def test_a_ramp_offers_the_same_load_before_the_block(ramp_ns: int) -> None:
    """Neither fewer nor more arrivals a second than in the block itself."""
    for schedule in (
        arrivals.exponential(2000.0, ramp_ns, (4,)),
        arrivals.constant(2000.0, ramp_ns),
        arrivals.replay(list(range(0, 10**9, 500_000)), 700, ramp_ns),
    ):
        before = [one for one in first(400, schedule) if one < 0]
        assert pytest.approx(2000 * ramp_ns / SECOND_NS, rel=0.15) == len(before)
        assert all(-ramp_ns <= one for one in before)
        assert sorted(before) == before


def test_a_trace_is_replayed_from_any_arrival_and_begins_again() -> None:
    trace = [0, 10, 30, 90]
    # The gap from the last arrival to the first is the mean of the others, 30.
    assert [0, 10, 30, 90, 120, 130] == first(6, arrivals.replay(trace, 0, 0))
    assert [0, 60, 90, 100] == first(4, arrivals.replay(trace, 2, 0))
    assert [0, 60, 90, 100] == first(4, arrivals.replay(trace, 6, 0))


def test_the_ramp_of_a_trace_is_what_came_before() -> None:
    trace = [0, 10, 30, 90]
    assert [-30, -20, 0, 60] == first(4, arrivals.replay(trace, 2, 30))
    assert [-30, 0, 10] == first(3, arrivals.replay(trace, 0, 89))


def test_arrivals_of_a_trace_may_come_together() -> None:
    assert [0, 0, 5, 7, 7] == first(5, arrivals.replay([0, 0, 5], 0, 0))
