"""Promises of the interval around the rate up to which few queries are slow."""

import math

import numpy as np
import pytest
from scipy.special import expit, logit

from bakeoff.server.statistics import LoadedBlock, rate_limit_interval

LIMIT = 100.0


def independent(rates: list[float], seed: int, count: int = 1000) -> list[LoadedBlock]:
    """Blocks of queries that do not wait for each other, ten at each rate."""
    generator = np.random.default_rng(seed)
    return [
        LoadedBlock(rate, count, int(generator.binomial(count, share)))
        for rate in rates
        for share in [expit(logit(0.01) + 15 * math.log(rate / LIMIT))]
        for _ in range(10)
    ]


def test_the_interval_reaches_as_far_as_searches_err_where_queries_are_many() -> None:
    """And farther at a higher level."""
    blocks = independent([80, 95, 105, 115], seed=0)

    usual, surer = (rate_limit_interval(blocks, LIMIT, 0.01, level) for level in (0.95, 0.99))

    assert (100 / 1.12, 112) == pytest.approx((usual.lower, usual.upper))
    assert 1.12 ** (2.5758 / 1.96) == pytest.approx(surer.upper / LIMIT, rel=1e-4)
    assert ("quasi-binomial", 0.99) == (surer.method, surer.level)


def test_a_limit_far_from_the_rate_that_was_found_is_held() -> None:
    """As where the search was cut short at a rate that is easily borne."""
    intervals = [
        rate_limit_interval(independent([70, 80, 95, 105, 115], seed), 80.0, 0.01)
        for seed in range(100)
    ]

    assert np.mean([one.lower <= LIMIT <= one.upper for one in intervals]) >= 0.93
    assert max(one.upper for one in intervals) < 115


def test_bursts_widen_the_interval() -> None:
    """The same slow queries, all of a rate in one block."""
    blocks = independent([80, 95, 105, 115], seed=1)
    burst = []
    for start in range(0, len(blocks), 10):
        of_rate = blocks[start : start + 10]
        slow = sum(block.slow_count for block in of_rate)
        burst.append(LoadedBlock(of_rate[0].rate_per_s, 1000, slow))
        burst += [LoadedBlock(block.rate_per_s, 1000, 0) for block in of_rate[1:]]

    even = rate_limit_interval(blocks, 97.0, 0.01)
    uneven = rate_limit_interval(burst, 97.0, 0.01)

    assert even is not None
    assert uneven is not None
    assert (uneven.lower or 0) < even.lower
    assert (uneven.upper or math.inf) > even.upper


def test_no_limit_lies_above_a_rate_at_which_the_queue_grew_without_end() -> None:
    held = [LoadedBlock(80, 1000, 0)] * 4

    assert rate_limit_interval(held, 80.0, 0.01).upper is None
    overloaded = rate_limit_interval([*held, LoadedBlock(160, 1000, 950)], 80.0, 0.01)
    assert 160 == pytest.approx(overloaded.upper)


def test_too_few_blocks_near_the_rate_tell_nothing() -> None:
    assert rate_limit_interval([], 80.0, 0.01) is None
    assert rate_limit_interval([LoadedBlock(80, 1000, 3)] * 3, 80.0, 0.01) is None
    assert rate_limit_interval([LoadedBlock(20, 1000, 3)] * 9, 80.0, 0.01) is None
