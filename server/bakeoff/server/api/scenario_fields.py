"""Fields of a scenario: what each may hold, and what it holds when nobody says.

A new kind of scenario is a line of `_KINDS`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bakeoff.server.api.field_ranges import (
    check_count,
    check_duration,
    check_number,
    duration_s,
)
from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.scenarios import bound_text, scenario_id
from bakeoff.server.statistics import min_query_count
from bakeoff.v1 import ArrivalTrace, DynamicBatching, LatencyBound, Scenario

_MAX_SCENARIO_COUNT: Final = 256
_MAX_THREAD_COUNT: Final = 1024
_MAX_QUERY_COUNT: Final = 10_000_000
_MAX_BOUND_COUNT: Final = 16
_BLOCKS: Final = (3, 1000)
_BATCH_SIZES: Final = (1, 4096)
_TRACE_ARRIVALS: Final = (2, 400_000)
_MAX_QPS: Final = 1e6
_LONGEST_LATENCY_S: Final = 3600.0
_LONGEST_DELAY_S: Final = 60.0

_DEFAULT_MIN_DURATION_S: Final = 3
_DEFAULT_SOAK_DURATION_S: Final = 60
_DEFAULT_MAX_DURATION_S: Final = 60
_DEFAULT_SEARCH_DURATION_S: Final = 300
_DEFAULT_BLOCK_COUNT: Final = 5
_DEFAULT_BATCH_SIZE: Final = 8
_DEFAULT_RESOLUTION: Final = 0.02
_DEFAULT_READING_INTERVAL_MS: Final = 250
# So that a p99 can be told.
_TAIL_QUERY_COUNT: Final = 299


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is particular to one kind of scenario."""

    fill: Callable[[Scenario, str], None]
    min_duration_s: int = _DEFAULT_MIN_DURATION_S
    max_duration_s: int = _DEFAULT_MAX_DURATION_S
    min_query_count: int = 0
    judges_bounds: bool = False
    one_by_one: bool = False
    stops_by_precision: bool = True


def fill_scenarios(scenarios: Sequence[Scenario]) -> None:
    """Fills in the defaults of scenarios in place.

    Raises InvalidFieldError for the first field that cannot be right, and for two of one id.
    """
    if len(scenarios) > _MAX_SCENARIO_COUNT:
        msg = f"spec.scenarios may be at most {_MAX_SCENARIO_COUNT}, got {len(scenarios)}"
        raise InvalidFieldError(msg, field="spec.scenarios")
    seen: set[str] = set()
    for index, scenario in enumerate(scenarios):
        field = f"spec.scenarios[{index}]"
        name = scenario.WhichOneof("kind")
        if name is None:
            msg = f"{field} must have its kind: one of {', '.join(_KINDS)}; got none"
            raise InvalidFieldError(msg, field=field)
        kind = _KINDS[name]
        kind.fill(scenario, field)
        _fill_durations(scenario, kind, field)
        _check_bounds(scenario, kind, field)
        _fill_counts(scenario, kind, field)
        found = scenario_id(scenario)
        if found in seen:
            msg = f"{field}: {found} must be asked for once"
            raise InvalidFieldError(msg, field=field)
        seen.add(found)


def _fill_durations(scenario: Scenario, kind: _Kind, field: str) -> None:
    if not scenario.HasField("min_duration"):
        scenario.min_duration.FromSeconds(kind.min_duration_s)
        if (
            scenario.HasField("max_duration")
            and duration_s(scenario.max_duration) < kind.min_duration_s
        ):
            scenario.min_duration.CopyFrom(scenario.max_duration)
    if not scenario.HasField("max_duration"):
        scenario.max_duration.FromSeconds(kind.max_duration_s)
        if duration_s(scenario.min_duration) > kind.max_duration_s:
            scenario.max_duration.CopyFrom(scenario.min_duration)
    check_duration(f"{field}.max_duration", scenario.max_duration)
    shortest_s, longest_s = duration_s(scenario.min_duration), duration_s(scenario.max_duration)
    if not 0 <= shortest_s <= longest_s:
        msg = (
            f"{field}.min_duration must be 0 to max_duration, {longest_s:g} s, got {shortest_s:g} s"
        )
        raise InvalidFieldError(msg, field=f"{field}.min_duration")


def _check_bounds(scenario: Scenario, kind: _Kind, field: str) -> None:
    field = f"{field}.latency_bounds"
    bounds = scenario.latency_bounds
    if bounds and not kind.judges_bounds:
        judging = ", ".join(name for name, one in _KINDS.items() if one.judges_bounds)
        msg = f"{field} are for {judging}, got {len(bounds)} for {scenario.WhichOneof('kind')}"
        raise InvalidFieldError(msg, field=field)
    if len(bounds) > _MAX_BOUND_COUNT:
        msg = f"{field} may be at most {_MAX_BOUND_COUNT}, got {len(bounds)}"
        raise InvalidFieldError(msg, field=field)
    for index, bound in enumerate(bounds):
        _check_bound(bound, f"{field}[{index}]")
    texts = [bound_text(bound) for bound in bounds]
    if len(set(texts)) < len(texts):
        msg = f"{field} must be distinct, got {', '.join(texts)}"
        raise InvalidFieldError(msg, field=field)


def _fill_counts(scenario: Scenario, kind: _Kind, field: str) -> None:
    scenario.block_count = scenario.block_count or _DEFAULT_BLOCK_COUNT
    check_count(f"{field}.block_count", scenario.block_count, _BLOCKS)
    scenario.min_query_count = scenario.min_query_count or _min_query_count(scenario, kind)
    check_count(f"{field}.min_query_count", scenario.min_query_count, (0, _MAX_QUERY_COUNT))
    threads = (0, _MAX_THREAD_COUNT)
    check_count(f"{field}.intra_op_thread_count", scenario.intra_op_thread_count, threads)
    callers = (0, 1) if kind.one_by_one else threads
    check_count(f"{field}.caller_count", scenario.caller_count, callers)
    precision = scenario.relative_precision
    if precision and not kind.stops_by_precision:
        msg = f"{field}.relative_precision must be 0 for peak_load, which has relative_resolution"
        raise InvalidFieldError(msg, field=f"{field}.relative_precision")
    if not 0 <= precision < 1:
        msg = f"{field}.relative_precision must be 0, or above it and below 1, got {precision:g}"
        raise InvalidFieldError(msg, field=f"{field}.relative_precision")


def _min_query_count(scenario: Scenario, kind: _Kind) -> int:
    """As many as the kind asks, and as every bound needs for a verdict."""
    bounds = list(scenario.latency_bounds)
    if scenario.HasField("peak_load"):
        bounds.append(scenario.peak_load.bound)
    needed = [min_query_count(0, bound.quantile) for bound in bounds]
    return min(max(kind.min_query_count, *needed, 0), _MAX_QUERY_COUNT)


def _fill_nothing(scenario: Scenario, field: str) -> None:
    """Has no settings of its own."""


def _fill_multi_stream(scenario: Scenario, field: str) -> None:
    settings = scenario.multi_stream
    settings.samples_per_query = settings.samples_per_query or _DEFAULT_BATCH_SIZE
    check_count(f"{field}.multi_stream.samples_per_query", settings.samples_per_query, _BATCH_SIZES)


def _fill_server(scenario: Scenario, field: str) -> None:
    server = scenario.server
    field = f"{field}.server"
    match server.WhichOneof("arrivals"):
        case "poisson_qps":
            _check_qps(f"{field}.poisson_qps", server.poisson_qps)
        case "constant_qps":
            _check_qps(f"{field}.constant_qps", server.constant_qps)
        case "trace":
            _check_trace(server.trace, f"{field}.trace.offsets_ns")
        case _:
            msg = (
                f"{field} must have its arrivals: one of poisson_qps, constant_qps, trace; got none"
            )
            raise InvalidFieldError(msg, field=field)
    if server.HasField("dynamic_batching"):
        _fill_batching(server.dynamic_batching, f"{field}.dynamic_batching")


def _fill_peak_load(scenario: Scenario, field: str) -> None:
    search = scenario.peak_load
    field = f"{field}.peak_load"
    if not search.HasField("bound"):
        msg = f"{field}.bound must be given, such as a quantile of 0.99 and 20 ms; got none"
        raise InvalidFieldError(msg, field=f"{field}.bound")
    _check_bound(search.bound, f"{field}.bound")
    search.relative_resolution = search.relative_resolution or _DEFAULT_RESOLUTION
    check_number(f"{field}.relative_resolution", search.relative_resolution, below=1.0)
    if search.HasField("dynamic_batching"):
        _fill_batching(search.dynamic_batching, f"{field}.dynamic_batching")


def _fill_soak(scenario: Scenario, field: str) -> None:
    soak = scenario.soak
    if not soak.HasField("reading_interval"):
        soak.reading_interval.FromMilliseconds(_DEFAULT_READING_INTERVAL_MS)
    check_duration(f"{field}.soak.reading_interval", soak.reading_interval)


def _fill_batching(batching: DynamicBatching, field: str) -> None:
    batching.max_batch_size = batching.max_batch_size or _DEFAULT_BATCH_SIZE
    check_count(f"{field}.max_batch_size", batching.max_batch_size, _BATCH_SIZES)
    if not batching.HasField("max_delay"):
        return
    delay_s = duration_s(batching.max_delay)
    if not 0 <= delay_s <= _LONGEST_DELAY_S:
        msg = f"{field}.max_delay must be 0 to {_LONGEST_DELAY_S:g} s, got {delay_s:g} s"
        raise InvalidFieldError(msg, field=f"{field}.max_delay")
    if delay_s == 0:
        # Not to wait is what absence says, and one thing has one id.
        batching.ClearField("max_delay")


def _check_qps(field: str, qps: float) -> None:
    if not 0 < qps <= _MAX_QPS:
        msg = f"{field} must be above 0 and at most {_MAX_QPS:.0f} arrivals a second, got {qps:g}"
        raise InvalidFieldError(msg, field=field)


def _check_trace(trace: ArrivalTrace, field: str) -> None:
    offsets_ns = trace.offsets_ns
    least, most = _TRACE_ARRIVALS
    if not least <= len(offsets_ns) <= most:
        msg = f"{field} must be {least} to {most} arrivals, got {len(offsets_ns)}"
        raise InvalidFieldError(msg, field=field)
    if offsets_ns[0] != 0:
        msg = f"{field} must begin at 0, got {offsets_ns[0]}"
        raise InvalidFieldError(msg, field=field)
    for index in range(1, len(offsets_ns)):
        if offsets_ns[index] < offsets_ns[index - 1]:
            msg = (
                f"{field} must ascend, got {offsets_ns[index]} after {offsets_ns[index - 1]} at "
                f"position {index}"
            )
            raise InvalidFieldError(msg, field=field)
    mean_qps = (len(offsets_ns) - 1) * 1e9 / offsets_ns[-1] if offsets_ns[-1] else float("inf")
    if mean_qps > _MAX_QPS:
        msg = f"{field} may hold {_MAX_QPS:.0f} arrivals a second, got {mean_qps:g}"
        raise InvalidFieldError(msg, field=field)


def _check_bound(bound: LatencyBound, field: str) -> None:
    check_number(f"{field}.quantile", bound.quantile, below=1.0)
    check_duration(f"{field}.max_latency", bound.max_latency, _LONGEST_LATENCY_S)


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "offline": _Kind(_fill_nothing),
        "single_stream": _Kind(
            _fill_nothing,
            min_query_count=_TAIL_QUERY_COUNT,
            judges_bounds=True,
            one_by_one=True,
        ),
        "multi_stream": _Kind(
            _fill_multi_stream,
            min_query_count=_TAIL_QUERY_COUNT,
            judges_bounds=True,
            one_by_one=True,
        ),
        "server": _Kind(_fill_server, min_query_count=_TAIL_QUERY_COUNT, judges_bounds=True),
        "peak_load": _Kind(
            _fill_peak_load, max_duration_s=_DEFAULT_SEARCH_DURATION_S, stops_by_precision=False
        ),
        "soak": _Kind(_fill_soak, min_duration_s=_DEFAULT_SOAK_DURATION_S, one_by_one=True),
    }
)
