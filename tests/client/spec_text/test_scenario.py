"""Scenarios as a person writes them."""

from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration

from bakeoff import v1
from bakeoff.client import InvalidOptionError, parse_scenario
from bakeoff.server.scenarios import SCENARIO_KINDS, scenario_id

P99_20_MS = v1.LatencyBound(quantile=0.99, max_latency=Duration(nanos=20_000_000))
BATCHING = v1.DynamicBatching(max_batch_size=8, max_delay=Duration(nanos=5_000_000))

# What makes each kind whole.
FEWEST_SETTINGS = {"server": ":qps=50", "peak-load": ":p99=20ms"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("offline", v1.Scenario(offline=v1.Offline())),
        ("single-stream", v1.Scenario(single_stream=v1.SingleStream())),
        ("multi-stream", v1.Scenario(multi_stream=v1.MultiStream())),
        ("multi-stream:n=4", v1.Scenario(multi_stream=v1.MultiStream(samples_per_query=4))),
        ("server:qps=12.5", v1.Scenario(server=v1.Server(poisson_qps=12.5))),
        ("server:qps=50,arrivals=poisson", v1.Scenario(server=v1.Server(poisson_qps=50))),
        ("server:arrivals=constant,qps=50", v1.Scenario(server=v1.Server(constant_qps=50))),
        (
            "server:qps=50,batch=8,delay=5ms",
            v1.Scenario(server=v1.Server(poisson_qps=50, dynamic_batching=BATCHING)),
        ),
        (
            "server:qps=50,batch=8",
            v1.Scenario(
                server=v1.Server(
                    poisson_qps=50, dynamic_batching=v1.DynamicBatching(max_batch_size=8)
                )
            ),
        ),
        ("peak-load:p99=20ms", v1.Scenario(peak_load=v1.PeakLoad(bound=P99_20_MS))),
        (
            "peak-load:p99=20ms,batch=8,delay=5ms,resolution=1%",
            v1.Scenario(
                peak_load=v1.PeakLoad(
                    bound=P99_20_MS, dynamic_batching=BATCHING, relative_resolution=0.01
                )
            ),
        ),
        ("soak", v1.Scenario(soak=v1.Soak())),
        (
            "soak:reading_interval=0.5s",
            v1.Scenario(soak=v1.Soak(reading_interval=Duration(nanos=500_000_000))),
        ),
    ],
)
def test_a_kind_takes_its_own_settings(text: str, expected: v1.Scenario) -> None:
    assert expected == parse_scenario(text)


@pytest.mark.parametrize("kind", SCENARIO_KINDS)
def test_every_kind_of_the_contract_takes_the_common_settings(kind: str) -> None:
    plain = f"{kind}{FEWEST_SETTINGS.get(kind, '')}"
    expected = parse_scenario(plain)
    expected.min_duration.CopyFrom(Duration(seconds=1, nanos=500_000_000))
    expected.max_duration.CopyFrom(Duration(seconds=120))
    expected.min_query_count = 1000
    expected.block_count = 4
    expected.intra_op_thread_count = 2
    expected.caller_count = 3
    assert expected == parse_scenario(
        f"{plain}{',' if ':' in plain else ':'}min_duration=1.5s,max_duration=2m,"
        "min_query_count=1000,block_count=4,threads=2,callers=3"
    )


@pytest.mark.parametrize("kind", [kind for kind in SCENARIO_KINDS if kind != "peak-load"])
def test_how_precise_figures_must_be_is_a_share(kind: str) -> None:
    plain = f"{kind}{FEWEST_SETTINGS.get(kind, '')}"
    both = f"{plain}{',' if ':' in plain else ':'}"
    assert 0.05 == parse_scenario(f"{both}precision=5%").relative_precision
    assert 0.05 == parse_scenario(f"{both}precision=0.05").relative_precision


@pytest.mark.parametrize("kind", ["single-stream", "multi-stream:n=2", "server:qps=1"])
def test_bounds_may_be_repeated_where_single_queries_are_timed(kind: str) -> None:
    scenario = parse_scenario(f"{kind}{',' if ':' in kind else ':'}bound=p99:20ms,bound=p99.9:1.5s")
    assert [
        P99_20_MS,
        v1.LatencyBound(quantile=0.999, max_latency=Duration(seconds=1, nanos=500_000_000)),
    ] == list(scenario.latency_bounds)


@pytest.mark.parametrize(
    "text",
    [
        "offline",
        "single-stream:threads=2",
        "multi-stream:n=8,threads=2",
        "server:qps=0.5,arrivals=constant",
        "server:qps=50,batch=8,delay=0.25ms,threads=2",
        "peak-load:p99.9=20ms,batch=8",
        "server:qps=50,callers=2",
        "soak",
    ],
)
def test_the_id_of_a_scenario_reads_as_that_scenario(text: str) -> None:
    assert text == scenario_id(parse_scenario(text))


def test_a_trace_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "arrivals.txt").write_text("10\n10.5\n11\n")
    trace = v1.ArrivalTrace(offsets_ns=[0, 500_000_000, 1_000_000_000])
    assert v1.Scenario(server=v1.Server(trace=trace, dynamic_batching=BATCHING)) == parse_scenario(
        f"server:trace={tmp_path / 'arrivals.txt'},batch=8,delay=5ms"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "scenario must be one of offline, .*, got ''"),
        ("burst", "got 'burst'"),
        ("single-stream:min_duration=5", "min_duration must be a duration such as 500ms"),
        ("single-stream:min_query_count=0", "min_query_count must be a whole number of 1 or more"),
        ("single-stream:min_query_count=9999999999", "whole number"),
        ("single-stream:threads=1,threads=2", "single-stream takes threads once"),
        ("single-stream:bound=p99", "bound must be a duration such as .*, got ''"),
        ("single-stream:bound=99:20ms", "bound must bound a quantile .* such as p99 .* got '99'"),
        ("single-stream:bound=p0:20ms", "between p0 and p100"),
        ("single-stream:bound=p99:0ms", "bound must bound latency by more than 0"),
        ("offline:qps=50", "offline takes precision=..., min_duration=..., .*; got 'qps=50'"),
        ("offline:bound=p99:20ms", "offline takes"),
        ("offline:p99=20ms", "offline takes"),
        ("offline:block_count", "got 'block_count'"),
        ("offline:precision=5", "precision must be a share such as 5%"),
        ("offline:precision=0%", "precision must be a share such as 5%"),
        ("multi-stream:n=0", "n must be a whole number of 1 or more"),
        ("server", "server takes either qps=RATE"),
        ("server:qps=1,trace=a.txt", "server takes either qps=RATE"),
        ("server:trace=a.txt,arrivals=constant", "server takes either qps=RATE"),
        ("server:qps=0", "qps must be a number a second, above 0"),
        ("server:qps=nan", "qps must be a number a second, above 0"),
        ("server:qps=1,arrivals=even", "arrivals must be poisson or constant, got 'even'"),
        ("server:qps=1,batch=0", "batch must be a whole number of 1 or more"),
        ("server:qps=1,delay=5", "delay must be a duration"),
        ("server:trace=no/such/file.txt", "'no/such/file.txt' cannot be read"),
        ("peak-load", "peak-load takes one bound on latency, such as p99=20ms, got 0"),
        ("peak-load:p99=20ms,p90=10ms", "peak-load takes one bound .* got 2"),
        ("peak-load:p99=20ms,precision=5%", "peak-load takes .* got 'precision=5%'"),
        ("peak-load:p100=20ms", "peak-load takes p99=..."),
        ("soak:reading_interval=often", "reading_interval must be a duration"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        parse_scenario(text)
