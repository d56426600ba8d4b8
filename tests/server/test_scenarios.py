"""Promises of the names of scenarios."""

import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff.server.scenarios import SCENARIO_KINDS, kind_of, scenario_id
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


def milliseconds(count: int) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(count)
    return duration


BATCHING = DynamicBatching(max_batch_size=8, max_delay=milliseconds(5))
CASES = [
    ("offline", Scenario(offline=Offline())),
    ("single-stream", Scenario(single_stream=SingleStream())),
    (
        "single-stream:threads=2,callers=1",
        Scenario(single_stream=SingleStream(), intra_op_thread_count=2, caller_count=1),
    ),
    ("multi-stream:n=8", Scenario(multi_stream=MultiStream(samples_per_query=8))),
    ("server:qps=50", Scenario(server=Server(poisson_qps=50))),
    ("server:qps=0.25,arrivals=constant", Scenario(server=Server(constant_qps=0.25))),
    (
        "server:qps=50,batch=8,delay=5ms",
        Scenario(server=Server(poisson_qps=50, dynamic_batching=BATCHING)),
    ),
    (
        "peak-load:p99.9=20ms,batch=8",
        Scenario(
            peak_load=PeakLoad(
                bound=LatencyBound(quantile=0.999, max_latency=milliseconds(20)),
                dynamic_batching=DynamicBatching(max_batch_size=8),
            )
        ),
    ),
    ("soak", Scenario(soak=Soak())),
]


@pytest.mark.parametrize(("expected", "scenario"), CASES)
def test_an_id_says_what_is_offered(expected: str, scenario: Scenario) -> None:
    assert expected == scenario_id(scenario)
    assert kind_of(expected) in SCENARIO_KINDS


def test_unlike_traces_have_unlike_ids() -> None:
    first, second = (
        Scenario(server=Server(trace=ArrivalTrace(offsets_ns=offsets)))
        for offsets in ((0, 5), (0, 6))
    )
    assert scenario_id(first) != scenario_id(second)
    assert scenario_id(first).startswith("server:trace=")


def test_how_long_is_measured_is_not_in_an_id() -> None:
    scenario = Scenario(single_stream=SingleStream(), min_query_count=1000)
    scenario.min_duration.FromSeconds(60)
    assert "single-stream" == scenario_id(scenario)
