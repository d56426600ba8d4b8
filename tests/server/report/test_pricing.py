"""Costs follow from the price of the target and from what it carries."""

from collections.abc import Callable, Mapping

import pytest

from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.observations import Observations
from bakeoff.v1 import (
    Energy,
    Figure,
    LatencyVerdict,
    LoadProbe,
    ObservationBlock,
    Offline,
    PeakLoad,
    Pricing,
    Scenario,
    ScenarioResult,
    Server,
)

Observe = Callable[..., Observations]
_OFFLINE = Scenario(offline=Offline())
_PRICING = Pricing(price_per_hour_usd=3.6, wanted_samples_per_s=450)


def _figures(result: ScenarioResult) -> Mapping[str, Figure]:
    return {figure.id: figure for figure in result.figures}


def _batches(samples: int, number: int) -> ObservationBlock:
    return ObservationBlock(round=number, duration_ns=10**9, sample_count=samples)


def _queries(count: int) -> ObservationBlock:
    return ObservationBlock(
        duration_ns=10**9, sample_count=count, end_to_end_ns=[1_000_000] * count
    )


def test_a_million_samples_cost_their_time_on_the_target(observe: Observe) -> None:
    """3.6 USD an hour is 0.001 USD a second: 100 samples a second make 10 USD a million."""
    blocks = [_batches(samples, n) for n, samples in enumerate((98, 100, 102))]

    figures = _figures(
        scenario_result(observe(blocks, "offline"), _OFFLINE, 0.95, pricing=_PRICING)
    )

    cost, rate = figures["cost_per_million_usd"], figures["throughput_per_s"].interval
    assert pytest.approx(10.0) == cost.value
    assert pytest.approx((1000 / rate.upper, 1000 / rate.lower)) == (
        cost.interval.lower,
        cost.interval.upper,
    )
    assert Figure.DIRECTION_LOWER_IS_BETTER == cost.direction
    assert ("USD", "offline") == (cost.unit, cost.scenario)


def test_replicas_are_whole_and_carry_the_wanted_load(observe: Observe) -> None:
    blocks = [_batches(samples, n) for n, samples in enumerate((98, 100, 102))]

    replicas = _figures(
        scenario_result(observe(blocks, "offline"), _OFFLINE, 0.95, pricing=_PRICING)
    )["replica_count"]

    assert 5 == replicas.value
    assert replicas.interval.lower <= 5 <= replicas.interval.upper
    assert replicas.interval.upper == int(replicas.interval.upper)


def test_a_peak_load_is_a_capacity_too(observe: Observe) -> None:
    held = LatencyVerdict(outcome=LatencyVerdict.OUTCOME_VALID, query_count=900)
    probes = (LoadProbe(qps=50, verification=True, verdict=held),)
    observations = observe([_queries(900)], "peak-load:p99=20ms", probes=probes)

    figures = _figures(
        scenario_result(observations, Scenario(peak_load=PeakLoad()), 0.95, pricing=_PRICING)
    )

    assert pytest.approx(20.0) == figures["cost_per_million_usd"].value
    assert 9 == figures["replica_count"].value


def test_a_peak_that_is_not_known_costs_nobody_knows_what(observe: Observe) -> None:
    observations = observe([], "peak-load:p99=20ms", no_rate_reason="one query is too slow")

    figures = _figures(
        scenario_result(observations, Scenario(peak_load=PeakLoad()), 0.95, pricing=_PRICING)
    )

    assert not figures["cost_per_million_usd"].HasField("value")
    assert "one query is too slow" == figures["cost_per_million_usd"].absent_reason


def test_a_rate_that_was_given_is_no_capacity(observe: Observe) -> None:
    settings = Scenario(server=Server(poisson_qps=50))

    result = scenario_result(
        observe([_queries(50)], "server:qps=50"), settings, 0.95, pricing=_PRICING
    )

    assert not {"cost_per_million_usd", "replica_count"} & _figures(result).keys()


def test_without_a_wanted_load_there_are_no_replicas(observe: Observe) -> None:
    figures = _figures(
        scenario_result(
            observe([_batches(50, 0)], "offline"),
            _OFFLINE,
            0.95,
            pricing=Pricing(price_per_hour_usd=1),
        )
    )

    assert "cost_per_million_usd" in figures
    assert "replica_count" not in figures


@pytest.mark.parametrize(
    ("energy", "value", "reason"),
    [
        (Energy(method="RAPL", joules_per_sample=0.02, boundary="package"), 0.02, ""),
        (Energy(absent_reason="no meter is readable"), None, "no meter is readable"),
    ],
)
def test_energy_of_a_sample_is_a_figure_or_absent_with_its_reason(
    observe: Observe, energy: Energy, value: float | None, reason: str
) -> None:
    observations = observe([_batches(50, 0)], "offline", energy=energy)

    figure = _figures(scenario_result(observations, _OFFLINE, 0.95))["joules_per_sample"]

    assert (value, reason) == (
        figure.value if figure.HasField("value") else None,
        figure.absent_reason,
    )


def test_where_nobody_looked_for_a_meter_there_is_no_figure_of_energy(observe: Observe) -> None:
    figures = _figures(scenario_result(observe([_batches(50, 0)], "offline"), _OFFLINE, 0.95))

    assert "joules_per_sample" not in figures
