"""Load that arrives by a schedule is told with its rate, its lateness and its batches."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.v1 import Figure, ObservationBlock, Scenario, ScenarioResult, Server, SingleStream

Observe = Callable[..., Observations]
_MS = 1_000_000
_SETTINGS = Scenario(server=Server(poisson_qps=50))


def _figures(result: ScenarioResult) -> Mapping[str, Figure]:
    return {figure.id: figure for figure in result.figures}


def _block(number: int, seed: int = 3) -> ObservationBlock:
    rng = np.random.default_rng([seed, number])
    return ObservationBlock(
        round=number,
        duration_ns=10**10,
        sample_count=400,
        end_to_end_ns=rng.lognormal(15, 0.3, 400).astype(int).tolist(),
        lateness_ns=rng.integers(1000, 90_000, 400).tolist(),
        batch_sizes=[1] * 100 + [3] * 300,
        offered_qps=40 + number,
    )


def test_the_rate_that_was_offered_is_the_mean_over_rounds(observe: Observe) -> None:
    result = scenario_result(observe([_block(0), _block(1)], "server:qps=50"), _SETTINGS, 0.95)

    assert 40.5 == _figures(result)["offered_qps"].value


def test_a_round_counts_by_its_length(observe: Observe) -> None:
    """A last round of one query in 5 ms is no throughput of 200 a second."""
    tail = ObservationBlock(
        round=1, duration_ns=5_000_000, sample_count=1, end_to_end_ns=[9], offered_qps=200
    )

    figures = _figures(
        scenario_result(observe([_block(0), tail], "server:qps=50"), _SETTINGS, 0.95)
    )

    assert pytest.approx(401 / 10.005) == figures["throughput_per_s"].value
    assert pytest.approx(40, rel=0.003) == figures["offered_qps"].value
    together = [*_block(0).end_to_end_ns, 9]
    assert pytest.approx(np.mean(together) / 1e6) == figures["latency_mean_ms"].value


def test_lateness_is_a_quantile_over_all_queries(observe: Observe) -> None:
    blocks = [_block(0), _block(1)]

    lateness = _figures(scenario_result(observe(blocks, "server:qps=50"), _SETTINGS, 0.95))[
        "lateness_p99_ms"
    ]

    together = [ns for block in blocks for ns in block.lateness_ns]
    assert np.quantile(together, 0.99, method="inverted_cdf") / 1e6 == lateness.value
    assert "load generator" == lateness.boundary


def test_the_mean_batch_is_over_runs_and_not_over_queries(observe: Observe) -> None:
    """100 runs of one and 100 runs of three: two on the mean, though a query sees 2.5."""
    figures = _figures(scenario_result(observe([_block(0)], "server:qps=50"), _SETTINGS, 0.95))

    assert pytest.approx(2.0) == figures["mean_batch_size"].value


def test_queries_that_wait_for_each_other_have_wider_intervals(observe: Observe) -> None:
    """In one half of each round the queue is long: neighbours tell less than strangers."""
    rng = np.random.default_rng(4)
    blocks = []
    for number in range(5):
        latencies = [*rng.lognormal(15, 0.1, 500), *rng.lognormal(17, 0.1, 500)]
        blocks.append(
            ObservationBlock(
                round=number,
                duration_ns=10**10,
                sample_count=1000,
                end_to_end_ns=[int(ns) for ns in latencies],
            )
        )

    queued = _figures(scenario_result(observe(blocks, "server:qps=50"), _SETTINGS, 0.95))
    single = _figures(
        scenario_result(observe(blocks), Scenario(single_stream=SingleStream()), 0.95)
    )

    ours, theirs = queued["latency_p90_ms"], single["latency_p90_ms"]
    assert ours.value == theirs.value
    assert ("batch-means", "order-statistic") == (ours.interval.method, theirs.interval.method)
    assert not ours.interval.HasField("upper") or (
        ours.interval.upper - ours.interval.lower > theirs.interval.upper - theirs.interval.lower
    )


def test_what_was_not_recorded_has_no_figure(observe: Observe) -> None:
    block = ObservationBlock(duration_ns=10**9, sample_count=2, end_to_end_ns=[5, 6])

    ids = set(_figures(scenario_result(observe([block], "server:qps=50"), _SETTINGS, 0.95)))

    assert not {"offered_qps", "lateness_p99_ms", "mean_batch_size"} & ids


def test_no_more_is_answered_than_was_offered(observe: Observe) -> None:
    """Ten arrivals at 100 a second take 100 ms, though the last is answered after 95."""
    block = ObservationBlock(
        duration_ns=95 * _MS,
        sample_count=10,
        end_to_end_ns=[5 * _MS] * 10,
        offered_qps=100,
    )
    overloaded = ObservationBlock(
        duration_ns=500 * _MS, sample_count=10, end_to_end_ns=[400 * _MS] * 10, offered_qps=100
    )

    found = [
        scenario_result(observe([one], "server:qps=100"), _SETTINGS, 0.95).figures[0]
        for one in (block, overloaded)
    ]

    assert ["throughput_per_s"] * 2 == [figure.id for figure in found]
    assert [100, 20] == [figure.value for figure in found]
