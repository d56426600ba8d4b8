"""The figures that a constraint or an objective may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bakeoff.server.metrics import METRICS
from bakeoff.server.scenarios import (
    MULTI_STREAM,
    OFFLINE,
    PEAK_LOAD,
    SERVER,
    SINGLE_STREAM,
    SOAK,
    kind_of,
)
from bakeoff.server.types import Direction, figure_key
from bakeoff.v1 import EvaluationSpec

_LOWER = Direction.LOWER_IS_BETTER
_HIGHER = Direction.HIGHER_IS_BETTER
_LATENCY_STATISTICS = ("p50", "p90", "p95", "p99", "p99_9", "mean")


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A figure that an evaluation finds: what it is called, its unit, and which way is better.

    `part` names the class or slice that it is about, and is empty for the whole set.
    """

    id: str
    scenario: str
    unit: str
    direction: Direction
    part: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other figures of a candidate."""
        return figure_key(self.id, self.scenario, self.part)


@dataclass(frozen=True, slots=True)
class Extras:
    """What an evaluation finds only when it is asked for.

    `traffic`: the lengths of the caller's traffic are given; `price`: what the target costs;
    `wanted_load`: the load that a deployment must carry.
    """

    traffic: bool = False
    price: bool = False
    wanted_load: bool = False


def extras_of(spec: EvaluationSpec) -> Extras:
    """What a spec asks for beyond its metrics and scenarios."""
    return Extras(
        traffic=spec.HasField("traffic"),
        price=spec.HasField("pricing"),
        wanted_load=spec.pricing.wanted_samples_per_s > 0,
    )


def _figure(figure_id: str, unit: str, direction: Direction = _LOWER) -> KnownFigure:
    return KnownFigure(figure_id, "", unit, direction)


LATENCY_FIGURES = tuple(
    _figure(f"{boundary}_{statistic}_ms", "ms")
    for boundary in ("latency", "model_latency")
    for statistic in _LATENCY_STATISTICS
)
TRAFFIC_FIGURES = tuple(
    _figure(f"traffic_latency_{statistic}_ms", "ms") for statistic in ("p50", "p90", "p99")
)
SOAK_FIGURES = (
    _figure("leak_kib_per_1000_queries", "KiB"),
    _figure("leak_mib_per_h", "MiB/h"),
    _figure("soak_growth_mib", "MiB"),
)
PRICE_FIGURE = _figure("cost_per_million_usd", "USD")
REPLICA_FIGURE = _figure("replica_count", "replicas")
_THROUGHPUT = _figure("throughput_per_s", "1/s", _HIGHER)
_ENERGY = _figure("joules_per_sample", "J")
_LATENESS = _figure("lateness_p99_ms", "ms")
_ANSWER_FIGURES = (
    _figure("accuracy_under_load", "1", _HIGHER),
    _figure("changed_answer_share", "1"),
    _figure("correct_per_s", "1/s", _HIGHER),
)

# By kind of scenario, without the scenario's id; a new kind is a line here.
SCENARIO_FIGURES: Mapping[str, tuple[KnownFigure, ...]] = {
    OFFLINE: (_THROUGHPUT, _figure("padding_share", "1"), _ENERGY),
    SINGLE_STREAM: (_THROUGHPUT, *LATENCY_FIGURES, _ENERGY),
    MULTI_STREAM: (_THROUGHPUT, *LATENCY_FIGURES, _ENERGY),
    SERVER: (_THROUGHPUT, *LATENCY_FIGURES, *_ANSWER_FIGURES, _LATENESS, _ENERGY),
    PEAK_LOAD: (_figure("peak_qps", "1/s", _HIGHER), _LATENESS),
    SOAK: (_THROUGHPUT, *LATENCY_FIGURES, *SOAK_FIGURES, _ENERGY),
}
# Kinds whose queries are single examples of a known length.
TRAFFIC_KINDS = (SINGLE_STREAM, SERVER, SOAK)
# Kinds that show how much one replica carries, and the figure that says it.
CAPACITY_FIGURES: Mapping[str, str] = {
    OFFLINE: "throughput_per_s",
    SINGLE_STREAM: "throughput_per_s",
    MULTI_STREAM: "throughput_per_s",
    PEAK_LOAD: "peak_qps",
}
PROFILE_FIGURES = (
    _figure("host_peak_mib", "MiB"),
    _figure("steady_mib", "MiB"),
    _figure("bundle_mib", "MiB"),
    _figure("process_start_ms", "ms"),
    _figure("load_ms", "ms"),
    _figure("first_inference_ms", "ms"),
    _figure("second_inference_ms", "ms"),
    _figure("new_shape_ms", "ms"),
    _figure("known_shape_ms", "ms"),
)


def known_figures(
    metric_ids: Iterable[str], scenarios: Iterable[str], extras: Extras | None = None
) -> Mapping[str, KnownFigure]:
    """Figures that an evaluation finds, by key, in the order in which reports show them.

    `metric_ids` are ids of `metrics.METRICS`; `scenarios` are ids such as `server:qps=50`.
    """
    metrics = (
        KnownFigure(metric_id, "", METRICS[metric_id].unit, METRICS[metric_id].direction)
        for metric_id in metric_ids
    )
    of_scenarios = (
        replace(figure, scenario=scenario)
        for scenario in scenarios
        for figure in _figures_of_kind(kind_of(scenario), extras or Extras())
    )
    return {figure.key: figure for figure in (*metrics, *of_scenarios, *PROFILE_FIGURES)}


def _figures_of_kind(kind: str, extras: Extras) -> tuple[KnownFigure, ...]:
    asked = list(SCENARIO_FIGURES.get(kind, ()))
    if extras.traffic and kind in TRAFFIC_KINDS:
        asked += TRAFFIC_FIGURES
    if kind in CAPACITY_FIGURES:
        asked += [PRICE_FIGURE] if extras.price else []
        asked += [REPLICA_FIGURE] if extras.wanted_load else []
    return tuple(asked)
