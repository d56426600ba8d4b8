"""Batches and threads draw a curve of throughput and latency, with its knee."""

from bakeoff.server.report.load_curve import load_curve
from bakeoff.v1 import (
    Figure,
    MultiStream,
    Scenario,
    ScenarioResult,
    SingleStream,
    ThreadLayout,
    Validity,
)


def _result(
    size: int, throughput: float, p50_ms: float, *, threads: int = 1, p99_ms: float | None = None
) -> ScenarioResult:
    figures = {"throughput_per_s": throughput, "latency_p50_ms": p50_ms, "latency_p99_ms": p99_ms}
    single = size == 1
    return ScenarioResult(
        scenario="single-stream" if single else f"multi-stream:n={size},threads={threads}",
        settings=Scenario(single_stream=SingleStream())
        if single
        else Scenario(multi_stream=MultiStream(samples_per_query=size)),
        figures=[Figure(id=name, value=value) for name, value in figures.items()],
        thread_layout=ThreadLayout(intra_op_thread_count=threads),
        validity=Validity(state=Validity.STATE_VALID),
    )


def test_points_come_by_threads_and_then_by_batch_with_one_knee() -> None:
    curve = load_curve(
        [
            _result(8, 130, 60, threads=1),
            _result(1, 60, 10, threads=1, p99_ms=14),
            _result(4, 125, 20, threads=1),
            _result(16, 132, 120, threads=1),
        ]
    )

    assert curve is not None
    assert [1, 4, 8, 16] == [point.batch_size for point in curve.points]
    assert [False, True, False, False] == [point.knee for point in curve.points]
    assert 14 == curve.points[0].latency_p99_ms
    assert not curve.points[1].HasField("latency_p99_ms")


def test_threads_are_told_apart() -> None:
    curve = load_curve(
        [_result(8, 130, 60, threads=2), _result(8, 100, 80, threads=1), _result(4, 90, 40)]
    )

    assert curve is not None
    found = [(point.intra_op_thread_count, point.batch_size) for point in curve.points]
    assert [(1, 4), (1, 8), (2, 8)] == found


def test_two_points_are_no_curve() -> None:
    assert load_curve([_result(1, 60, 10), _result(8, 130, 60)]) is None


def test_the_same_batch_and_threads_measured_again_is_no_further_point() -> None:
    assert load_curve([_result(1, 60, 10), _result(8, 130, 60), _result(8, 131, 61)]) is None


def test_an_invalid_measurement_is_no_point() -> None:
    broken = _result(16, 500, 1)
    broken.validity.state = Validity.STATE_INVALID

    assert load_curve([_result(1, 60, 10), _result(8, 130, 60), broken]) is None
