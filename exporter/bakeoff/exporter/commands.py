"""The commands `bakeoff export` and `bakeoff adopt`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bakeoff.exporter.console import StageDisplay, print_json, print_table
from bakeoff.exporter.options import (
    CalibrationOptions,
    HeadOptions,
    ParityOptions,
    TargetOptions,
    TrustOptions,
    calibration_options,
    explains_failures,
    format_option,
    head_options,
    max_length_option,
    parity_options,
    target_options,
    task_option,
    trust_options,
)

if TYPE_CHECKING:
    from bakeoff.exporter.exporting import ExportedBundle


@click.command()
@click.argument("source")
@task_option
@click.option(
    "--variant",
    "variants",
    multiple=True,
    default=("fp32",),
    show_default=True,
    help="fp32, fp16, int8-dynamic or int8-static. Give it once for each.",
)
@target_options
@click.option("--revision", help="Branch, tag or commit of a hub id.")
@click.option(
    "--backend",
    help="transformers, dynamo or optimum. Default: the first that is installed and succeeds.",
)
@head_options
@max_length_option
@calibration_options
@parity_options
@trust_options
@format_option
@explains_failures
def export(
    *,
    source: str,
    task: str,
    variants: Sequence[str],
    target: TargetOptions,
    revision: str | None,
    backend: str | None,
    head: HeadOptions,
    max_length: int | None,
    calibration: CalibrationOptions,
    parity: ParityOptions,
    trust: TrustOptions,
    output_format: str,
) -> None:
    """Export a fine-tuned model to ONNX bundles, one for each variant.

    SOURCE is a Hugging Face checkpoint folder or hub id, or a scikit-learn pipeline saved as
    .skops (or .joblib or .pkl, which has to be trusted).

    Each variant is compared with the source model on real texts at several shapes. If one does
    not follow it closely enough, the export fails and nothing is written.
    """
    from bakeoff.exporter.exporting import export as run_export
    from bakeoff.exporter.source import ExportRequest

    request = ExportRequest(
        source=source,
        task=task,
        variants=variants,
        output=target.output,
        name=target.name,
        revision=revision,
        backend=backend,
        problem_type=head.read_problem_type(),
        labels=head.read_labels(),
        max_length=max_length,
        parity_examples=parity.read(),
        calibration_examples=calibration.read(),
        max_abs_difference=parity.max_abs_difference,
        label_flip_share=parity.max_label_flips,
        trust_remote_code=trust.trust_remote_code,
        trusted_types=trust.trust,
        trust_pickle=trust.trust_pickle,
        overwrite=target.overwrite,
    )
    with StageDisplay() as display:
        bundles = run_export(request, display)
    _print(bundles, output_format)


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@task_option
@target_options
@click.option(
    "--graph",
    help="ONNX file within the folder. Default: onnx/model.onnx, model.onnx, or the only one.",
)
@click.option(
    "--tokenizer",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of the tokenizer, or its tokenizer.json. Default: the folder of the model.",
)
@click.option("--variant-id", help="What to call the variant. Default: as its weights tell.")
@head_options
@max_length_option
@click.option("--output-name", help="Output of the graph that holds the scores.")
@click.option(
    "--scale",
    type=click.Choice(["logits", "probabilities", "margins", "value"]),
    help="What that output holds. Default: logits, or probabilities if that is its name.",
)
@parity_options
@click.option(
    "--compare/--no-compare",
    "compare_with_torch",
    default=True,
    show_default=True,
    help="Compare with the weights in the same folder, if there are any and torch is installed.",
)
@format_option
@explains_failures
def adopt(
    *,
    source: Path,
    task: str,
    target: TargetOptions,
    graph: str | None,
    tokenizer: Path | None,
    variant_id: str | None,
    head: HeadOptions,
    max_length: int | None,
    output_name: str | None,
    scale: str | None,
    parity: ParityOptions,
    compare_with_torch: bool,
    output_format: str,
) -> None:
    """Make a bundle of an ONNX model that exists. Its file is copied as it is.

    SOURCE is a folder as optimum and the hub lay it out (onnx/model.onnx or model.onnx,
    tokenizer.json, config.json), or an ONNX file, for which --tokenizer and --labels say the
    rest. A graph that takes strings needs no tokenizer.
    """
    from bakeoff.exporter.adoption import AdoptRequest
    from bakeoff.exporter.adoption import adopt as run_adopt
    from bakeoff.exporter.head import Scale

    request = AdoptRequest(
        source=source,
        task=task,
        output=target.output,
        graph=graph,
        tokenizer=tokenizer,
        name=target.name,
        variant_id=variant_id,
        problem_type=head.read_problem_type(),
        labels=head.read_labels(),
        output_name=output_name,
        scale=None if scale is None else Scale(scale),
        max_length=max_length,
        parity_examples=parity.read(),
        max_abs_difference=parity.max_abs_difference,
        label_flip_share=parity.max_label_flips,
        compare_with_torch=compare_with_torch,
        overwrite=target.overwrite,
    )
    with StageDisplay() as display:
        bundle = run_adopt(request, display)
    _print([bundle], output_format)


def _print(bundles: "Sequence[ExportedBundle]", output_format: str) -> None:
    if output_format == "json":
        print_json(bundles)
    else:
        print_table(bundles)
