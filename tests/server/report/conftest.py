"""Made-up evidence of an evaluation: what workers would have found, drawn from a seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.proto import serialize_length_prefixed
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from bakeoff.server.report import assemble
from bakeoff.server.types import CandidateEvidence, Evidence, ScenarioEvidence
from bakeoff.v1 import (
    BatchPolicy,
    BatchSensitivity,
    Candidate,
    ClassificationHead,
    ClassificationOutput,
    ColdStart,
    Environment,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Figure,
    Fingerprint,
    Label,
    LabelCount,
    Manifest,
    MemoryLedger,
    MemoryReading,
    ObservationBlock,
    Offline,
    Parity,
    Placement,
    Prediction,
    PredictionPass,
    ProviderShare,
    Report,
    Scenario,
    SingleStream,
    SourceModel,
    StatisticsSettings,
    Target,
    TextInput,
    ThreadLayout,
    TokenBudget,
    Variant,
)

LABELS = (
    "act",
    "animal",
    "artifact",
    "attribute",
    "body",
    "cognition",
    "communication",
    "food",
    "location",
    "person",
    "plant",
    "substance",
)
_SUBJECTS = ("a small", "the formal", "any of several", "a person who makes", "the study of")
_OBJECTS = ("bird of the open sea", "device for weighing", "way of speaking", "root that is eaten")
_ROUNDS = 5


@dataclass(frozen=True)
class Sketch:
    """What a made-up candidate is like."""

    name: str
    skill: float
    latency_ms: float
    samples_per_s: float
    host_peak_mib: int
    failure: str = ""
    flips: int = 0
    scale: "ClassificationHead.Scale.ValueType" = ClassificationHead.SCALE_LOGITS

    @property
    def resource(self) -> str:
        return f"candidates/{self.name}"


SKETCHES = (
    Sketch("tfidf", 2.2, 0.21, 9200, 71, scale=ClassificationHead.SCALE_PROBABILITIES),
    Sketch("nano.fp32", 2.5, 1.32, 1450, 96),
    Sketch("nano.int8-dynamic", 2.48, 0.74, 2700, 88, flips=6),
    Sketch("tiny.fp32", 3.3, 4.1, 410, 131),
    Sketch("tiny.int8-dynamic", 3.29, 1.9, 1010, 104, flips=11),
    Sketch("tiny.fp16", 3.3, 4.4, 380, 140, failure="the worker ended by signal 11 (SIGSEGV)"),
)


def _logits(
    sketch: Sketch, truth: np.ndarray, easiness: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    logits = rng.normal(0, 1, (len(truth), len(LABELS)))
    logits[np.arange(len(truth)), truth] += sketch.skill + easiness
    logits *= 1.6
    if sketch.scale == ClassificationHead.SCALE_PROBABILITIES:
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)
    return logits


def _predictions(values: np.ndarray, rng: np.random.Generator) -> list[Prediction]:
    return [
        Prediction(
            index=index,
            classification=ClassificationOutput(values=row.tolist()),
            token_count=int(rng.integers(6, 40)),
            truncated=bool(rng.random() < 0.02),
        )
        for index, row in enumerate(values)
    ]


def _blocks(sketch: Sketch, scenario: str, rng: np.random.Generator) -> list[ObservationBlock]:
    blocks = []
    for number in range(_ROUNDS):
        drift = 1 + 0.03 * number / _ROUNDS + rng.normal(0, 0.008)
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


def _scenario_evidence(
    folder: Path, sketch: Sketch, scenario: str, position: int, rng: np.random.Generator
) -> ScenarioEvidence:
    path = folder / f"{sketch.name}.{scenario}"
    with path.open("wb") as file:
        for block in _blocks(sketch, scenario, rng):
            serialize_length_prefixed(block, file)
    return ScenarioEvidence(
        scenario=scenario,
        observations_path=path,
        layout=ThreadLayout(intra_op_thread_count=1, caller_count=2),
        positions=tuple((position + number) % len(SKETCHES) for number in range(_ROUNDS)),
        start_times_ns=tuple(1_790_000_000_000_000_000 + n * 10**9 for n in range(_ROUNDS)),
        warm_up_settled=True,
        suspicions=("Other processes took 14.0% of the processor time.",)
        if (sketch.name, scenario) == ("nano.fp32", "single-stream")
        else (),
    )


def _manifest(sketch: Sketch) -> Manifest:
    source, _, variant = sketch.name.partition(".")
    return Manifest(
        schema_version=1,
        task="text-classification",
        source_model=SourceModel(
            name=source,
            kind=SourceModel.KIND_HUGGING_FACE if variant else SourceModel.KIND_SCIKIT_LEARN,
            parameter_count=4_400_000 if variant else None,
        ),
        variant=Variant(id=variant or "fp32", backend="transformers" if variant else "skl2onnx"),
        classification=ClassificationHead(
            problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
            scale=sketch.scale,
            labels=LABELS,
        ),
        parity=Parity(
            example_count=256,
            label_flip_count=sketch.flips // 5,
            max_abs_difference=0.13 if sketch.flips else 3e-6,
            passed=True,
        ),
    )


def _cold_start(sketch: Sketch) -> ColdStart:
    times = {
        "process_start_ms": 310.0,
        "load_ms": 20 + 30 * sketch.latency_ms,
        "first_inference_ms": 3 + 2.4 * sketch.latency_ms,
        "second_inference_ms": 1.1 * sketch.latency_ms,
    }
    return ColdStart(
        repeat_count=3,
        figures=[
            Figure(
                id=figure_id,
                value=value,
                observation_count=3,
                unit="ms",
                direction=Figure.DIRECTION_LOWER_IS_BETTER,
                method="median",
                boundary="process",
            )
            for figure_id, value in times.items()
        ],
    )


def _memory(sketch: Sketch, size_bytes: int) -> MemoryLedger:
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


def _placement() -> Placement:
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


def candidate_evidence(
    folder: Path,
    sketch: Sketch,
    values: np.ndarray,
    position: int,
    scenarios: Sequence[str],
) -> CandidateEvidence:
    """Everything of one made-up candidate; one that fails has neither load nor whole answers."""
    rng = np.random.default_rng([7, position])
    size_bytes = int(sketch.host_peak_mib * 160_000)
    candidate = Candidate(
        name=sketch.resource,
        manifest=_manifest(sketch),
        sha256=f"{position:064x}",
        size_bytes=size_bytes,
    )
    predictions = _predictions(values, rng)
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
        cold_start=_cold_start(sketch),
        memory=_memory(sketch, size_bytes),
        placement=_placement(),
        scenarios={
            scenario: _scenario_evidence(folder, sketch, scenario, position, rng)
            for scenario in scenarios
        },
    )


@pytest.fixture(scope="session")
def make_evidence(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Evidence]:
    """A function that makes evidence; see `_make` for what can be set."""

    def make(**settings: object) -> Evidence:
        return _make(tmp_path_factory.mktemp("evidence"), **settings)  # type: ignore[arg-type] # passed on as they come

    return make


def _make(
    folder: Path,
    *,
    sketches: Sequence[Sketch] = SKETCHES,
    size: int = 600,
    constraints: Sequence[str] = ("latency_p99_ms<=5ms", "accuracy>=0.6"),
    objectives: Sequence[str] = ("max:accuracy",),
    scenarios: Sequence[str] = ("offline", "single-stream"),
    texts: Mapping[int, TextInput] | None = None,
    metrics: Sequence[str] = ("accuracy", "f1.macro", "log_loss", "ece"),
    resample_count: int = 100,
) -> Evidence:
    rng = np.random.default_rng(11)
    truth = rng.integers(0, len(LABELS), size)
    easiness = rng.normal(0, 1, size)
    shared = {}
    evidences = []
    for position, sketch in enumerate(sketches):
        source = sketch.name.partition(".")[0]
        if source not in shared:
            shared[source] = _logits(sketch, truth, easiness, np.random.default_rng([3, position]))
        values = shared[source] + (
            0.03 * rng.normal(size=shared[source].shape) if sketch.flips else 0
        )
        evidences.append(candidate_evidence(folder, sketch, values, position, scenarios))
    kinds = {
        "offline": Scenario(offline=Offline(), block_count=_ROUNDS),
        "single-stream": Scenario(
            single_stream=SingleStream(), min_query_count=299, block_count=_ROUNDS
        ),
    }
    plain = [
        TextInput(text=f"{_SUBJECTS[i % 5]} {_OBJECTS[i % 4]}, number {i}") for i in range(size)
    ]
    for index, text in (texts or {}).items():
        plain[index] = text
    return Evidence(
        evaluation="evaluations/made-up",
        spec=EvaluationSpec(
            candidates=[sketch.resource for sketch in sketches],
            evaluation_set="evaluationSets/nouns",
            target="targets/cpu",
            scenarios=[kinds[name] for name in scenarios],
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
        ),
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
        texts=plain,
        candidates=evidences,
    )


@pytest.fixture(scope="session")
def bare_evidence() -> Callable[..., Evidence]:
    """A function that makes evidence of predictions alone, for a head, labels and raw outputs."""
    return _bare


def _bare(
    head: ClassificationHead,
    labels: Sequence[Label | None],
    outputs: Mapping[str, Sequence[Sequence[float]]],
    **of_spec: object,
) -> Evidence:
    candidates = [
        CandidateEvidence(
            candidate=Candidate(
                name=f"candidates/{name}",
                manifest=Manifest(task="text-classification", classification=head),
            ),
            error=None,
            predictions=[
                Prediction(
                    index=index,
                    classification=ClassificationOutput(values=values),
                    non_finite_count=int(not np.isfinite(values).all()),
                )
                for index, values in enumerate(rows)
            ],
        )
        for name, rows in outputs.items()
    ]
    names = [found.candidate.name for found in candidates]
    spec = {"baseline": names[0], "statistics": StatisticsSettings(resample_count=100)} | of_spec
    return Evidence(
        evaluation="evaluations/bare",
        spec=EvaluationSpec(candidates=names, **spec),  # type: ignore[arg-type] # as they come
        evaluation_set=EvaluationSet(
            name="evaluationSets/bare", task="text-classification", example_count=len(labels)
        ),
        target=Target(name="targets/cpu", device="cpu"),
        environment=Environment(),
        keys=[ExampleKey(id=f"e{index}", label=label) for index, label in enumerate(labels)],
        texts=[TextInput(text=f"text {index}") for index in range(len(labels))],
        candidates=candidates,
    )


@pytest.fixture(scope="session")
def evidence(make_evidence: Callable[..., Evidence]) -> Evidence:
    """Six candidates of which one failed, both scenarios, two constraints."""
    return make_evidence()


@pytest.fixture(scope="session")
def create_time() -> Timestamp:
    return Timestamp(seconds=1_790_000_300)


@pytest.fixture(scope="session")
def report(evidence: Evidence, create_time: Timestamp) -> Report:
    """The report of `evidence`."""
    return assemble(evidence, create_time=create_time, bakeoff_version="0.1.0")
