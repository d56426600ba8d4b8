"""Simulated sessions whose truth is known: intervals hold it as often as they say.

Each is repeated 1,000 times from a seed. A true 95 % interval is below 930 in one of 500 seeds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize, signal, stats

from bakeoff.server.statistics import (
    dependent_quantile_interval,
    mean_interval,
    order_statistic_interval,
    paired_ratio_interval,
    quantile,
    relative_half_width,
    theil_sen,
    weighted_quantile_interval,
)
from bakeoff.server.types import Interval

REPETITIONS = 1000
ENOUGH = 930
LEVEL = 0.95
QUERIES = 400
ROUNDS = 5

Array = npt.NDArray[np.float64]


def _holds(interval: Interval | None, truth: float) -> bool:
    assert interval is not None
    above = interval.lower is None or interval.lower <= truth
    return above and (interval.upper is None or truth <= interval.upper)


@dataclass(frozen=True)
class Session:
    """Latencies in milliseconds: how they are drawn, [..., queries], and their distribution."""

    draw: Callable[[np.random.Generator, tuple[int, ...]], Array]
    below: Callable[[float], float]

    def truth(self, p: float) -> float:
        return float(optimize.brentq(lambda latency: self.below(latency) - p, 1e-6, 1e4))


def _speed(count: int) -> Array:
    """Time that the same work takes in the course of a session: 30 % more at its end."""
    return 1 + 0.3 * (np.arange(count) + 0.5) / count


FAST, SLOW = stats.lognorm(0.1, scale=5), stats.lognorm(0.2, scale=20)
SESSIONS = {
    "exponential": Session(
        draw=lambda rng, shape: rng.exponential(10, shape),
        below=stats.expon(scale=10).cdf,
    ),
    "bimodal": Session(
        draw=lambda rng, shape: np.where(
            rng.random(shape) < 0.85,
            rng.lognormal(np.log(5), 0.1, shape),
            rng.lognormal(np.log(20), 0.2, shape),
        ),
        below=lambda latency: 0.85 * FAST.cdf(latency) + 0.15 * SLOW.cdf(latency),
    ),
    "drifting": Session(
        draw=lambda rng, shape: rng.gamma(4, 2.5, shape) * _speed(shape[-1]),
        below=lambda latency: float(
            np.mean(stats.gamma(4, scale=2.5).cdf(latency / _speed(QUERIES)))
        ),
    ),
}


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", SESSIONS)
def test_a_quantiles_interval_holds_the_truth(name: str, p: float) -> None:
    """That of a drifting session is the quantile over all of its time."""
    session = SESSIONS[name]
    drawn = session.draw(np.random.default_rng(7), (REPETITIONS, QUERIES))
    truth = session.truth(p)
    held = sum(
        _holds(order_statistic_interval(ordered, p, LEVEL), truth)
        for ordered in np.sort(drawn, axis=1)
    )
    assert ENOUGH <= held


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_a_constant_session_has_intervals_without_width(p: float) -> None:
    ordered = [7_000_000] * QUERIES
    queueing = np.full((ROUNDS, QUERIES), 7_000_000)
    for interval in (
        order_statistic_interval(ordered, p, LEVEL),
        dependent_quantile_interval(queueing, p, LEVEL),
        weighted_quantile_interval(ordered, np.arange(1, QUERIES + 1), p, LEVEL),
        mean_interval([7_000_000.0] * ROUNDS, [1.0] * ROUNDS, LEVEL),
    ):
        assert interval is not None
        assert (7_000_000, 7_000_000) == (interval.lower, interval.upper)


@pytest.mark.parametrize("name", SESSIONS)
def test_the_interval_of_a_mean_over_rounds_holds_the_truth(name: str) -> None:
    """Rounds are what throughput is told from."""
    session = SESSIONS[name]
    shape = (REPETITIONS, ROUNDS * QUERIES)
    rounds = session.draw(np.random.default_rng(8), shape).reshape(REPETITIONS, ROUNDS, QUERIES)
    # In expectation: exponential 10; bimodal by its parts; drifting 10 times the mean of 1 to 1.3.
    truth = {
        "exponential": 10.0,
        "bimodal": 0.85 * FAST.mean() + 0.15 * SLOW.mean(),
        "drifting": 11.5,
    }[name]
    held = sum(
        _holds(mean_interval(totals, [QUERIES] * ROUNDS, LEVEL), truth)
        for totals in rounds.sum(axis=2)
    )
    assert ENOUGH <= held


def test_stopping_once_precise_enough_keeps_the_interval_honest() -> None:
    """Rounds of 100 queries until the 90th percentile is within 10 %, at least five of them."""
    drawn = SESSIONS["exponential"].draw(np.random.default_rng(9), (REPETITIONS, 40, 100))
    truth = SESSIONS["exponential"].truth(0.9)
    held, taken = 0, []
    for rounds in drawn:
        for count in range(ROUNDS, len(rounds) + 1):
            ordered = np.sort(rounds[:count], axis=None)
            interval = order_statistic_interval(ordered, 0.9, LEVEL)
            if relative_half_width(quantile(ordered, 0.9), interval) <= 0.1:
                break
        held += _holds(interval, truth)
        taken.append(count)
    assert ENOUGH <= held
    assert ROUNDS < np.median(taken)
    assert max(taken) < len(drawn[0])


def _queue(rng: np.random.Generator, load: float, sessions: int, queries: int) -> Array:
    """Time in a queue of one server, of each query in units of its service; started empty.

    The first 1,000 are left out.
    """
    count = queries + 1000
    gaps = rng.exponential(1 / load, (count, sessions))
    waits = np.zeros((count, sessions))
    for query in range(1, count):
        waits[query] = np.maximum(waits[query - 1] + 1 - gaps[query], 0)
    return 1 + waits[1000:].T


@dataclass(frozen=True)
class Queues:
    """Sessions of five blocks of 300 queries, and what is true of them in the long run."""

    sessions: Array
    long_run: Array


@pytest.fixture(name="queues", params=[0.5, 0.7], scope="module")
def _queues(request: pytest.FixtureRequest) -> Queues:
    """Queues at a load of a half and of seven tenths."""
    rng = np.random.default_rng(10)
    drawn = _queue(rng, request.param, REPETITIONS * ROUNDS, 300)
    return Queues(drawn.reshape(REPETITIONS, ROUNDS, 300), _queue(rng, request.param, 2000, 2000))


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_the_interval_of_queries_that_queue_holds_the_truth(queues: Queues, p: float) -> None:
    truth = float(np.quantile(queues.long_run, p))
    held = sum(
        _holds(dependent_quantile_interval(each, p, LEVEL), truth) for each in queues.sessions
    )
    assert ENOUGH <= held


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_order_statistics_of_queries_that_queue_do_not(queues: Queues, p: float) -> None:
    """They take each query for independent: why such sessions have an interval of their own."""
    truth = float(np.quantile(queues.long_run, p))
    held = sum(
        _holds(order_statistic_interval(ordered, p, LEVEL), truth)
        for ordered in np.sort(queues.sessions.reshape(REPETITIONS, -1), axis=1)
    )
    assert held < 0.9 * REPETITIONS


# Shares of the measured queries and of the traffic, from short inputs to long ones.
TRAFFIC = {
    "as measured": ((0.5, 0.5), (0.5, 0.5)),
    "somewhat longer": ((0.5, 0.3, 0.2), (0.3, 0.3, 0.4)),
    "much longer": ((0.8, 0.2), (0.5, 0.5)),
    "much shorter": ((0.2, 0.8), (0.9, 0.1)),
}


@pytest.mark.parametrize("p", [0.9, 0.99])
@pytest.mark.parametrize("name", TRAFFIC)
def test_the_interval_of_a_quantile_over_other_traffic_holds_the_truth(name: str, p: float) -> None:
    """Latency doubles from one group of lengths to the next."""
    measured, wanted = TRAFFIC[name]
    rng = np.random.default_rng(11)
    groups = np.arange(len(measured))
    truth = Session(
        draw=lambda rng, shape: rng.random(shape),
        below=lambda latency: float(
            np.dot(wanted, stats.lognorm.cdf(latency, 0.3, scale=2.0**groups))
        ),
    ).truth(p)
    held = 0
    for _ in range(REPETITIONS):
        group = rng.choice(groups, 1500, p=measured)
        latencies = rng.lognormal(0, 0.3, len(group)) * 2.0**group
        weights = (np.asarray(wanted) / np.bincount(group))[group]
        held += _holds(weighted_quantile_interval(latencies, weights, p, LEVEL), truth)
    assert ENOUGH <= held


BLOCK_QUERIES = 60
TIMES = (np.arange(2 * ROUNDS * BLOCK_QUERIES) + 0.5) / (2 * ROUNDS * BLOCK_QUERIES)
"""When each query of a session of two candidates runs, from 0 to 1."""


def _walk(rng: np.random.Generator) -> Array:
    path = np.cumsum(rng.normal(size=(REPETITIONS, len(TIMES))), axis=1)
    path -= path.min(axis=1, keepdims=True)
    return np.asarray(path / path.max(axis=1, keepdims=True))


# How slow the machine is, from 0 to 1 of the drift, [repetitions, queries].
DRIFTS: dict[str, Callable[[np.random.Generator], Array]] = {
    "upwards": lambda _: np.tile(TIMES, (REPETITIONS, 1)),
    "downwards": lambda _: np.tile(1 - TIMES, (REPETITIONS, 1)),
    "wave": lambda rng: 0.5 + 0.5 * np.sin(2 * np.pi * (TIMES + rng.random((REPETITIONS, 1)))),
    "step": lambda rng: np.where(TIMES > rng.random((REPETITIONS, 1)), 1.0, 0.0),
    "walk": _walk,
}


def _block_medians(rng: np.random.Generator, drift: Callable[..., Array]) -> Array:
    """Median latency of each of ten blocks of equal work while the machine drifts by 30 %."""
    work = rng.gamma(25, 0.4, (REPETITIONS, len(TIMES)))
    latencies = work * (1 + 0.3 * drift(rng))
    return np.median(latencies.reshape(REPETITIONS, 2 * ROUNDS, BLOCK_QUERIES), axis=2)


@pytest.mark.parametrize("name", DRIFTS)
def test_the_paired_ratio_of_two_equal_sessions_holds_1_while_the_machine_drifts(name: str) -> None:
    """Blocks alternate, A B, B A, and so on, and each round is a pair."""
    blocks = _block_medians(np.random.default_rng(12), DRIFTS[name])
    pairs = blocks.reshape(REPETITIONS, ROUNDS, 2)
    pairs[:, 1::2] = pairs[:, 1::2, ::-1]
    ratios = pairs[:, :, 1] / pairs[:, :, 0]
    held = sum(_holds(paired_ratio_interval(list(each), LEVEL), 1.0) for each in ratios)
    assert ENOUGH <= held


@pytest.mark.parametrize("name", DRIFTS)
def test_the_unpaired_ratio_does_not(name: str) -> None:
    """One candidate after the other, their blocks compared by Welch's t-test of logarithms."""
    blocks = _block_medians(np.random.default_rng(12), DRIFTS[name])
    logarithms = np.log(blocks)
    interval = stats.ttest_ind(
        logarithms[:, ROUNDS:], logarithms[:, :ROUNDS], axis=1, equal_var=False
    ).confidence_interval(LEVEL)
    held = int(np.count_nonzero((interval.low <= 0) & (0 <= interval.high)))
    assert held < 0.8 * REPETITIONS


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
def test_the_interval_of_a_slope_holds_the_truth(correlation: float) -> None:
    """Of 240 readings, each of which depends on the one before it; 200 samples."""
    rng = np.random.default_rng(13)
    noise = signal.lfilter([1], [1, -correlation], rng.normal(size=(200, 440)), axis=1)[:, 200:]
    seconds = np.arange(240) / 4
    trends = [theil_sen(seconds, 0.3 * seconds + each, LEVEL) for each in noise]
    held = sum(trend is not None and _holds(trend.interval, 0.3) for trend in trends)
    assert 0.93 * len(noise) <= held


def test_without_widening_the_interval_of_a_slope_does_not() -> None:
    """SciPy's own interval takes residuals for independent."""
    rng = np.random.default_rng(13)
    noise = signal.lfilter([1], [1, -0.8], rng.normal(size=(100, 440)), axis=1)[:, 200:]
    seconds = np.arange(240) / 4
    lines = [stats.theilslopes(each, seconds, 0.05) for each in noise]
    held = sum(line.low_slope <= 0 <= line.high_slope for line in lines)
    assert held < 0.7 * len(noise)
