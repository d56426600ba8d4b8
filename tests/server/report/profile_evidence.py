"""Made-up findings of fresh processes: cold start, memory, and where the graph ran."""

from bakeoff.v1 import (
    ColdStart,
    Figure,
    MemoryFit,
    MemoryFitPoint,
    MemoryLedger,
    MemoryReading,
    Placement,
    ProviderShare,
)

from .sketches import Sketch


def cold_start_of(sketch: Sketch) -> ColdStart:
    """Of a graph that takes texts as they are no times of a new shape."""
    takes_texts = sketch.name == "tfidf"
    times: dict[str, float | None] = {
        "process_start_ms": 310.0,
        "load_ms": 20 + 30 * sketch.latency_ms,
        "first_inference_ms": 3 + 2.4 * sketch.latency_ms,
        "second_inference_ms": 1.1 * sketch.latency_ms,
        "new_shape_ms": None if takes_texts else 1 + 1.9 * sketch.latency_ms,
        "known_shape_ms": None if takes_texts else 1.6 * sketch.latency_ms,
    }
    return ColdStart(
        repeat_count=3,
        figures=[
            Figure(
                id=figure_id,
                value=value,
                observation_count=0 if value is None else 3,
                unit="ms",
                direction=Figure.DIRECTION_LOWER_IS_BETTER,
                method="median",
                boundary="process",
                absent_reason="the graph takes texts as they are" if value is None else "",
            )
            for figure_id, value in times.items()
        ],
    )


def memory_of(sketch: Sketch, size_bytes: int) -> MemoryLedger:
    peak = sketch.host_peak_mib
    readings = {"process": 44, "load_peak": peak - 6, "steady": peak - 11, "run_peak": peak}
    readings |= {"host_peak": peak, "pss": peak - 14, "uss": peak - 20}
    return MemoryLedger(
        repeat_count=3,
        readings=[
            MemoryReading(
                id="bundle",
                bytes=size_bytes,
                min_bytes=size_bytes,
                max_bytes=size_bytes,
                method="file sizes",
            ),
            *(
                MemoryReading(
                    id=name,
                    bytes=mib << 20,
                    min_bytes=(mib << 20) - 300_000,
                    max_bytes=(mib << 20) + 500_000,
                    method="VmRSS" if name in {"process", "steady"} else "VmHWM",
                )
                for name, mib in readings.items()
            ),
            MemoryReading(id="device_peak", absent_reason="the target is the processor"),
        ],
    )


def memory_fit_of(sketch: Sketch, limit_bytes: int) -> MemoryFit:
    """Nothing of a graph that takes texts as they are; else what fits at three lengths."""
    if sketch.name == "tfidf":
        return MemoryFit(limit_bytes=limit_bytes, absent_reason="the graph takes texts as they are")
    peak = sketch.host_peak_mib << 20
    return MemoryFit(
        limit_bytes=limit_bytes,
        method="VmHWM",
        points=[
            MemoryFitPoint(
                token_count=32, max_batch_size=4096, peak_bytes=2 * peak, bounded_by_trial=True
            ),
            MemoryFitPoint(token_count=128, max_batch_size=512, peak_bytes=3 * peak),
            MemoryFitPoint(token_count=512, max_batch_size=0, peak_bytes=8 * peak),
        ],
        max_token_count=384,
    )


def placement_of() -> Placement:
    return Placement(
        requested_providers=["CPUExecutionProvider"],
        actual_providers=["CPUExecutionProvider"],
        shares=[
            ProviderShare(
                provider="CPUExecutionProvider", node_count=183, node_share=1.0, time_share=1.0
            )
        ],
        session_settings={"graph_optimization_level": "all", "intra_op_num_threads": "1"},
    )
