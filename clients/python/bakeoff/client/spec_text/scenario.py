"""Scenarios: how load is offered, and for how long that is measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bakeoff import v1
from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.spec_text.arrival_trace import read_arrival_trace
from bakeoff.client.spec_text.quantities import (
    QUANTILE,
    count,
    latency_bound,
    parse_duration,
    rate,
    share,
)
from bakeoff.client.spec_text.settings import QUANTILE_KEY, Settings, read_settings

# Keys of every scenario.
DURATION_KEYS = ("min_duration", "max_duration")
COUNT_KEYS = ("min_query_count", "block_count")
COMMON_KEYS = (*DURATION_KEYS, *COUNT_KEYS, "threads", "callers")

BOUND_KEY = "bound"
PRECISION_KEY = "precision"
BATCHING_KEYS = ("batch", "delay")


@dataclass(frozen=True)
class Kind:
    """A kind of scenario: the keys that it takes beside the common ones, and what they make."""

    keys: tuple[str, ...]
    make: Callable[[Settings], v1.Scenario]


def parse_scenario(text: str) -> v1.Scenario:
    """The scenario that a text asks for: a kind, and after a colon its settings.

    Raises InvalidOptionError, also for a trace of arrivals that cannot be read.
    """
    name, _, settings = text.partition(":")
    if name not in SCENARIOS:
        message = f"scenario must be one of {', '.join(SCENARIOS)}, got {name!r}."
        raise InvalidOptionError(message)
    kind = SCENARIOS[name]
    read = read_settings(settings, name, (*kind.keys, *COMMON_KEYS), repeatable=(BOUND_KEY,))
    scenario = kind.make(read)
    _set_common(scenario, read)
    return scenario


def _set_common(scenario: v1.Scenario, settings: Settings) -> None:
    for key, value in settings.pairs:
        if key in DURATION_KEYS:
            getattr(scenario, key).CopyFrom(parse_duration(key, value))
        elif key in COUNT_KEYS:
            setattr(scenario, key, count(key, value))
        elif key == PRECISION_KEY:
            scenario.relative_precision = share(key, value)
        elif key == "threads":
            scenario.intra_op_thread_count = count(key, value)
        elif key == "callers":
            scenario.caller_count = count(key, value)
        elif key == BOUND_KEY:
            quantile, _, duration = value.partition(":")
            scenario.latency_bounds.append(latency_bound(key, quantile, duration))


def _offline(_settings: Settings) -> v1.Scenario:
    return v1.Scenario(offline=v1.Offline())


def _single_stream(_settings: Settings) -> v1.Scenario:
    return v1.Scenario(single_stream=v1.SingleStream())


def _multi_stream(settings: Settings) -> v1.Scenario:
    size = settings.get("n")
    return v1.Scenario(
        multi_stream=v1.MultiStream(samples_per_query=0 if size is None else count("n", size))
    )


def _server(settings: Settings) -> v1.Scenario:
    server = v1.Server(dynamic_batching=_dynamic_batching(settings))
    match settings.get("qps"), settings.get("trace"), settings.get("arrivals"):
        case str(per_s), None, None | "poisson":
            server.poisson_qps = rate("qps", per_s)
        case str(per_s), None, "constant":
            server.constant_qps = rate("qps", per_s)
        case str(), None, arrivals:
            message = f"arrivals must be poisson or constant, got {arrivals!r}."
            raise InvalidOptionError(message)
        case None, str(path), None:
            server.trace.CopyFrom(read_arrival_trace(Path(path)))
        case _:
            message = (
                "server takes either qps=RATE, and arrivals=constant for even gaps, or trace=FILE."
            )
            raise InvalidOptionError(message)
    return v1.Scenario(server=server)


def _peak_load(settings: Settings) -> v1.Scenario:
    bounds = [(key, value) for key, value in settings.pairs if QUANTILE.fullmatch(key)]
    if len(bounds) != 1:
        message = f"peak-load takes one bound on latency, such as p99=20ms, got {len(bounds)}."
        raise InvalidOptionError(message)
    (quantile, duration) = bounds[0]
    resolution = settings.get("resolution")
    return v1.Scenario(
        peak_load=v1.PeakLoad(
            bound=latency_bound(quantile, quantile, duration),
            dynamic_batching=_dynamic_batching(settings),
            relative_resolution=0 if resolution is None else share("resolution", resolution),
        )
    )


def _soak(settings: Settings) -> v1.Scenario:
    interval = settings.get("reading_interval")
    return v1.Scenario(
        soak=v1.Soak(
            reading_interval=None
            if interval is None
            else parse_duration("reading_interval", interval)
        )
    )


def _dynamic_batching(settings: Settings) -> v1.DynamicBatching | None:
    size, delay = (settings.get(key) for key in BATCHING_KEYS)
    if size is None and delay is None:
        return None
    return v1.DynamicBatching(
        max_batch_size=0 if size is None else count("batch", size),
        max_delay=None if delay is None else parse_duration("delay", delay),
    )


# A new scenario is a line here.
SCENARIOS: Mapping[str, Kind] = {
    "offline": Kind((PRECISION_KEY,), _offline),
    "single-stream": Kind((BOUND_KEY, PRECISION_KEY), _single_stream),
    "multi-stream": Kind(("n", BOUND_KEY, PRECISION_KEY), _multi_stream),
    "server": Kind(("qps", "arrivals", "trace", *BATCHING_KEYS, BOUND_KEY, PRECISION_KEY), _server),
    "peak-load": Kind((QUANTILE_KEY, *BATCHING_KEYS, "resolution"), _peak_load),
    "soak": Kind(("reading_interval", PRECISION_KEY), _soak),
}
