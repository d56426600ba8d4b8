"""How long a rate is tried for, and that a search finds the peak load of queues that are known."""

import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.jobs.measuring.load_probe import (
    is_hopeless,
    judged,
    probe_message,
    probe_query_counts,
    verdict_message,
    verification_query_counts,
)
from bakeoff.server.jobs.measuring.rate_search import Bracket
from bakeoff.server.statistics import BoundVerdict
from bakeoff.v1 import LatencyBound, LatencyVerdict

from .simulated_queue import SERVICES, SimulatedQueue, searched

P99_20MS = LatencyBound(quantile=0.99, max_latency=Duration(nanos=20_000_000))
FEWEST = 459
MS = 1_000_000


def latencies_ms(*counted: tuple[int, int]) -> BoundVerdict:
    """The verdict of p99<=20ms on so many queries of a latency each."""
    together = [np.full(count, latency_ms * MS) for count, latency_ms in counted]
    return judged(together, P99_20MS)


def test_a_quick_rate_is_looked_at_when_it_can_hold_and_then_after_every_doubling() -> None:
    assert probe_query_counts(FEWEST, 1000) == [459, 918, 1836, 3672, 7344]


def test_a_slow_rate_is_looked_at_before_it_can_hold() -> None:
    assert probe_query_counts(FEWEST, 10)[:3] == [153, 306, 459]


def test_a_verification_has_its_blocks_and_two_doublings() -> None:
    assert verification_query_counts(1000, 3) == [334, 667, 1000, 2000, 4000]


def test_no_latencies_at_all_hold_nothing() -> None:
    verdict = judged([], P99_20MS)

    assert not verdict.held
    assert verdict.query_count == 0
    assert not is_hopeless(verdict)


def test_a_rate_is_given_up_when_too_many_queries_pass_the_bound() -> None:
    assert is_hopeless(latencies_ms((90, 5), (10, 30)))
    assert not is_hopeless(latencies_ms((99, 5), (1, 30)))


def test_a_verdict_is_told_with_all_that_it_rests_on() -> None:
    message = verdict_message(latencies_ms((999, 5), (1, 30)), P99_20MS)

    assert message.bound == P99_20MS
    assert message.outcome == LatencyVerdict.OUTCOME_VALID
    assert message.query_count == 1000
    assert message.over_bound_count == 1
    assert message.allowed_over_bound_count == 2
    assert message.conservative_latency_ms == 5
    assert message.more_queries_needed == 0


def test_too_few_queries_have_no_conservative_latency() -> None:
    message = verdict_message(latencies_ms((100, 5)), P99_20MS)

    assert message.outcome == LatencyVerdict.OUTCOME_INVALID
    assert not message.HasField("conservative_latency_ms")
    assert message.more_queries_needed == FEWEST - 100


def test_a_rate_is_told_with_the_blocks_in_which_it_was_offered() -> None:
    blocks = [np.full(500, 5 * MS), np.array([5 * MS] * 498 + [20 * MS, 30 * MS])]

    probe = probe_message(50.0, blocks, P99_20MS, verification=True)

    assert (50.0, True) == (probe.qps, probe.verification)
    assert [500, 500] == list(probe.block_query_counts)
    assert [0, 1] == list(probe.block_over_bound_counts)
    assert verdict_message(judged(blocks, P99_20MS), P99_20MS) == probe.verdict


def found_qps(queue: SimulatedQueue, first_qps: float, bound: LatencyBound) -> float:
    """The verified rate of a search."""
    bracket = Bracket.of(searched(queue, first_qps, bound))
    assert bracket.verified
    return bracket.held_qps


def grid_qps(queue: SimulatedQueue, mean_s: float, bound: LatencyBound) -> float:
    """The highest rate of a fine grid whose observed quantile is within the bound."""
    limit_ns = bound.max_latency.ToNanoseconds()
    rates = np.arange(0.5, 1.0, 0.005) / mean_s
    holding = [
        qps
        for qps in rates
        if np.quantile(queue.latencies_ns(qps, 50_000), bound.quantile) <= limit_ns
    ]
    return float(max(holding))


@pytest.mark.parametrize(
    ("service", "mean_s", "bound_ms"),
    [("constant", 0.001, 20), ("constant", 0.005, 40), ("exponential", 0.001, 20)],
)
def test_the_peak_is_within_5_percent_of_a_fine_grid_search_in_a_fraction_of_its_queries(
    service: str, mean_s: float, bound_ms: int
) -> None:
    """The median of nine searches; one alone is a few percent off by the chance of its arrivals."""
    bound = LatencyBound(quantile=0.99, max_latency=Duration(nanos=bound_ms * MS))
    grid_queue = SimulatedQueue(SERVICES[service], mean_s, seed=100)
    best_qps = grid_qps(grid_queue, mean_s, bound)

    queues = [SimulatedQueue(SERVICES[service], mean_s, seed) for seed in range(9)]
    peaks_qps = [found_qps(queue, 0.7 / mean_s, bound) for queue in queues]

    assert np.median(peaks_qps) == pytest.approx(best_qps, rel=0.05)
    assert np.quantile(np.abs(np.array(peaks_qps) / best_qps - 1), 0.75) < 0.06
    assert max(queue.query_count for queue in queues) < grid_queue.query_count / 10
