"""Names of scenarios: their kinds, and the id of one with its settings."""

import hashlib
from typing import Final

from bakeoff.v1 import DynamicBatching, LatencyBound, Scenario, Server

OFFLINE: Final = "offline"
SINGLE_STREAM: Final = "single-stream"
MULTI_STREAM: Final = "multi-stream"
SERVER: Final = "server"
PEAK_LOAD: Final = "peak-load"
SOAK: Final = "soak"

# A new scenario is a line here.
SCENARIO_KINDS: Final = (OFFLINE, SINGLE_STREAM, MULTI_STREAM, SERVER, PEAK_LOAD, SOAK)

_NS_PER_MS: Final = 1e6
_TRACE_DIGITS: Final = 8


def kind_of(scenario_id: str) -> str:
    """Kind of a scenario by its id: `server` for `server:qps=50`."""
    return scenario_id.partition(":")[0]


def scenario_id(scenario: Scenario) -> str:
    """Id of a scenario that has its defaults filled in, such as `server:qps=50,batch=8,delay=5ms`.

    It is made of what is offered and how it is served, not of how long that is measured. Scenarios
    of one id differ in nothing that would move a figure.
    """
    kind = scenario.WhichOneof("kind")
    settings: list[str] = []
    match kind:
        case "multi_stream":
            settings = [f"n={scenario.multi_stream.samples_per_query}"]
        case "server":
            batching = scenario.server.HasField("dynamic_batching")
            settings = _arrivals(scenario.server)
            settings += _batching(scenario.server.dynamic_batching) if batching else []
        case "peak_load":
            batching = scenario.peak_load.HasField("dynamic_batching")
            settings = [bound_text(scenario.peak_load.bound)]
            settings += _batching(scenario.peak_load.dynamic_batching) if batching else []
    if scenario.intra_op_thread_count:
        settings.append(f"threads={scenario.intra_op_thread_count}")
    if scenario.caller_count:
        settings.append(f"callers={scenario.caller_count}")
    name = (kind or "").replace("_", "-")
    return f"{name}:{','.join(settings)}" if settings else name


def bound_text(bound: LatencyBound) -> str:
    """A bound on latency, such as `p99=20ms`."""
    return f"p{bound.quantile * 100:.10g}={bound.max_latency.ToNanoseconds() / _NS_PER_MS:.10g}ms"


def _arrivals(server: Server) -> list[str]:
    match server.WhichOneof("arrivals"):
        case "constant_qps":
            return [f"qps={server.constant_qps:.10g}", "arrivals=constant"]
        case "trace":
            digest = hashlib.sha256(server.trace.SerializeToString(deterministic=True))
            return [f"trace={digest.hexdigest()[:_TRACE_DIGITS]}"]
        case _:
            return [f"qps={server.poisson_qps:.10g}"]


def _batching(batching: DynamicBatching) -> list[str]:
    settings = [f"batch={batching.max_batch_size}"]
    if batching.HasField("max_delay"):
        settings.append(f"delay={batching.max_delay.ToNanoseconds() / _NS_PER_MS:.10g}ms")
    return settings
