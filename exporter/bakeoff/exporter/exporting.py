"""From a source model to bundles: load, draw, make each variant, compare, publish."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from bakeoff.exporter.assembly import describe_bundle, variant_record
from bakeoff.exporter.bundle import staging, valid_name
from bakeoff.exporter.checkpoint_source import CheckpointSource
from bakeoff.exporter.encoding import StringEncoder, TokenEncoder
from bakeoff.exporter.errors import (
    CalibrationMissingError,
    ExportError,
    TaskUnsupportedError,
    VariantFailedError,
    VariantUnsupportedError,
)
from bakeoff.exporter.graph import GRAPH_FILE
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.parity import compare, require_parity
from bakeoff.exporter.progress import NoProgress, Progress
from bakeoff.exporter.scikit_learn import ScikitLearnSource, is_scikit_learn
from bakeoff.exporter.source import ExportRequest, Prepared, Source
from bakeoff.exporter.tasks import TASKS
from bakeoff.exporter.tokenizer_file import TOKENIZER_FILE
from bakeoff.exporter.variants import Calibration, MadeGraph, Variant, variant_named
from bakeoff.v1 import Manifest, Tokenization


@dataclass(frozen=True)
class ExportedBundle:
    """A bundle that was published."""

    path: Path
    manifest: Manifest


def export(request: ExportRequest, progress: Progress | None = None) -> tuple[ExportedBundle, ...]:
    """Export every variant that was asked for, or none.

    Raises a subclass of ExportError; then nothing is left in the output folder.
    """
    progress = progress or NoProgress()
    check_task(request.task)
    variants = [variant_named(variant_id) for variant_id in dict.fromkeys(request.variants)]
    _check_calibration(request, variants)
    progress.stage(f"Looking at {request.source}")
    source = _open_source(request)
    _check_variants(source, variants)
    name = request.name or source.name
    names = [valid_name(name, variant.id) for variant in variants]
    with staging(request.output, overwrite=request.overwrite) as area:
        for bundle_name in names:
            area.refuse_existing(bundle_name)
        prepared = source.prepare(area.scratch, progress)
        manifests = []
        for bundle_name, variant in zip(names, variants, strict=True):
            folder = area.new_bundle(bundle_name)
            manifest = _make_bundle(request, prepared, variant, folder, progress)
            area.finish(folder, manifest)
            manifests.append(manifest)
        paths = area.publish()
    return tuple(
        ExportedBundle(path, manifest) for path, manifest in zip(paths, manifests, strict=True)
    )


def check_task(task: str) -> None:
    """Raise TaskUnsupportedError unless there is such a task."""
    if task not in TASKS:
        message = f"task: must be one of {', '.join(TASKS)}; got {task!r}."
        raise TaskUnsupportedError(message)


def _open_source(request: ExportRequest) -> Source:
    if is_scikit_learn(request.source):
        return ScikitLearnSource(request)
    return CheckpointSource(request)


def _check_calibration(request: ExportRequest, variants: list[Variant]) -> None:
    needing = [variant.id for variant in variants if variant.needs_calibration]
    if needing and not request.calibration_examples:
        message = (
            f"calibration: {', '.join(needing)} needs examples like those it will see; "
            "give a file with --calibration."
        )
        raise CalibrationMissingError(message)


def _check_variants(source: Source, variants: list[Variant]) -> None:
    for variant in variants:
        if variant.id not in source.variants:
            message = (
                f"variant: {source.name!r} can be exported as {', '.join(source.variants)}; "
                f"got {variant.id!r}."
            )
            raise VariantUnsupportedError(message)


def _make_bundle(
    request: ExportRequest,
    prepared: Prepared,
    variant: Variant,
    folder: Path,
    progress: Progress,
) -> Manifest:
    progress.stage(f"Making {variant.id}")
    if prepared.tokenizer is not None:
        shutil.copyfile(prepared.tokenizer, folder / TOKENIZER_FILE)
    made = _make_graph(
        variant, prepared.fp32, folder / GRAPH_FILE, _calibration(request, prepared, folder)
    )
    manifest = describe_bundle(
        folder,
        GRAPH_FILE,
        task=request.task,
        source_model=prepared.source_model,
        variant=variant_record(
            variant.id,
            prepared.backend,
            made.settings,
            calibration_example_count=made.calibration_example_count,
            calibration_sha256=made.calibration_sha256,
        ),
        preprocessing=prepared.preprocessing,
        head=prepared.head,
        output_name=prepared.output_name,
    )
    progress.stage(f"Comparing {variant.id} with {prepared.answers.name}")
    rule = (prepared.parity or variant.parity).overridden(
        request.max_abs_difference, request.label_flip_share
    )
    parity = compare(prepared.answers, BundleInference(folder, manifest), prepared.head, rule)
    require_parity(parity, variant.id)
    manifest.parity.CopyFrom(parity)
    return manifest


def _make_graph(
    variant: Variant, fp32: Path, path: Path, calibration: Calibration | None
) -> MadeGraph:
    try:
        return variant.make(fp32, path, calibration)
    except ExportError:
        raise
    except Exception as failure:  # converters of graphs fail in any way
        message = f"variant: {variant.id} cannot be made of this graph: {failure}"
        raise VariantFailedError(message) from failure


def _calibration(request: ExportRequest, prepared: Prepared, folder: Path) -> Calibration | None:
    if not request.calibration_examples:
        return None
    encoder = (
        TokenEncoder(prepared.preprocessing, folder)
        if isinstance(prepared.preprocessing, Tokenization)
        else StringEncoder(prepared.preprocessing)
    )
    return Calibration(request.calibration_examples, encoder.encode)
