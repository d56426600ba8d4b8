"""The figures that a constraint or an objective may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bakeoff.server.metrics import METRICS
from bakeoff.server.scenarios import OFFLINE, SINGLE_STREAM
from bakeoff.server.types import Direction

_LOWER = Direction.LOWER_IS_BETTER
_HIGHER = Direction.HIGHER_IS_BETTER
_LATENCY_STATISTICS = ("p50", "p90", "p95", "p99", "p99_9", "mean")


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A figure that an evaluation finds: what it is called, its unit, and which way is better."""

    id: str
    scenario: str
    unit: str
    direction: Direction

    @property
    def key(self) -> str:
        """Id, with `@scenario` when it belongs to one."""
        return f"{self.id}@{self.scenario}" if self.scenario else self.id


LATENCY_FIGURES = tuple(
    KnownFigure(f"{boundary}_{statistic}_ms", SINGLE_STREAM, "ms", _LOWER)
    for boundary in ("latency", "model_latency")
    for statistic in _LATENCY_STATISTICS
)
SCENARIO_FIGURES = (
    KnownFigure("throughput_per_s", OFFLINE, "1/s", _HIGHER),
    KnownFigure("padding_share", OFFLINE, "1", _LOWER),
    KnownFigure("throughput_per_s", SINGLE_STREAM, "1/s", _HIGHER),
    *LATENCY_FIGURES,
)
PROFILE_FIGURES = (
    KnownFigure("host_peak_mib", "", "MiB", _LOWER),
    KnownFigure("steady_mib", "", "MiB", _LOWER),
    KnownFigure("bundle_mib", "", "MiB", _LOWER),
    KnownFigure("process_start_ms", "", "ms", _LOWER),
    KnownFigure("load_ms", "", "ms", _LOWER),
    KnownFigure("first_inference_ms", "", "ms", _LOWER),
    KnownFigure("second_inference_ms", "", "ms", _LOWER),
)


def known_figures(metric_ids: Iterable[str], scenarios: Iterable[str]) -> Mapping[str, KnownFigure]:
    """Figures that an evaluation finds, by key, in the order in which reports show them.

    `metric_ids` are ids of `metrics.METRICS`; `scenarios` are names such as `single-stream`.
    """
    measured = frozenset(scenarios)
    metrics = (
        KnownFigure(metric_id, "", METRICS[metric_id].unit, METRICS[metric_id].direction)
        for metric_id in metric_ids
    )
    of_scenarios = (figure for figure in SCENARIO_FIGURES if figure.scenario in measured)
    return {figure.key: figure for figure in (*metrics, *of_scenarios, *PROFILE_FIGURES)}
