"""Made-up observations of load, drawn from a seed."""

from pathlib import Path

import numpy as np
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.scenarios import scenario_id
from bakeoff.server.types import ScenarioEvidence
from bakeoff.v1 import ObservationBlock, Offline, Scenario, SingleStream, ThreadLayout

from .sketches import SKETCHES, Sketch

ROUND_COUNT = 5
OFFLINE = Scenario(offline=Offline(), block_count=ROUND_COUNT)
SINGLE_STREAM = Scenario(single_stream=SingleStream(), min_query_count=299, block_count=ROUND_COUNT)


def _blocks(sketch: Sketch, scenario: str, rng: np.random.Generator) -> list[ObservationBlock]:
    blocks = []
    for number in range(ROUND_COUNT):
        drift = 1 + 0.03 * number / ROUND_COUNT + rng.normal(0, 0.008)
        if scenario == "offline":
            rate = sketch.samples_per_s / drift
            tokens = int(rate * 18)
            blocks.append(
                ObservationBlock(
                    scenario=scenario,
                    round=number,
                    duration_ns=1_000_000_000,
                    sample_count=int(rate),
                    token_count=tokens,
                    padded_token_count=int(tokens * 1.06),
                )
            )
            continue
        latencies = sketch.latency_ms * drift * np.exp(rng.normal(0, 0.18, 240))
        latencies += sketch.latency_ms * 1.5 * (rng.random(240) < 0.02)
        end_to_end = (latencies * 1e6).astype(int)
        model_only = (end_to_end * 0.87).astype(int)
        total = int(end_to_end.sum())
        blocks.append(
            ObservationBlock(
                scenario=scenario,
                round=number,
                duration_ns=total + 240 * 20_000,
                sample_count=240,
                end_to_end_ns=end_to_end.tolist(),
                model_only_ns=model_only.tolist(),
                stage_ns={
                    "run": int(total * 0.85),
                    "tokenise": int(total * 0.09),
                    "copy-in": int(total * 0.02),
                    "copy-out": int(total * 0.01),
                    "decode": int(total * 0.03),
                },
            )
        )
    return blocks


def scenario_evidence(
    folder: Path, sketch: Sketch, settings: Scenario, position: int, rng: np.random.Generator
) -> ScenarioEvidence:
    """What is measured of a made-up candidate in a scenario; its observations lie in a folder."""
    scenario = scenario_id(settings)
    path = folder / f"{sketch.name}.{scenario}"
    with path.open("wb") as file:
        for block in _blocks(sketch, scenario, rng):
            serialize_length_prefixed(block, file)
    return ScenarioEvidence(
        scenario=scenario,
        observations_path=path,
        layout=ThreadLayout(intra_op_thread_count=1, caller_count=2),
        positions=tuple((position + number) % len(SKETCHES) for number in range(ROUND_COUNT)),
        start_times_ns=tuple(1_790_000_000_000_000_000 + n * 10**9 for n in range(ROUND_COUNT)),
        warm_up_settled=True,
        suspicions=("Other processes took 14.0% of the processor time.",)
        if (sketch.name, scenario) == ("nano.fp32", "single-stream")
        else (),
    )
