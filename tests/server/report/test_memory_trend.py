"""A leak is the slope of memory under load."""

from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.v1 import MemorySample, MemoryTrend, ObservationBlock, Scenario, Soak

Observe = Callable[..., Observations]
_SETTINGS = Scenario(soak=Soak())
_S = 10**9


def _block(
    number: int, leak_bytes: int, *, queries: int = 1000, known: bool = True
) -> ObservationBlock:
    """A minute with a reading at each of its 61 edges; every query leaves some memory behind."""
    rng = np.random.default_rng(number)
    start = (200 << 20) + number * queries * leak_bytes
    sizes = [start + queries * leak_bytes * s // 60 + int(rng.integers(0, 4096)) for s in range(61)]
    return ObservationBlock(
        round=number,
        duration_ns=60 * _S,
        sample_count=queries,
        end_to_end_ns=[1_000_000] * queries,
        memory_samples=[
            MemorySample(
                elapsed_ns=second * _S,
                query_count=queries * second // 60,
                uss_bytes=size if known else 0,
                rss_bytes=size,
            )
            for second, size in enumerate(sizes)
        ],
    )


def _values(trend: MemoryTrend) -> dict[str, float]:
    return {figure.id: figure.value for figure in trend.figures}


@pytest.mark.parametrize("known", [True, False])
def test_a_known_leak_is_found_over_all_blocks(
    observe: Observe,
    known: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    blocks = [_block(number, 4096, known=known) for number in range(3)]

    trend = scenario_result(observe(blocks, "soak"), _SETTINGS, 0.95).memory_trend

    values = _values(trend)
    # 4 KiB a query, 1,000 queries a minute.
    assert pytest.approx(4000, rel=0.01) == values["leak_kib_per_1000_queries"]
    assert pytest.approx(4000 * 60 / 1024, rel=0.01) == values["leak_mib_per_h"]
    assert pytest.approx(3 * 4000 / 1024, rel=0.02) == values["soak_growth_mib"]
    for figure in trend.figures[:2]:
        assert figure.interval.lower <= figure.value <= figure.interval.upper
        assert "soak" == figure.scenario


def test_a_process_that_keeps_nothing_has_no_leak(observe: Observe) -> None:
    trend = scenario_result(observe([_block(0, 0)], "soak"), _SETTINGS, 0.95).memory_trend

    leak = trend.figures[0]
    assert leak.interval.lower <= 0 <= leak.interval.upper


def test_readings_that_are_all_the_same_have_a_slope_of_exactly_0(
    observe: Observe,
) -> None:
    block = _block(0, 0)
    for sample in block.memory_samples:
        sample.uss_bytes = 200 << 20

    leak = scenario_result(observe([block], "soak"), _SETTINGS, 0.95).memory_trend.figures[0]

    assert (0, 0, 0) == (leak.value, leak.interval.lower, leak.interval.upper)


def test_readings_of_later_blocks_follow_those_before(observe: Observe) -> None:
    samples = scenario_result(
        observe([_block(0, 1), _block(1, 1)], "soak"), _SETTINGS, 0.95
    ).memory_trend.samples

    seconds = [*range(61), *range(60, 121)]
    assert [s * _S for s in seconds] == [sample.elapsed_ns for sample in samples]
    assert sorted(one.query_count for one in samples) == [one.query_count for one in samples]
    assert 1000 == samples[61].query_count


def test_what_memory_does_between_blocks_is_no_leak(observe: Observe) -> None:
    blocks = [_block(0, 0), _block(1, 0)]
    for sample in blocks[1].memory_samples:
        sample.uss_bytes += 50 << 20
        sample.rss_bytes += 50 << 20

    values = _values(scenario_result(observe(blocks, "soak"), _SETTINGS, 0.95).memory_trend)

    assert pytest.approx(0, abs=5) == values["leak_kib_per_1000_queries"]
    assert pytest.approx(0, abs=0.01) == values["soak_growth_mib"]


def test_of_many_readings_a_thousand_at_most_are_kept(observe: Observe) -> None:
    blocks = [_block(number, 1, queries=60) for number in range(20)]

    trend = scenario_result(observe(blocks, "soak"), _SETTINGS, 0.95).memory_trend

    assert 610 == len(trend.samples)
    assert 1220 == trend.figures[0].observation_count


def test_memory_that_was_not_read_has_no_trend(observe: Observe) -> None:
    block = _block(0, 1)
    del block.memory_samples[:]

    result = scenario_result(observe([block], "soak"), _SETTINGS, 0.95)

    assert not result.HasField("memory_trend")


def test_two_readings_are_too_few_for_a_slope(observe: Observe) -> None:
    block = _block(0, 1)
    del block.memory_samples[2:]

    trend = scenario_result(observe([block], "soak"), _SETTINGS, 0.95).memory_trend

    assert ["needs three readings or more"] * 2 == [f.absent_reason for f in trend.figures[:2]]
