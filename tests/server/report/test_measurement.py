"""Load figures follow from raw observations, and say when there are too few of them."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from bakeoff.server.report.cost_ratios import cost_ratio
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.v1 import (
    Figure,
    ObservationBlock,
    Offline,
    Scenario,
    ScenarioResult,
    SingleStream,
    Validity,
)

Observe = Callable[..., Observations]
_SINGLE_STREAM = Scenario(single_stream=SingleStream())
_OFFLINE = Scenario(offline=Offline())


def _queries(latencies_ns: Sequence[int], number: int = 0) -> ObservationBlock:
    return ObservationBlock(
        round=number,
        duration_ns=sum(latencies_ns) or 1,
        sample_count=len(latencies_ns),
        end_to_end_ns=latencies_ns,
        model_only_ns=[ns // 2 for ns in latencies_ns],
    )


def _batches(samples: int, duration_ns: int, number: int = 0) -> ObservationBlock:
    return ObservationBlock(
        round=number,
        duration_ns=duration_ns,
        sample_count=samples,
        token_count=800,
        padded_token_count=1000,
    )


def _figures(result: ScenarioResult) -> Mapping[str, Figure]:
    return {figure.id: figure for figure in result.figures}


def _latencies(count: int, seed: int = 5) -> list[int]:
    drawn = np.random.default_rng(seed).lognormal(15, 0.3, count)
    return [int(ns) for ns in drawn]


def test_a_quantile_is_a_latency_that_was_observed(observe: Observe) -> None:
    latencies = _latencies(3001)
    figures = _figures(scenario_result(observe([_queries(latencies)]), _SINGLE_STREAM, 0.95))

    observed_ms = {ns / 1e6 for ns in latencies}
    quantiles = {
        name: figures[f"latency_{name}_ms"].value for name in ("p50", "p90", "p99", "p99_9")
    }
    assert set(quantiles.values()) <= observed_ms
    for name, share in {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999}.items():
        expected = np.quantile(latencies, share, method="inverted_cdf") / 1e6
        assert expected == quantiles[name]


@pytest.mark.parametrize(
    ("quantile", "needed"), [("p90", 29), ("p95", 59), ("p99", 299), ("p99_9", 2995)]
)
def test_a_tail_that_the_queries_do_not_carry_is_absent_with_how_many_are_missing(
    observe: Observe, quantile: str, needed: int
) -> None:
    short = scenario_result(observe([_queries(_latencies(needed - 1))]), _SINGLE_STREAM, 0.95)
    enough = scenario_result(observe([_queries(_latencies(needed))]), _SINGLE_STREAM, 0.95)

    missing = _figures(short)[f"latency_{quantile}_ms"]
    assert not missing.HasField("value")
    assert not missing.HasField("interval")
    assert "needs 1 more observations" == missing.absent_reason
    found = _figures(enough)[f"latency_{quantile}_ms"]
    assert found.HasField("value")
    assert "order-statistic" == found.interval.method
    assert found.interval.upper >= found.value


def test_each_boundary_has_its_own_figures_and_distribution(observe: Observe) -> None:
    result = scenario_result(observe([_queries(_latencies(100))]), _SINGLE_STREAM, 0.95)

    boundaries = {figure.id: figure.boundary for figure in result.figures}
    assert "end-to-end" == boundaries["latency_p50_ms"]
    assert "model-only" == boundaries["model_latency_p50_ms"]
    assert ["end-to-end", "model-only"] == [found.boundary for found in result.histograms]


def test_a_histogram_holds_every_latency_in_the_bucket_it_belongs_to(observe: Observe) -> None:
    latencies = [*_latencies(500), 1_000_000, 10_000_000, 999_999]

    result = scenario_result(observe([_queries(latencies)]), _SINGLE_STREAM, 0.95)

    histogram = result.histograms[0]
    edges = list(histogram.edges_ms)
    assert len(histogram.counts) + 1 == len(edges)
    assert sorted(edges) == edges
    expected = [
        sum(lower <= ns / 1e6 < upper for ns in latencies) for lower, upper in pairwise(edges)
    ]
    assert expected == list(histogram.counts)
    assert histogram.counts[0]
    assert histogram.counts[-1]


def test_histograms_of_unlike_candidates_share_their_edges(observe: Observe) -> None:
    slow = scenario_result(observe([_queries(_latencies(500))]), _SINGLE_STREAM, 0.95)
    fast = scenario_result(
        observe([_queries([ns // 2 for ns in _latencies(500)])]), _SINGLE_STREAM, 0.95
    )

    slow_edges, fast_edges = (set(found.histograms[0].edges_ms) for found in (slow, fast))
    low, high = min(slow_edges), max(fast_edges)
    assert low < high
    assert {e for e in slow_edges if e <= high} == {e for e in fast_edges if e >= low}


def test_throughput_is_the_mean_over_rounds_with_students_interval(observe: Observe) -> None:
    blocks = [_batches(count, 10**9, n) for n, count in enumerate((1000, 1100, 900))]

    figures = _figures(scenario_result(observe(blocks, "offline"), _OFFLINE, 0.95))

    rates = [1000, 1100, 900]
    expected = stats.t.interval(0.95, 2, loc=np.mean(rates), scale=stats.sem(rates))
    throughput = figures["throughput_per_s"]
    assert pytest.approx(np.mean(rates)) == throughput.value
    assert pytest.approx(expected) == (throughput.interval.lower, throughput.interval.upper)
    assert "student-t" == throughput.interval.method


@pytest.mark.parametrize("scenario", ["single-stream", "multi-stream:n=8", "soak"])
def test_a_last_round_that_the_time_cut_short_counts_by_its_length(
    observe: Observe, scenario: str
) -> None:
    """A hundred queries of 10 ms, then one of 5: no round of 200 a second beside one of 100."""
    blocks = [_queries([10**7] * 100, 0), _queries([5 * 10**6], 1)]

    figures = _figures(scenario_result(observe(blocks, scenario), Scenario(), 0.95))

    assert pytest.approx(101 / 1.005) == figures["throughput_per_s"].value


def test_a_short_round_of_batches_counts_by_its_length(observe: Observe) -> None:
    blocks = [_batches(1000, 10**9, 0), _batches(64, 4 * 10**7, 1)]

    figures = _figures(scenario_result(observe(blocks, "offline"), _OFFLINE, 0.95))

    assert pytest.approx(1064 / 1.04) == figures["throughput_per_s"].value


def test_mean_latency_counts_every_query_once(observe: Observe) -> None:
    """A round of a single query has no more weight than that query."""
    rounds = ([2_000_000] * 99, [9_000_000])
    blocks = [
        ObservationBlock(
            round=number,
            duration_ns=sum(latencies),
            sample_count=len(latencies),
            end_to_end_ns=latencies,
        )
        for number, latencies in enumerate(rounds)
    ]

    figures = _figures(scenario_result(observe(blocks), _SINGLE_STREAM, 0.95))

    assert pytest.approx(2.07) == figures["latency_mean_ms"].value


def test_one_round_gives_throughput_without_an_interval(observe: Observe) -> None:
    figures = _figures(scenario_result(observe([_batches(10, 10**9)], "offline"), _OFFLINE, 0.95))

    assert 10 == figures["throughput_per_s"].value
    assert not figures["throughput_per_s"].HasField("interval")


def test_padding_is_the_share_of_tokens_that_say_nothing(observe: Observe) -> None:
    blocks = [_batches(10, 10**9, 0), _batches(10, 10**9, 1)]

    figures = _figures(scenario_result(observe(blocks, "offline"), _OFFLINE, 0.95))

    assert pytest.approx(0.2) == figures["padding_share"].value


def test_a_graph_that_takes_strings_has_no_padding(observe: Observe) -> None:
    block = ObservationBlock(duration_ns=10**9, sample_count=10)

    figures = _figures(scenario_result(observe([block], "offline"), _OFFLINE, 0.95))

    assert not figures["padding_share"].HasField("value")
    assert "the graph takes texts as they are" == figures["padding_share"].absent_reason


def test_stages_come_in_the_order_of_the_work_as_means_of_a_query(observe: Observe) -> None:
    blocks = [_queries([4_000_000, 4_000_000], n) for n in range(2)]
    for block in blocks:
        block.stage_ns.update({"run": 6_000_000, "decode": 400_000, "tokenise": 1_600_000})

    result = scenario_result(observe(blocks), _SINGLE_STREAM, 0.95)

    expected = [("tokenise", 0.8), ("run", 3.0), ("decode", 0.2)]
    assert [(stage.stage, pytest.approx(stage.mean_ms)) for stage in result.stages] == expected


def test_blocks_keep_round_position_start_and_value(observe: Observe) -> None:
    result = scenario_result(
        observe([_queries([3_000_000, 1_000_000, 2_000_000], 0), _queries([5_000_000], 1)]),
        _SINGLE_STREAM,
        0.95,
    )

    expected = [(0, 0, 0, 3, 2.0), (1, 1, 1, 1, 5.0)]
    assert expected == [
        (b.round, b.position, b.start_time.seconds, b.query_count, b.value) for b in result.blocks
    ]


def test_what_a_crash_left_after_the_counted_blocks_is_passed_over(observe: Observe) -> None:
    blocks = [_queries([1_000_000], 0), _queries([9_000_000], 1)]

    result = scenario_result(observe(blocks, counted=1), _SINGLE_STREAM, 0.95)

    assert [0] == [block.round for block in result.blocks]
    assert 1.0 == _figures(result)["latency_mean_ms"].value


@pytest.mark.parametrize(
    ("suspicions", "settled", "state", "reasons"),
    [
        ((), True, Validity.STATE_VALID, []),
        (("Stolen.",), True, Validity.STATE_SUSPECT, ["Stolen."]),
        ((), False, Validity.STATE_SUSPECT, ["The warm-up ended before its windows agreed."]),
        (("It did not settle.",), False, Validity.STATE_SUSPECT, ["It did not settle."]),
    ],
)
def test_a_disturbed_measurement_is_suspect_with_its_reasons(
    observe: Observe,
    suspicions: tuple[str, ...],
    settled: bool,  # noqa: FBT001 - a column of the table above
    state: Validity.State.ValueType,
    reasons: list[str],
) -> None:
    observations = observe([_queries([1_000_000])], suspicions=suspicions, settled=settled)

    validity = scenario_result(observations, _SINGLE_STREAM, 0.95).validity

    assert (state, reasons) == (validity.state, list(validity.reasons))


def test_a_measurement_in_which_nothing_ended_is_invalid(observe: Observe) -> None:
    result = scenario_result(observe([_queries([])]), _SINGLE_STREAM, 0.95)

    assert Validity.STATE_INVALID is result.validity.state
    assert not result.figures


def test_a_cost_ratio_is_the_median_over_paired_rounds(observe: Observe) -> None:
    baseline = observe([_batches(100, 10**9, n) for n in range(3)], "offline")
    candidate = observe(
        [_batches(samples, 10**9, n) for n, samples in enumerate((200, 220, 210, 900))], "offline"
    )

    ratio = cost_ratio("candidates/b", "candidates/a", candidate, baseline, 0.95)

    assert ratio is not None
    assert ("throughput_per_s", "offline", 3) == (
        ratio.figure_id,
        ratio.scenario,
        ratio.round_count,
    )
    assert pytest.approx(2.1) == ratio.ratio
    assert ratio.interval.lower < 2.1 < ratio.interval.upper


def test_no_round_in_common_gives_no_ratio(observe: Observe) -> None:
    first = observe([_batches(100, 10**9, 0)], "offline")
    second = observe([_batches(100, 10**9, 1)], "offline")

    assert cost_ratio("candidates/b", "candidates/a", first, second, 0.95) is None
