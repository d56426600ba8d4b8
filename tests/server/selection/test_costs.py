"""Costs are told in one order, whatever the scenarios are called."""

from bakeoff.server.selection.costs import leading_costs, tie_breakers

_KEYS = (
    "host_peak_mib",
    "throughput_per_s@offline",
    "latency_p99_ms@server:qps=80",
    "latency_p99_ms@server:qps=50",
    "latency_p50_ms@server:qps=50",
    "peak_qps@peak-load:p99=20ms",
    "latency_p99_ms@single-stream:threads=2",
    "latency_p99_ms@multi-stream:n=8",
)


def test_each_leading_cost_comes_from_the_first_scenario_that_has_it() -> None:
    expected = (
        "latency_p99_ms@single-stream:threads=2",
        "latency_p99_ms@server:qps=80",
        "peak_qps@peak-load:p99=20ms",
        "throughput_per_s@offline",
        "host_peak_mib",
    )

    assert expected == leading_costs(_KEYS)


def test_what_objectives_leave_open_is_decided_by_every_cost_that_is_known() -> None:
    expected = [
        "min:latency_p99_ms@single-stream:threads=2",
        "min:latency_p99_ms@server:qps=80",
        "min:latency_p99_ms@server:qps=50",
        "min:latency_p50_ms@server:qps=50",
        "max:peak_qps@peak-load:p99=20ms",
        "max:throughput_per_s@offline",
        "min:host_peak_mib",
    ]

    found = tie_breakers(_KEYS)

    assert expected == [objective.expression for objective in found]
    assert [text.partition(":")[2] for text in expected] == [objective.key for objective in found]


def test_costs_that_nobody_has_are_not_told() -> None:
    assert ("host_peak_mib",) == leading_costs(["accuracy", "host_peak_mib"])
    assert () == tie_breakers(["accuracy"])
