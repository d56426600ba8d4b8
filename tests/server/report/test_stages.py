"""Stages of a query have quantiles of their own, where each query's were kept."""

from collections.abc import Callable

import numpy as np

from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.v1 import ObservationBlock, Scenario, Server, SingleStream, StageTimes

_SETTINGS = Scenario(single_stream=SingleStream())


def _block(number: int, count: int) -> ObservationBlock:
    run = np.random.default_rng(number).lognormal(14, 0.4, count).astype(int)
    return ObservationBlock(
        round=number,
        duration_ns=10**10,
        sample_count=count,
        end_to_end_ns=(run + 1000).tolist(),
        stage_ns={"run": int(run.sum()), "tokenise": 1000 * count},
        stage_times=[
            StageTimes(stage="tokenise", durations_ns=[1000] * count),
            StageTimes(stage="run", durations_ns=run.tolist()),
        ],
    )


def test_quantiles_of_a_stage_are_over_all_queries(observe: Callable[..., Observations]) -> None:
    blocks = [_block(0, 200), _block(1, 200)]

    stages = scenario_result(observe(blocks), _SETTINGS, 0.95).stages

    run = [ns for block in blocks for ns in block.stage_times[1].durations_ns]
    assert ["tokenise", "run"] == [stage.stage for stage in stages]
    assert np.quantile(run, 0.5, method="inverted_cdf") / 1e6 == stages[1].p50_ms
    assert np.quantile(run, 0.99, method="inverted_cdf") / 1e6 == stages[1].p99_ms


def test_queries_that_share_a_run_have_all_of_its_time_each(
    observe: Callable[..., Observations],
) -> None:
    """Two runs of two queries: each waits for the whole run, so that no mean is below the least."""
    block = ObservationBlock(
        duration_ns=10**9,
        sample_count=4,
        end_to_end_ns=[5_000_000] * 4,
        model_only_ns=[3_000_000, 3_000_000, 4_000_000, 4_000_000],
        batch_sizes=[2] * 4,
        stage_ns={"run": 7_000_000},
        stage_times=[
            StageTimes(stage="run", durations_ns=[3_000_000, 3_000_000, 4_000_000, 4_000_000])
        ],
    )
    settings = Scenario(server=Server(poisson_qps=50))

    result = scenario_result(observe([block], "server:qps=50,batch=2"), settings, 0.95)

    assert 3.5 == result.stages[0].mean_ms
    means = {figure.id: figure.value for figure in result.figures}
    assert means["model_latency_mean_ms"] == result.stages[0].mean_ms


def test_a_tail_of_a_stage_that_the_queries_do_not_carry_is_absent(
    observe: Callable[..., Observations],
) -> None:
    stage = scenario_result(observe([_block(0, 298)]), _SETTINGS, 0.95).stages[1]

    assert stage.HasField("p50_ms")
    assert not stage.HasField("p99_ms")


def test_totals_alone_give_means_alone(observe: Callable[..., Observations]) -> None:
    block = _block(0, 400)
    del block.stage_times[:]

    stage = scenario_result(observe([block]), _SETTINGS, 0.95).stages[1]

    assert stage.mean_ms > 0
    assert not stage.HasField("p50_ms")
