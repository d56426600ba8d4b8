"""Bounds on latency have verdicts, and the peak load is the rate that was verified."""

from collections.abc import Callable

import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.messages import figure_value
from bakeoff.server.report.observations import Observations
from bakeoff.server.selection.compliance import check_constraint
from bakeoff.server.selection.expression import parse_constraint
from bakeoff.server.selection.judgement import Outcome
from bakeoff.server.statistics import latency_verdict
from bakeoff.v1 import (
    LatencyBound,
    LatencyVerdict,
    LoadProbe,
    ObservationBlock,
    PeakLoad,
    Scenario,
    SingleStream,
    Validity,
)

Observe = Callable[..., Observations]
_BOUND = LatencyBound(quantile=0.99, max_latency=Duration(nanos=20_000_000))
_SETTINGS = Scenario(peak_load=PeakLoad(bound=_BOUND))
_ID = "peak-load:p99=20ms"
_HELD = LatencyVerdict(outcome=LatencyVerdict.OUTCOME_VALID, query_count=900)
_BROKEN = LatencyVerdict(outcome=LatencyVerdict.OUTCOME_INVALID, query_count=80)


def _queries(fast: int, slow: int) -> ObservationBlock:
    return ObservationBlock(
        duration_ns=10**10,
        sample_count=fast + slow,
        end_to_end_ns=[5_000_000] * fast + [30_000_000] * slow,
        offered_qps=120,
    )


@pytest.mark.parametrize(
    ("fast", "slow", "outcome", "more"),
    [
        (662, 0, LatencyVerdict.OUTCOME_VALID, 0),
        (600, 100, LatencyVerdict.OUTCOME_INVALID, None),
        (300, 0, LatencyVerdict.OUTCOME_INVALID, 159),
    ],
)
def test_a_bound_is_judged_by_early_stopping(
    observe: Observe,
    fast: int,
    slow: int,
    outcome: LatencyVerdict.Outcome.ValueType,
    more: int | None,
) -> None:
    settings = Scenario(single_stream=SingleStream(), latency_bounds=[_BOUND])
    observations = observe([_queries(fast, slow)])

    verdict = scenario_result(observations, settings, 0.95).latency_verdicts[0]

    expected = latency_verdict([5_000_000] * fast + [30_000_000] * slow, 0.99, 20_000_000)
    assert (outcome, slow, fast + slow) == (
        verdict.outcome,
        verdict.over_bound_count,
        verdict.query_count,
    )
    assert expected.more_queries_needed == verdict.more_queries_needed
    assert more in {None, verdict.more_queries_needed}
    assert expected.allowed_over_bound_count == verdict.allowed_over_bound_count
    assert _BOUND == verdict.bound


def test_too_few_queries_give_no_conservative_estimate(observe: Observe) -> None:
    settings = Scenario(single_stream=SingleStream(), latency_bounds=[_BOUND])

    few = scenario_result(observe([_queries(100, 0)]), settings, 0.95).latency_verdicts[0]
    enough = scenario_result(observe([_queries(2000, 0)]), settings, 0.95).latency_verdicts[0]

    assert not few.HasField("conservative_latency_ms")
    assert 5.0 == enough.conservative_latency_ms


def test_the_peak_is_the_rate_that_was_verified_last(observe: Observe) -> None:
    probes = (
        LoadProbe(qps=64, verdict=_HELD),
        LoadProbe(qps=128, verdict=_BROKEN),
        LoadProbe(qps=90, verification=True, verdict=_BROKEN),
        LoadProbe(qps=80, verification=True, verdict=_HELD),
    )

    result = scenario_result(observe([_queries(900, 0)], _ID, probes=probes), _SETTINGS, 0.95)

    assert ("peak_qps", 80.0, 900) == (
        result.figures[0].id,
        result.figures[0].value,
        result.figures[0].observation_count,
    )
    assert list(probes) == list(result.peak_load_search.probes)
    assert "" == result.peak_load_search.absent_reason
    assert not result.histograms


def _tried(qps: float, over: tuple[int, ...], *, verification: bool = False) -> LoadProbe:
    held = sum(over) <= 4 * len(over)
    verdict = LatencyVerdict(
        bound=_BOUND,
        outcome=LatencyVerdict.OUTCOME_VALID if held else LatencyVerdict.OUTCOME_INVALID,
        query_count=1000 * len(over),
        over_bound_count=sum(over),
    )
    return LoadProbe(
        qps=qps,
        verification=verification,
        verdict=verdict,
        block_query_counts=[1000] * len(over),
        block_over_bound_counts=over,
    )


_PROBES = (
    _tried(60, (0,)),
    _tried(120, (900,)),
    _tried(90, (60, 45)),
    _tried(75, (1,)),
    _tried(82, (12, 20)),
    _tried(78, (4,)),
    _tried(78, (2, 5, 3, 6, 2), verification=True),
)


def test_the_peak_has_an_interval_from_all_rates_that_were_tried(observe: Observe) -> None:
    observations = observe([_queries(900, 0)], _ID, probes=_PROBES)

    figure = scenario_result(observations, _SETTINGS, 0.95).figures[0]
    surer = scenario_result(observations, _SETTINGS, 0.99).figures[0]

    assert ("quasi-binomial", 0.95) == (figure.interval.method, figure.interval.level)
    assert 60 < figure.interval.lower < 78 < figure.interval.upper < 90
    assert surer.interval.lower < figure.interval.lower
    assert surer.interval.upper > figure.interval.upper


def test_a_peak_that_is_bounded_by_its_interval_alone_is_not_told(observe: Observe) -> None:
    """A constraint is kept only where the lower end keeps it, and broken where the upper breaks."""
    observations = observe([_queries(900, 0)], _ID, probes=_PROBES)
    figure = figure_value(scenario_result(observations, _SETTINGS, 0.95).figures[0])

    outcomes = [
        check_constraint(parse_constraint(f"peak_qps@{_ID} >= {bound}"), figure).outcome
        for bound in (60, 77, 79, 95)
    ]

    assert [Outcome.MET, Outcome.UNDECIDED, Outcome.UNDECIDED, Outcome.VIOLATED] == outcomes


def test_rates_of_which_no_blocks_are_known_give_no_interval(observe: Observe) -> None:
    probes = (LoadProbe(qps=80, verification=True, verdict=_HELD),)

    figure = scenario_result(observe([], _ID, probes=probes), _SETTINGS, 0.95).figures[0]

    assert 80.0 == figure.value
    assert not figure.HasField("interval")


def test_a_search_that_found_no_rate_says_why_and_is_not_invalid_for_it(observe: Observe) -> None:
    observations = observe(
        [], _ID, probes=(LoadProbe(qps=1, verdict=_BROKEN),), no_rate_reason="one query is too slow"
    )

    result = scenario_result(observations, _SETTINGS, 0.95)

    assert not result.figures[0].HasField("value")
    assert "one query is too slow" == result.figures[0].absent_reason
    assert "one query is too slow" == result.peak_load_search.absent_reason
    assert Validity.STATE_VALID == result.validity.state


def test_a_rate_that_was_never_verified_is_no_peak(observe: Observe) -> None:
    observations = observe([_queries(9, 0)], _ID, probes=(LoadProbe(qps=64, verdict=_HELD),))

    result = scenario_result(observations, _SETTINGS, 0.95)

    assert "no rate was verified" == result.figures[0].absent_reason
