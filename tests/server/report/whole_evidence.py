"""Everything that an evaluation of made-up candidates finds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from bakeoff.server.scenarios import scenario_id
from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import (
    BatchPolicy,
    BatchSensitivity,
    Candidate,
    Environment,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Fingerprint,
    Label,
    LabelCount,
    PredictionPass,
    Scenario,
    StatisticsSettings,
    Target,
    TextInput,
    ThreadLayout,
    TokenBudget,
)

from .load_evidence import OFFLINE, SINGLE_STREAM, scenario_evidence
from .profile_evidence import cold_start_of, memory_fit_of, memory_of, placement_of
from .quality_evidence import manifest_of, predictions_of, raw_outputs, texts_of
from .sketches import LABELS, SKETCHES, Sketch


def candidate_evidence(
    folder: Path,
    sketch: Sketch,
    values: np.ndarray,
    position: int,
    spec: EvaluationSpec,
) -> CandidateEvidence:
    """Everything of one made-up candidate; one that fails has neither load nor whole answers."""
    rng = np.random.default_rng([7, position])
    size_bytes = int(sketch.host_peak_mib * 160_000)
    candidate = Candidate(
        name=sketch.resource,
        manifest=manifest_of(sketch),
        sha256=f"{position:064x}",
        size_bytes=size_bytes,
    )
    predictions = predictions_of(values, rng)
    if sketch.failure:
        return CandidateEvidence(
            candidate=candidate,
            error=Status(code=13, message=sketch.failure),
            predictions=predictions[: len(predictions) // 3],
        )
    return CandidateEvidence(
        candidate=candidate,
        error=None,
        predictions=predictions,
        prediction_pass=PredictionPass(
            example_count=len(predictions),
            duration=Duration(nanos=400_000_000),
            batch_count=len(predictions) // 20,
            token_count=9_000,
            padded_token_count=9_500,
            thread_layout=ThreadLayout(intra_op_thread_count=1, caller_count=2),
        ),
        batch_sensitivity=BatchSensitivity(
            policy=BatchPolicy(token_budget=TokenBudget(padded_token_count=512, max_batch_size=64)),
            example_count=1000,
            label_flip_count=sketch.flips,
            max_abs_difference=0.014 * sketch.flips,
            bit_identical=not sketch.flips,
        ),
        cold_start=cold_start_of(sketch),
        memory=memory_of(sketch, size_bytes),
        memory_fit=memory_fit_of(sketch, spec.fit_memory_bytes) if spec.fit_memory_bytes else None,
        placement=placement_of(),
        scenarios={
            scenario_id(scenario): scenario_evidence(
                folder, sketch, scenario, position, rng, predictions=predictions
            )
            for scenario in spec.scenarios
        },
    )


def whole_evidence(
    folder: Path,
    *,
    sketches: Sequence[Sketch] = SKETCHES,
    size: int = 600,
    constraints: Sequence[str] = ("latency_p99_ms<=5ms", "accuracy>=0.6"),
    objectives: Sequence[str] = ("max:accuracy",),
    scenarios: Sequence[Scenario] = (OFFLINE, SINGLE_STREAM),
    texts: Mapping[int, TextInput] | None = None,
    metrics: Sequence[str] = ("accuracy", "f1.macro", "log_loss", "ece"),
    resample_count: int = 100,
    **of_spec: object,
) -> Evidence:
    """Everything that an evaluation of `size` examples finds of made-up candidates.

    `of_spec` holds further fields of the spec.
    """
    spec = EvaluationSpec(
        candidates=[sketch.resource for sketch in sketches],
        evaluation_set="evaluationSets/nouns",
        target="targets/cpu",
        scenarios=scenarios,
        batch_policy=BatchPolicy(
            token_budget=TokenBudget(padded_token_count=512, max_batch_size=64)
        ),
        baseline=sketches[0].resource,
        constraints=constraints,
        objectives=objectives,
        metrics=metrics,
        statistics=StatisticsSettings(
            confidence_level=0.95,
            resample_count=resample_count,
            seed=1,
            equivalence_margin=0.005,
        ),
        **of_spec,
    )
    rng = np.random.default_rng(11)
    truth = rng.integers(0, len(LABELS), size)
    easiness = rng.normal(0, 1, size)
    shared = {}
    evidences = []
    for position, sketch in enumerate(sketches):
        source = sketch.name.partition(".")[0]
        if source not in shared:
            shared[source] = raw_outputs(
                sketch, truth, easiness, np.random.default_rng([3, position])
            )
        values = shared[source] + (
            0.03 * rng.normal(size=shared[source].shape) if sketch.flips else 0
        )
        evidences.append(candidate_evidence(folder, sketch, values, position, spec))
    return Evidence(
        evaluation="evaluations/made-up",
        spec=spec,
        evaluation_set=EvaluationSet(
            name="evaluationSets/nouns",
            task="text-classification",
            example_count=size,
            sha256="ab" * 32,
            label_counts=[
                LabelCount(label=label, count=int((truth == index).sum()))
                for index, label in enumerate(LABELS)
            ],
            description="nouns.csv",
        ),
        target=Target(name="targets/cpu", device="cpu", available=True),
        environment=Environment(
            fingerprint=Fingerprint(
                sha256="cd" * 32,
                cpu_model="Example Processor 9000",
                usable_cpu_count=2,
                cpu_features=["avx2", "avx512_vnni"],
                memory_limit_bytes=24 << 30,
                platform="Linux 6.1, x86_64",
                software_versions={"onnxruntime": "1.31.1", "numpy": "2.4.6"},
            ),
            start_time=Timestamp(seconds=1_790_000_000),
            end_time=Timestamp(seconds=1_790_000_240),
            cpu_steal_share=0.004,
            foreign_cpu_share=0.031,
            load_average_start=0.4,
            load_average_end=1.9,
        ),
        keys=[
            ExampleKey(id=f"n{index:05d}", label=Label(class_name=LABELS[label]))
            for index, label in enumerate(truth)
        ],
        texts=texts_of(size, texts or {}),
        candidates=evidences,
    )
