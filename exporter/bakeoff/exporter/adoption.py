"""A bundle from an ONNX model that exists: a folder as the hub lays it out, or a bare file."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onnx import ModelProto

from bakeoff.exporter.adopted_graph import (
    check_operators,
    check_token_inputs,
    detect_variant,
    external_files,
    find_graph,
    score_output,
    string_input,
)
from bakeoff.exporter.adopted_tokenizer import read_tokenizer
from bakeoff.exporter.assembly import describe_bundle, variant_record
from bakeoff.exporter.backends.backend import version_of
from bakeoff.exporter.bundle import staging, valid_name
from bakeoff.exporter.checkpoint import find_checkpoint, read_json
from bakeoff.exporter.digest import files_sha256
from bakeoff.exporter.errors import InvalidGraphError, OptionError
from bakeoff.exporter.examples import Example, shipped_examples
from bakeoff.exporter.exporting import ExportedBundle, check_task
from bakeoff.exporter.graph import GRAPH_FILE, load_graph
from bakeoff.exporter.head import Head, ProblemType, Scale, head_of_config
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.network import TorchReference, load_network
from bakeoff.exporter.parity import ask_reference, compare, require_parity, smoke_run
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.progress import NoProgress, Progress
from bakeoff.exporter.tokenizer_file import write_pipeline
from bakeoff.exporter.variants import VARIANTS
from bakeoff.v1 import Manifest, RawText, SourceModel, Tokenization

_CONFIG_FILE = "config.json"
_WEIGHTS_FILES = ("model.safetensors", "model.safetensors.index.json")
# For a variant that Bakeoff does not make itself.
_FOREIGN_RULE = ParityRule(max_abs_difference=None, label_flip_share=0.05, tolerance_share=0.25)


@dataclass(frozen=True)
class AdoptRequest:
    """What to adopt and how. What is absent comes from the folder or from the graph."""

    source: Path
    task: str
    output: Path
    graph: str | None = None
    tokenizer: Path | None = None
    name: str | None = None
    variant_id: str | None = None
    problem_type: ProblemType | None = None
    labels: Sequence[str] | None = None
    output_name: str | None = None
    scale: Scale | None = None
    max_length: int | None = None
    parity_examples: Sequence[Example] | None = None
    max_abs_difference: float | None = None
    label_flip_share: float | None = None
    compare_with_torch: bool = True
    overwrite: bool = False


@dataclass(frozen=True)
class _Adopted:
    """What was found: the graph and all that describes it."""

    path: Path
    weights: tuple[Path, ...]
    config: Mapping[str, Any]
    model: ModelProto
    head: Head
    output_name: str
    variant_id: str


def adopt(request: AdoptRequest, progress: Progress | None = None) -> ExportedBundle:
    """Make a bundle of an ONNX model without drawing it anew; its file is copied as it is.

    It is compared with torch when the folder holds the weights too and torch is installed.
    Otherwise it is only run, and the manifest has no parity. Raises a subclass of ExportError;
    then nothing is left in the output folder.
    """
    progress = progress or NoProgress()
    check_task(request.task)
    progress.stage(f"Looking at {request.source}")
    adopted = _look_over(request)
    name = request.name or _name_of(request.source, adopted.path)
    with staging(request.output, overwrite=request.overwrite) as area:
        folder = area.new_bundle(valid_name(name, adopted.variant_id))
        _copy_graph(adopted, folder)
        manifest = describe_bundle(
            folder,
            GRAPH_FILE,
            task=request.task,
            source_model=_describe_source(adopted, name),
            variant=variant_record(adopted.variant_id, "adopted", {}),
            preprocessing=_prepare_preprocessing(request, adopted, folder),
            head=adopted.head,
            output_name=adopted.output_name,
        )
        _verify(request, adopted, folder, manifest, progress)
        area.finish(folder, manifest)
        (path,) = area.publish()
    return ExportedBundle(path, manifest)


def _look_over(request: AdoptRequest) -> _Adopted:
    path = find_graph(request.source, request.graph)
    weights = external_files(path)
    model = load_graph(path)
    check_operators(model)
    config_file = request.source / _CONFIG_FILE
    config = read_json(config_file, str(request.source)) if config_file.is_file() else {}
    head = head_of_config(config, problem_type=request.problem_type, labels=request.labels)
    output_name = score_output(model, request.output_name, len(head.labels))
    return _Adopted(
        path=path,
        weights=weights,
        config=config,
        model=model,
        head=_scaled(head, request.scale, output_name),
        output_name=output_name,
        variant_id=request.variant_id or detect_variant(model),
    )


def _scaled(head: Head, asked: Scale | None, output_name: str) -> Head:
    """The head with what the output holds: as asked, or as its name says, or logits."""
    if head.problem_type is ProblemType.REGRESSION:
        if asked not in (None, Scale.VALUE):
            message = f"scale: a regression answers with a value; got {asked}."
            raise OptionError(message)
        return head
    if asked is Scale.VALUE:
        message = f"scale: only a regression answers with a value; this is {head.problem_type}."
        raise OptionError(message)
    named = Scale.PROBABILITIES if output_name == "probabilities" else Scale.LOGITS
    return Head(head.problem_type, head.labels, asked or named)


def _name_of(source: Path, graph: Path) -> str:
    return source.resolve().name if source.is_dir() else graph.stem


def _copy_graph(adopted: _Adopted, folder: Path) -> None:
    shutil.copyfile(adopted.path, folder / GRAPH_FILE)
    for weights in adopted.weights:
        if weights.as_posix() == GRAPH_FILE:
            message = f"graph: its weights may not lie in a file called {GRAPH_FILE}."
            raise InvalidGraphError(message)
        (folder / weights).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(adopted.path.parent / weights, folder / weights)


def _describe_source(adopted: _Adopted, name: str) -> SourceModel:
    parts = [adopted.path, *(adopted.path.parent / weights for weights in adopted.weights)]
    architectures = adopted.config.get("architectures") or [""]
    return SourceModel(
        name=name,
        kind=SourceModel.KIND_ONNX,
        sha256=files_sha256(parts),
        architecture=str(architectures[0]),
    )


def _prepare_preprocessing(
    request: AdoptRequest, adopted: _Adopted, folder: Path
) -> Tokenization | RawText:
    """Write the tokenizer into the bundle, or say that the graph takes strings."""
    strings = string_input(adopted.model)
    if strings is not None:
        return RawText(input_name=strings[0], column=strings[1])
    found = request.source if request.source.is_dir() else request.source.parent
    tokenizer = read_tokenizer(
        request.tokenizer or found,
        config=adopted.config,
        input_names=check_token_inputs(adopted.model),
        max_length=request.max_length,
    )
    write_pipeline(tokenizer.pipeline, folder)
    return tokenizer.tokenization


def _verify(
    request: AdoptRequest,
    adopted: _Adopted,
    folder: Path,
    manifest: Manifest,
    progress: Progress,
) -> None:
    """Compare the bundle with its source model in torch, or else run it; note which was done."""
    inference = BundleInference(folder, manifest)
    if _has_reference(request):
        progress.stage("Loading the source model into torch")
        checkpoint = find_checkpoint(str(request.source))
        network = load_network(checkpoint, max_length=manifest.tokenization.max_length)
        examples = request.parity_examples or tuple(
            filter(network.can_answer, shipped_examples(pairs=network.takes_pairs))
        )
        progress.stage(f"Comparing {adopted.variant_id} with torch")
        answers = ask_reference(TorchReference(network), examples, adopted.head)
        known = VARIANTS.get(adopted.variant_id)
        rule = (known.parity if known else _FOREIGN_RULE).overridden(
            request.max_abs_difference, request.label_flip_share
        )
        parity = compare(answers, inference, adopted.head, rule)
        require_parity(parity, adopted.variant_id)
        manifest.parity.CopyFrom(parity)
        return
    examples = request.parity_examples or shipped_examples(pairs=False)
    progress.stage(f"Running {adopted.variant_id} on {len(examples)} examples")
    smoke_run(inference, examples, adopted.head)
    manifest.variant.settings["smoke_example_count"] = str(len(examples))


def _has_reference(request: AdoptRequest) -> bool:
    weights = any((request.source / name).exists() for name in _WEIGHTS_FILES)
    return request.compare_with_torch and weights and version_of("torch") is not None
