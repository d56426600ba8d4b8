"""Doubling, bisecting and verifying, on made-up systems whose limit is known."""

import math
from collections.abc import Callable

import pytest

from bakeoff.server.jobs.measuring.rate_search import Bracket, NextProbe, held, next_probe
from bakeoff.v1 import LatencyVerdict, LoadProbe

VALID, INVALID = LatencyVerdict.OUTCOME_VALID, LatencyVerdict.OUTCOME_INVALID


def probe(qps: float, holds: bool, verification: bool = False) -> LoadProbe:  # noqa: FBT001, FBT002 - a row of a table
    verdict = LatencyVerdict(outcome=VALID if holds else INVALID)
    return LoadProbe(qps=qps, verification=verification, verdict=verdict)


def search(
    holds: Callable[[NextProbe], bool], first_qps: float, resolution: float = 0.02
) -> list[LoadProbe]:
    """Try rates until the search ends."""
    probes: list[LoadProbe] = []
    while (chosen := next_probe(probes, first_qps, resolution, hurried=False)) is not None:
        probes.append(probe(chosen.qps, holds(chosen), chosen.verification))
        assert len(probes) < 100
    return probes


@pytest.mark.parametrize("limit_qps", [3.0, 99.0, 100.0, 101.0, 640.0, 5000.0])
def test_the_rate_is_found_to_the_resolution_and_verified(limit_qps: float) -> None:
    probes = search(lambda chosen: chosen.qps <= limit_qps, first_qps=100)
    bracket = Bracket.of(probes)

    assert bracket.verified
    assert 0.98 * limit_qps <= bracket.held_qps <= limit_qps
    assert [one.verification for one in probes] == [False] * (len(probes) - 1) + [True]
    assert len(probes) <= 15


def test_rates_double_until_one_fails_and_then_the_range_is_halved() -> None:
    probes = search(lambda chosen: chosen.qps <= 330, first_qps=100, resolution=0.1)

    assert [one.qps for one in probes] == [100, 200, 400, 300, 350, 325, 325]


def test_a_winner_that_fails_its_check_counts_as_a_rate_that_failed() -> None:
    """Probes are shorter than checks, and let pass what a check does not."""
    probes = search(lambda chosen: chosen.qps <= (300 if chosen.verification else 400), 100)
    bracket = Bracket.of(probes)

    assert bracket.verified
    assert bracket.held_qps <= 300
    assert any(one.verification and not held(one) for one in probes)


def test_the_search_ends_where_nothing_holds() -> None:
    probes = search(lambda _: False, first_qps=100)

    assert not any(held(one) for one in probes)
    assert min(one.qps for one in probes) == 100 / 64


def test_the_search_does_not_double_for_ever() -> None:
    probes = search(lambda _: True, first_qps=100)

    assert Bracket.of(probes) == Bracket(probes[-1].qps, math.inf, verified=True)
    assert probes[-1].qps <= 1e6


def test_in_a_hurry_the_highest_that_held_is_verified() -> None:
    probes = [probe(100, holds=True), probe(200, holds=False)]

    assert next_probe(probes, 100, 0.02, hurried=True) == NextProbe(100, verification=True)


def test_in_a_hurry_nothing_is_tried_where_nothing_held() -> None:
    assert next_probe([probe(100, holds=False)], 100, 0.02, hurried=True) is None


def test_a_rate_that_held_above_one_that_failed_does_not_count() -> None:
    probes = [probe(100, holds=True), probe(120, holds=False), probe(140, holds=True)]

    assert Bracket.of(probes) == Bracket(100, 120, verified=False)
