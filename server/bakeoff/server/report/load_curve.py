"""Throughput against latency over batch sizes and threads."""

from collections.abc import Mapping, Sequence

from bakeoff.server.report.validity import invalid_reason
from bakeoff.server.scenarios import MULTI_STREAM, SINGLE_STREAM, kind_of
from bakeoff.server.statistics import knee
from bakeoff.v1 import Figure, LoadCurve, LoadCurvePoint, ScenarioResult

_FEWEST_POINTS = 3


def load_curve(results: Sequence[ScenarioResult]) -> LoadCurve | None:
    """A point for each batch size and number of threads that queries were sent with, one by one.

    The knee is that of the curve through the points that no other one beats. None with fewer than
    three points.
    """
    points: dict[tuple[int, int], LoadCurvePoint] = {}
    for result in results:
        point = _point(result)
        if point is not None:
            points.setdefault((point.intra_op_thread_count, point.batch_size), point)
    if len(points) < _FEWEST_POINTS:
        return None
    ordered = [points[place] for place in sorted(points)]
    at = knee(
        [point.throughput_per_s for point in ordered], [point.latency_p50_ms for point in ordered]
    )
    if at is not None:
        ordered[at].knee = True
    return LoadCurve(points=ordered)


def _point(result: ScenarioResult) -> LoadCurvePoint | None:
    kind = kind_of(result.scenario)
    if kind not in {SINGLE_STREAM, MULTI_STREAM} or invalid_reason(result):
        return None
    values = _values(result.figures)
    if not {"throughput_per_s", "latency_p50_ms"} <= values.keys():
        return None
    batch_size = result.settings.multi_stream.samples_per_query if kind == MULTI_STREAM else 1
    return LoadCurvePoint(
        scenario=result.scenario,
        batch_size=batch_size,
        intra_op_thread_count=result.thread_layout.intra_op_thread_count,
        throughput_per_s=values["throughput_per_s"],
        latency_p50_ms=values["latency_p50_ms"],
        latency_p99_ms=values.get("latency_p99_ms"),
    )


def _values(figures: Sequence[Figure]) -> Mapping[str, float]:
    return {figure.id: figure.value for figure in figures if figure.HasField("value")}
