"""Made-up observations of load, drawn from a seed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from google.protobuf.duration_pb2 import Duration
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.scenarios import scenario_id
from bakeoff.server.types import ScenarioEvidence
from bakeoff.v1 import (
    DynamicBatching,
    Energy,
    LatencyBound,
    LatencyVerdict,
    LoadProbe,
    MemorySample,
    MultiStream,
    ObservationBlock,
    Offline,
    PeakLoad,
    Prediction,
    Scenario,
    Server,
    SingleStream,
    Soak,
    StageTimes,
    ThreadLayout,
)

from .sketches import SKETCHES, Sketch

ROUND_COUNT = 5
QUERY_COUNT = 240
KEPT_BYTES = 3072
BOUND = LatencyBound(quantile=0.99, max_latency=Duration(nanos=20_000_000))

OFFLINE = Scenario(offline=Offline(), block_count=ROUND_COUNT)
SINGLE_STREAM = Scenario(single_stream=SingleStream(), min_query_count=299, block_count=ROUND_COUNT)
SERVER = Scenario(server=Server(poisson_qps=50), block_count=ROUND_COUNT, latency_bounds=[BOUND])
BATCHED_SERVER = Scenario(
    server=Server(
        poisson_qps=80,
        dynamic_batching=DynamicBatching(max_batch_size=8, max_delay=Duration(nanos=5_000_000)),
    ),
    block_count=ROUND_COUNT,
)
SWEEP = tuple(
    Scenario(
        multi_stream=MultiStream(samples_per_query=size),
        intra_op_thread_count=threads,
        block_count=ROUND_COUNT,
    )
    for threads in (1, 2)
    for size in (1, 2, 4, 8)
)
PEAK_LOAD = Scenario(peak_load=PeakLoad(bound=BOUND), block_count=ROUND_COUNT)
SOAK = Scenario(soak=Soak(), block_count=ROUND_COUNT)
EVERY_SCENARIO = (
    OFFLINE,
    SINGLE_STREAM,
    SERVER,
    BATCHED_SERVER,
    *SWEEP,
    PEAK_LOAD,
    SOAK,
)
_STAGE_SHARES = {"tokenise": 0.09, "copy-in": 0.02, "run": 0.85, "copy-out": 0.01, "decode": 0.03}


def scenario_evidence(
    folder: Path,
    sketch: Sketch,
    settings: Scenario,
    position: int,
    rng: np.random.Generator,
    *,
    predictions: Sequence[Prediction],
) -> ScenarioEvidence:
    """What is measured of a made-up candidate in a scenario; its observations lie in a folder.

    Under load it answers as in the prediction pass, but for one query of a block.
    """
    scenario = scenario_id(settings)
    path = folder / f"{sketch.name}.{scenario}"
    with path.open("wb") as file:
        for number in range(ROUND_COUNT):
            drift = 1 + 0.03 * number / ROUND_COUNT + rng.normal(0, 0.008)
            block = _block(sketch, settings, drift, rng)
            for sample in block.memory_samples:
                sample.uss_bytes += KEPT_BYTES * QUERY_COUNT * number
            block.scenario, block.round = scenario, number
            if settings.HasField("server"):
                _add_answers(block, predictions)
            serialize_length_prefixed(block, file)
    is_sought = settings.HasField("peak_load")
    return ScenarioEvidence(
        scenario=scenario,
        observations_path=path,
        layout=ThreadLayout(
            intra_op_thread_count=settings.intra_op_thread_count or 1, caller_count=2
        ),
        positions=tuple((position + number) % len(SKETCHES) for number in range(ROUND_COUNT)),
        start_times_ns=tuple(1_790_000_000_000_000_000 + n * 10**9 for n in range(ROUND_COUNT)),
        warm_up_settled=True,
        suspicions=("Other processes took 14.0% of the processor time.",)
        if (sketch.name, scenario) == ("nano.fp32", "single-stream")
        else (),
        energy=_energy(sketch) if settings.HasField("offline") else None,
        probes=_probes(sketch) if is_sought else (),
    )


def _block(
    sketch: Sketch, settings: Scenario, drift: float, rng: np.random.Generator
) -> ObservationBlock:
    match settings.WhichOneof("kind"):
        case "offline":
            return _offline(sketch, drift)
        case "multi_stream":
            size = settings.multi_stream.samples_per_query
            speed = settings.intra_op_thread_count**0.7
            slower = (size**0.8 + 0.04 * size**2) / speed
            block = _queries(sketch, slower * drift, rng)
            block.sample_count *= size
        case "server" | "peak_load":
            block = _queries(sketch, 1.4 * drift, rng)
            block.offered_qps = settings.server.poisson_qps or 0.7e3 / sketch.latency_ms
            block.duration_ns = int(QUERY_COUNT / block.offered_qps * 1e9)
            block.lateness_ns.extend(rng.integers(2_000, 90_000, QUERY_COUNT).tolist())
            block.batch_sizes.extend(rng.integers(1, 4, QUERY_COUNT).tolist())
        case "soak":
            block = _queries(sketch, drift, rng)
            block.memory_samples.extend(_memory(sketch, block, rng))
        case _:
            block = _queries(sketch, drift, rng)
    return block


def _offline(sketch: Sketch, drift: float) -> ObservationBlock:
    rate = sketch.samples_per_s / drift
    tokens = int(rate * 18)
    return ObservationBlock(
        duration_ns=1_000_000_000,
        sample_count=int(rate),
        token_count=tokens,
        padded_token_count=int(tokens * 1.06),
    )


def _queries(sketch: Sketch, slower: float, rng: np.random.Generator) -> ObservationBlock:
    """Queries one by one; the longer the input, the longer the query."""
    tokens = rng.integers(4, 70, QUERY_COUNT)
    latencies = sketch.latency_ms * slower * np.exp(rng.normal(0, 0.1, QUERY_COUNT))
    latencies *= 0.7 + 0.6 * tokens / 70
    latencies += sketch.latency_ms * 1.5 * (rng.random(QUERY_COUNT) < 0.02)
    end_to_end = (latencies * 1e6).astype(int)
    total = int(end_to_end.sum())
    return ObservationBlock(
        duration_ns=total + QUERY_COUNT * 20_000,
        sample_count=QUERY_COUNT,
        end_to_end_ns=end_to_end.tolist(),
        model_only_ns=(end_to_end * 0.87).astype(int).tolist(),
        token_counts=tokens.tolist(),
        stage_ns={stage: int(total * share) for stage, share in _STAGE_SHARES.items()},
        stage_times=[
            StageTimes(stage=stage, durations_ns=(end_to_end * share).astype(int).tolist())
            for stage, share in _STAGE_SHARES.items()
        ],
    )


def _add_answers(block: ObservationBlock, predictions: Sequence[Prediction]) -> None:
    asked = [(block.round * QUERY_COUNT + query) % len(predictions) for query in range(QUERY_COUNT)]
    block.example_indices.extend(asked)
    for query, index in enumerate(asked):
        values = predictions[index].classification.values
        block.output_values.extend(values[::-1] if query == 0 else values)


def _memory(
    sketch: Sketch, block: ObservationBlock, rng: np.random.Generator
) -> list[MemorySample]:
    """Readings of a process that keeps some memory of each query."""
    steady = (sketch.host_peak_mib - 20) << 20
    return [
        MemorySample(
            elapsed_ns=block.duration_ns * part // 20,
            query_count=QUERY_COUNT * part // 20,
            uss_bytes=steady + KEPT_BYTES * QUERY_COUNT * part // 20 + int(rng.integers(0, 2000)),
            rss_bytes=steady + (9 << 20),
        )
        for part in range(20)
    ]


def _energy(sketch: Sketch) -> Energy:
    if sketch.name == "tfidf":
        return Energy(absent_reason="no meter is readable")
    return Energy(
        method="RAPL",
        joules=60.0,
        joules_per_sample=12 / sketch.samples_per_s,
        boundary="package",
    )


def _probes(sketch: Sketch) -> tuple[LoadProbe, ...]:
    peak = 0.7e3 / sketch.latency_ms
    tried = ((0.5, False), (1.0, False), (2.0, False), (1.3, False), (1.1, False), (1.0, True))
    return tuple(
        LoadProbe(
            qps=peak * share,
            verification=verification,
            verdict=LatencyVerdict(
                bound=BOUND,
                outcome=(
                    LatencyVerdict.OUTCOME_VALID if share <= 1 else LatencyVerdict.OUTCOME_INVALID
                ),
                query_count=1200,
                over_bound_count=2 if share <= 1 else 300,
                allowed_over_bound_count=5,
                conservative_latency_ms=9.0 * share**2,
            ),
        )
        for share, verification in tried
    )
