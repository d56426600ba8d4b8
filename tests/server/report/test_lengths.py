"""Latency is told by length, and for the lengths of the caller's own traffic."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.v1 import (
    Figure,
    MultiStream,
    ObservationBlock,
    Scenario,
    ScenarioResult,
    SingleStream,
    TrafficHistogram,
)

Observe = Callable[..., Observations]
_SETTINGS = Scenario(single_stream=SingleStream())


def _block(tokens: list[int], latencies_ms: list[float]) -> ObservationBlock:
    return ObservationBlock(
        duration_ns=10**10,
        sample_count=len(tokens),
        end_to_end_ns=[int(ms * 1e6) for ms in latencies_ms],
        token_counts=tokens,
    )


def _figures(result: ScenarioResult) -> Mapping[str, Figure]:
    return {figure.id: figure for figure in result.figures}


def test_buckets_end_at_powers_of_two_and_hold_every_query(observe: Observe) -> None:
    tokens = [2, 8, 9, 16, 17, 130]

    buckets = scenario_result(observe([_block(tokens, [1.0] * 6)]), _SETTINGS, 0.95).length_buckets

    found = [(one.min_token_count, one.max_token_count) for one in buckets]
    assert [(1, 8), (9, 16), (17, 32), (129, 256)] == found
    assert pytest.approx([2 / 6, 2 / 6, 1 / 6, 1 / 6]) == [one.query_share for one in buckets]
    assert not any(one.HasField("traffic_share") for one in buckets)


def test_each_bucket_has_the_quantiles_of_its_own_queries(observe: Observe) -> None:
    rng = np.random.default_rng(1)
    short, long = rng.uniform(1, 2, 400), rng.uniform(8, 9, 40)
    block = _block([5] * 400 + [60] * 40, [*short, *long])

    first, second = scenario_result(observe([block]), _SETTINGS, 0.95).length_buckets

    of_first = {figure.id: figure for figure in first.figures}
    of_second = {figure.id: figure for figure in second.figures}
    assert 1 < of_first["latency_p99_ms"].value < 2
    assert 8 < of_second["latency_p50_ms"].value < 9
    assert "needs 259 more observations" == of_second["latency_p99_ms"].absent_reason


def test_latency_is_weighted_to_the_lengths_of_the_traffic(observe: Observe) -> None:
    """Measured mostly on short inputs, asked for traffic that is mostly long."""
    rng = np.random.default_rng(2)
    block = _block([5] * 3000 + [60] * 1000, [*rng.uniform(1, 2, 3000), *rng.uniform(8, 9, 1000)])
    traffic = TrafficHistogram(max_token_counts=[16, 64], weights=[1, 9])

    result = scenario_result(observe([block]), _SETTINGS, 0.95, traffic=traffic)

    figures = _figures(result)
    # A tenth is short, so that the median is the four ninths quantile of the long ones.
    assert figures["latency_p50_ms"].value < 2
    assert pytest.approx(8 + 4 / 9, abs=0.06) == figures["traffic_latency_p50_ms"].value
    interval = figures["traffic_latency_p50_ms"].interval
    assert interval.lower < 8 + 4 / 9 < interval.upper
    assert [0.1, 0.9] == [bucket.traffic_share for bucket in result.length_buckets]
    assert [0.75, 0.25] == [bucket.query_share for bucket in result.length_buckets]


def test_traffic_like_the_measured_queries_has_their_quantiles(observe: Observe) -> None:
    rng = np.random.default_rng(3)
    block = _block([5] * 600 + [60] * 200, list(rng.uniform(1, 9, 800)))
    traffic = TrafficHistogram(max_token_counts=[16, 64], weights=[3, 1])

    figures = _figures(scenario_result(observe([block]), _SETTINGS, 0.95, traffic=traffic))

    for name in ("p50", "p90", "p99"):
        expected = figures[f"latency_{name}_ms"].value
        assert expected == figures[f"traffic_latency_{name}_ms"].value


def test_traffic_of_a_length_that_was_not_measured_is_not_guessed(observe: Observe) -> None:
    block = _block([5] * 400, [1.0] * 400)
    traffic = TrafficHistogram(max_token_counts=[16, 64], weights=[3, 1])

    result = scenario_result(observe([block]), _SETTINGS, 0.95, traffic=traffic)

    figure = _figures(result)["traffic_latency_p50_ms"]
    assert not figure.HasField("value")
    expected = (
        "no query of 17 to 64 tokens was measured, and 25.0 % of the traffic is of that length"
    )
    assert expected == figure.absent_reason
    assert 2 == len(result.length_buckets)


def test_few_heavy_queries_carry_no_tail(observe: Observe) -> None:
    """Ten long queries stand for nine tenths of the traffic."""
    block = _block([5] * 2000 + [60] * 10, [1.0] * 2000 + [9.0] * 10)
    traffic = TrafficHistogram(max_token_counts=[16, 64], weights=[1, 9])

    figures = _figures(scenario_result(observe([block]), _SETTINGS, 0.95, traffic=traffic))

    absent = figures["traffic_latency_p99_ms"]
    assert not absent.HasField("value")
    assert absent.absent_reason.startswith("needs about ")


def test_inputs_longer_than_the_traffic_names_belong_to_its_last_bucket(observe: Observe) -> None:
    block = _block([5] * 30 + [500] * 30, [1.0] * 30 + [9.0] * 30)
    traffic = TrafficHistogram(max_token_counts=[16, 64], weights=[1, 1])

    buckets = scenario_result(observe([block]), _SETTINGS, 0.95, traffic=traffic).length_buckets

    assert [(1, 16), (17, 500)] == [(b.min_token_count, b.max_token_count) for b in buckets]


def test_a_graph_that_tokenises_has_no_lengths(observe: Observe) -> None:
    block = _block([5] * 30, [1.0] * 30)
    del block.token_counts[:]
    traffic = TrafficHistogram(max_token_counts=[16], weights=[1])

    result = scenario_result(observe([block]), _SETTINGS, 0.95, traffic=traffic)

    assert not result.length_buckets
    assert "traffic_latency_p50_ms" not in _figures(result)


def test_queries_of_several_examples_have_no_length_of_their_own(observe: Observe) -> None:
    settings = Scenario(multi_stream=MultiStream(samples_per_query=8))
    block = _block([50] * 400, [1.0] * 400)

    result = scenario_result(observe([block], "multi-stream:n=8"), settings, 0.95)

    assert not result.length_buckets
    assert 1.0 == _figures(result)["latency_p99_ms"].value
