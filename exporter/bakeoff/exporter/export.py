"""From a checkpoint to bundles: load, draw, make each variant, compare, publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bakeoff.exporter.bundle import SCHEMA_VERSION, Staging, staging, valid_name
from bakeoff.exporter.checkpoint import Checkpoint, find_checkpoint
from bakeoff.exporter.drawing import draw_graph
from bakeoff.exporter.encoding import TokenEncoder
from bakeoff.exporter.errors import (
    CalibrationMissingError,
    InvalidGraphError,
    TaskUnsupportedError,
)
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.graph import GRAPH_FILE, describe_tensor, graph_inputs, load_graph, opset
from bakeoff.exporter.head import Head, ProblemType, head_of_config
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.network import Network, TorchReference, load_network
from bakeoff.exporter.parity import (
    Bounds,
    ReferenceAnswers,
    ask_reference,
    compare,
    require_parity,
)
from bakeoff.exporter.progress import NoProgress, Progress
from bakeoff.exporter.software import software_versions
from bakeoff.exporter.tokenization import describe_tokenization, write_tokenizer
from bakeoff.exporter.variants import Calibration, MadeGraph, Variant, variant_named
from bakeoff.v1 import Manifest, SourceModel
from bakeoff.v1 import Variant as VariantRecord
from google.protobuf.timestamp_pb2 import Timestamp

TASKS = ("text-classification",)


@dataclass(frozen=True)
class ExportRequest:
    """What to export and how. What is absent comes from the checkpoint or from the variant."""

    source: str
    task: str
    variants: Sequence[str]
    output: Path
    name: str | None = None
    revision: str | None = None
    backend: str | None = None
    problem_type: ProblemType | None = None
    labels: Sequence[str] | None = None
    max_length: int | None = None
    parity_examples: Sequence[Example] | None = None
    calibration_examples: Sequence[Example] | None = None
    max_abs_difference: float | None = None
    max_label_flip_share: float | None = None
    trust_remote_code: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class ExportedBundle:
    """A bundle that was published."""

    path: Path
    manifest: Manifest


def check_task(task: str) -> None:
    """Raise TaskUnsupportedError unless there is such a task."""
    if task not in TASKS:
        message = f"task: must be one of {', '.join(TASKS)}; got {task!r}."
        raise TaskUnsupportedError(message)


def export_checkpoint(
    request: ExportRequest, progress: Progress | None = None
) -> tuple[ExportedBundle, ...]:
    """Export every variant that was asked for, or none.

    Raises a subclass of ExportError; then nothing is left in the output folder.
    """
    progress = progress or NoProgress()
    check_task(request.task)
    variants = [variant_named(variant_id) for variant_id in dict.fromkeys(request.variants)]
    for variant in variants:
        if variant.needs_calibration and not request.calibration_examples:
            message = (
                f"calibration: {variant.id} needs examples like those it will see; "
                "give a file with --calibration."
            )
            raise CalibrationMissingError(message)
    progress.stage(f"Looking at {request.source}")
    checkpoint = find_checkpoint(
        request.source, revision=request.revision, trust_remote_code=request.trust_remote_code
    )
    with staging(request.output, overwrite=request.overwrite) as area:
        names = [valid_name(request.name or checkpoint.name, variant.id) for variant in variants]
        for name in names:
            area.refuse_existing(name)
        progress.stage(f"Loading {checkpoint.name} into torch")
        network = load_network(checkpoint, max_length=request.max_length)
        head = head_of_config(
            network.config, problem_type=request.problem_type, labels=request.labels
        )
        examples = request.parity_examples or shipped_examples(pairs=network.takes_pairs)
        progress.stage(f"Asking {checkpoint.name} in torch about {len(examples)} examples")
        answers = ask_reference(TorchReference(network), examples, head)
        drawn = draw_graph(
            checkpoint, network, area.scratch, backend=request.backend, progress=progress
        )
        work = _Work(request, checkpoint, network, head, answers, drawn.path, drawn.backend)
        manifests = [
            _make_variant(work, area, name, variant, progress)
            for name, variant in zip(names, variants, strict=True)
        ]
        paths = area.publish()
    return tuple(
        ExportedBundle(path, manifest) for path, manifest in zip(paths, manifests, strict=True)
    )


@dataclass(frozen=True)
class _Work:
    """What the variants of one export share."""

    request: ExportRequest
    checkpoint: Checkpoint
    network: Network
    head: Head
    answers: ReferenceAnswers
    fp32: Path
    backend: str


def _make_variant(
    work: _Work, area: Staging, name: str, variant: Variant, progress: Progress
) -> Manifest:
    request = work.request
    folder = area.new_bundle(name)
    write_tokenizer(work.network.tokenizer, folder)
    manifest = _describe_source(work, variant)
    progress.stage(f"Making {variant.id}")
    calibration = None
    if request.calibration_examples:
        encoder = TokenEncoder(manifest.tokenization, folder)
        calibration = Calibration(request.calibration_examples, encoder.encode)
    made = variant.make(work.fp32, folder / GRAPH_FILE, calibration)
    _describe_graph(manifest, folder / GRAPH_FILE, work, made)
    progress.stage(f"Comparing {variant.id} with {work.answers.name}")
    bounds = _bounds(request, variant, work.answers)
    parity = compare(work.answers, BundleInference(folder, manifest), work.head, bounds)
    require_parity(parity, variant.id)
    manifest.parity.CopyFrom(parity)
    area.finish(folder, manifest)
    return manifest


def _bounds(request: ExportRequest, variant: Variant, answers: ReferenceAnswers) -> Bounds:
    difference = request.max_abs_difference
    if difference is None:
        difference = variant.max_abs_difference_allowed
    share = request.max_label_flip_share
    if share is None:
        share = variant.label_flip_share_allowed
    tolerance = max(difference or 0.0, variant.tolerance_share * answers.spread)
    return Bounds(difference, share, tolerance)


def _describe_source(work: _Work, variant: Variant) -> Manifest:
    created = Timestamp()
    created.GetCurrentTime()
    graph = load_graph(work.fp32)
    taken = [value.name for value in graph_inputs(graph)]
    strange = sorted(set(taken) - set(work.network.input_names))
    if strange:
        message = (
            f"graph: it asks for inputs that the tokenizer does not feed: {', '.join(strange)}."
        )
        raise InvalidGraphError(message)
    return Manifest(
        schema_version=SCHEMA_VERSION,
        task=work.request.task,
        source_model=SourceModel(
            name=work.request.name or work.checkpoint.name,
            kind=SourceModel.KIND_HUGGING_FACE,
            sha256=work.checkpoint.sha256,
            hub_id=work.checkpoint.hub_id,
            architecture=type(work.network.model).__name__,
            parameter_count=work.network.parameter_count,
        ),
        variant=VariantRecord(id=variant.id, backend=work.backend),
        graph_path=GRAPH_FILE,
        tokenization=describe_tokenization(
            work.network.tokenizer,
            max_length=work.network.max_length,
            input_names=[name for name in work.network.input_names if name in taken],
        ),
        classification=work.head.to_proto("logits"),
        create_time=created,
        software_versions=software_versions(),
    )


def _describe_graph(manifest: Manifest, path: Path, work: _Work, made: MadeGraph) -> None:
    graph = load_graph(path)
    manifest.inputs.extend(describe_tensor(value) for value in graph_inputs(graph))
    manifest.outputs.extend(describe_tensor(value) for value in graph.graph.output)
    manifest.variant.opset = opset(graph)
    manifest.variant.settings.update(made.settings)
    if made.calibration_example_count is not None:
        manifest.variant.calibration_example_count = made.calibration_example_count
        manifest.variant.calibration_sha256 = made.calibration_sha256
