"""What the fields of a scenario may hold, their defaults, and which scenarios go together."""

import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.api.scenario_fields import fill_scenarios
from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.scenarios import scenario_id
from bakeoff.v1 import (
    ArrivalTrace,
    DynamicBatching,
    LatencyBound,
    MultiStream,
    Offline,
    PeakLoad,
    Scenario,
    Server,
    SingleStream,
    Soak,
)

HALF_MS = Duration(nanos=500_000)
BOUND = LatencyBound(quantile=0.99, max_latency=Duration(nanos=20_000_000))


def server(**fields: object) -> Scenario:
    arrivals = {} if "constant_qps" in fields else {"poisson_qps": 50}
    return Scenario(server=Server(**{**arrivals, **fields}))


def peak_load(**fields: object) -> Scenario:
    return Scenario(peak_load=PeakLoad(**{"bound": BOUND, **fields}))


def traced(*offsets_ns: int) -> Scenario:
    return Scenario(server=Server(trace=ArrivalTrace(offsets_ns=offsets_ns)))


def bounded(quantile: float = 0.99, **max_latency: int) -> Scenario:
    bound = LatencyBound(quantile=quantile, max_latency=Duration(**max_latency))
    return Scenario(single_stream=SingleStream(), latency_bounds=[bound])


def filled(scenario: Scenario) -> Scenario:
    fill_scenarios([scenario])
    return scenario


@pytest.mark.parametrize(
    ("scenario", "shortest_s", "longest_s", "query_count"),
    [
        (Scenario(offline=Offline()), 3, 60, 0),
        (Scenario(single_stream=SingleStream()), 3, 60, 299),
        (Scenario(multi_stream=MultiStream()), 3, 60, 299),
        (server(), 3, 60, 299),
        (peak_load(), 3, 300, 459),
        (Scenario(soak=Soak()), 60, 60, 0),
    ],
)
def test_each_kind_has_its_times_and_fewest_queries(
    scenario: Scenario, shortest_s: int, longest_s: int, query_count: int
) -> None:
    full = filled(scenario)

    assert shortest_s == full.min_duration.ToSeconds()
    assert longest_s == full.max_duration.ToSeconds()
    assert query_count == full.min_query_count
    assert full.block_count == 5


def test_a_bound_asks_for_as_many_queries_as_its_verdict_needs() -> None:
    """None of 459 queries above it proves a p99 at 99 % confidence, since 0.99^459 < 0.01."""
    assert filled(bounded(seconds=1)).min_query_count == 459
    assert filled(bounded(0.5, seconds=1)).min_query_count == 299
    assert filled(bounded(0.999, seconds=1)).min_query_count == 4603


def test_settings_of_a_kind_are_filled_in() -> None:
    batching = DynamicBatching(max_delay=HALF_MS)

    assert filled(Scenario(multi_stream=MultiStream())).multi_stream.samples_per_query == 8
    assert filled(Scenario(soak=Soak())).soak.reading_interval == Duration(nanos=250_000_000)
    assert filled(peak_load()).peak_load.relative_resolution == 0.02
    full = filled(server(dynamic_batching=batching)).server
    assert full.dynamic_batching == DynamicBatching(max_batch_size=8, max_delay=HALF_MS)


def test_not_to_wait_has_one_id() -> None:
    waits_not = DynamicBatching(max_delay=Duration())

    assert scenario_id(filled(server(dynamic_batching=waits_not))) == "server:qps=50,batch=8"


def test_filling_in_twice_changes_nothing_more() -> None:
    once = filled(peak_load(dynamic_batching=DynamicBatching()))
    twice = Scenario()
    twice.CopyFrom(once)

    assert once == filled(twice)


def test_scenarios_of_one_kind_go_together_when_their_ids_differ() -> None:
    scenarios = [
        server(),
        server(poisson_qps=60),
        server(dynamic_batching=DynamicBatching()),
        traced(0, 5, 5, 9_000),
    ]
    scenarios += [Scenario(soak=Soak(), intra_op_thread_count=threads) for threads in (0, 1)]
    fill_scenarios(scenarios)

    assert len({scenario_id(one) for one in scenarios}) == len(scenarios)


def test_the_same_id_twice_is_refused() -> None:
    """What is left out is the same as its default given."""
    scenarios = [
        server(dynamic_batching=DynamicBatching()),
        server(dynamic_batching=DynamicBatching(max_batch_size=8)),
    ]
    with pytest.raises(InvalidFieldError, match=r"server:qps=50,batch=8 must be asked for once"):
        fill_scenarios(scenarios)


def test_no_more_scenarios_are_taken_than_can_be_looked_through() -> None:
    with pytest.raises(InvalidFieldError, match=r"at most 256, got 257"):
        fill_scenarios([server(poisson_qps=qps) for qps in range(1, 258)])


@pytest.mark.parametrize(
    ("scenario", "at_fault"),
    [
        (Scenario(), ""),
        (Scenario(offline=Offline(), block_count=2), ".block_count"),
        (Scenario(offline=Offline(), block_count=1001), ".block_count"),
        (Scenario(offline=Offline(), relative_precision=1), ".relative_precision"),
        (Scenario(offline=Offline(), relative_precision=-0.1), ".relative_precision"),
        (Scenario(offline=Offline(), relative_precision=float("nan")), ".relative_precision"),
        (Scenario(offline=Offline(), intra_op_thread_count=-1), ".intra_op_thread_count"),
        (Scenario(offline=Offline(), caller_count=2000), ".caller_count"),
        (Scenario(offline=Offline(), latency_bounds=[BOUND]), ".latency_bounds"),
        (Scenario(single_stream=SingleStream(), caller_count=2), ".caller_count"),
        (Scenario(single_stream=SingleStream(), latency_bounds=[BOUND] * 2), ".latency_bounds"),
        (Scenario(single_stream=SingleStream(), latency_bounds=[BOUND] * 17), ".latency_bounds"),
        (bounded(1.0, seconds=1), ".latency_bounds[0].quantile"),
        (bounded(0.0, seconds=1), ".latency_bounds[0].quantile"),
        (bounded(float("nan"), seconds=1), ".latency_bounds[0].quantile"),
        (bounded(), ".latency_bounds[0].max_latency"),
        (bounded(seconds=-1), ".latency_bounds[0].max_latency"),
        (
            Scenario(multi_stream=MultiStream(samples_per_query=-1)),
            ".multi_stream.samples_per_query",
        ),
        (Scenario(multi_stream=MultiStream(), caller_count=2), ".caller_count"),
        (Scenario(server=Server()), ".server"),
        (server(poisson_qps=0), ".server.poisson_qps"),
        (server(poisson_qps=float("inf")), ".server.poisson_qps"),
        (server(constant_qps=-1), ".server.constant_qps"),
        (server(constant_qps=2e6), ".server.constant_qps"),
        (traced(), ".server.trace.offsets_ns"),
        (traced(0), ".server.trace.offsets_ns"),
        (traced(1, 2), ".server.trace.offsets_ns"),
        (traced(0, 2_000, 1_000), ".server.trace.offsets_ns"),
        (traced(0, 0), ".server.trace.offsets_ns"),
        (
            server(dynamic_batching=DynamicBatching(max_batch_size=5000)),
            ".server.dynamic_batching.max_batch_size",
        ),
        (
            server(dynamic_batching=DynamicBatching(max_delay=Duration(seconds=-1))),
            ".server.dynamic_batching.max_delay",
        ),
        (Scenario(peak_load=PeakLoad()), ".peak_load.bound"),
        (peak_load(bound=LatencyBound(quantile=0.9)), ".peak_load.bound.max_latency"),
        (peak_load(relative_resolution=1), ".peak_load.relative_resolution"),
        (peak_load(relative_resolution=-0.1), ".peak_load.relative_resolution"),
        (
            Scenario(peak_load=PeakLoad(bound=BOUND), relative_precision=0.05),
            ".relative_precision",
        ),
        (Scenario(soak=Soak(reading_interval=Duration())), ".soak.reading_interval"),
        (Scenario(soak=Soak(), caller_count=2), ".caller_count"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(scenario: Scenario, at_fault: str) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        fill_scenarios([scenario])
    assert caught.value.metadata["field"] == f"spec.scenarios[0]{at_fault}"
    assert f"spec.scenarios[0]{at_fault}" in caught.value.message
