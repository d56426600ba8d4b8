"""Puts the parts of a bundle into its manifest."""

from collections.abc import Mapping
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.exporter.bundle import SCHEMA_VERSION
from bakeoff.exporter.errors import InvalidGraphError
from bakeoff.exporter.graph import describe_tensor, graph_inputs, load_graph, opset
from bakeoff.exporter.head import Head
from bakeoff.exporter.software import software_versions
from bakeoff.v1 import Manifest, RawText, SourceModel, Tokenization, Variant


def describe_bundle(
    folder: Path,
    graph_path: str,
    *,
    task: str,
    source_model: SourceModel,
    variant: Variant,
    preprocessing: Tokenization | RawText,
    head: Head,
    output_name: str,
) -> Manifest:
    """Describe a bundle whose graph lies in `folder`: all of its manifest but parity and files.

    Raises InvalidGraphError when the graph has no output of that name.
    """
    created = Timestamp()
    created.GetCurrentTime()
    graph = load_graph(folder / graph_path)
    outputs = [describe_tensor(value) for value in graph.graph.output]
    if output_name not in {tensor.name for tensor in outputs}:
        names = ", ".join(tensor.name for tensor in outputs)
        message = f"graph: it has no output {output_name!r}; it has: {names}."
        raise InvalidGraphError(message)
    variant.opset = opset(graph)
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        task=task,
        source_model=source_model,
        variant=variant,
        graph_path=graph_path,
        inputs=[describe_tensor(value) for value in graph_inputs(graph)],
        outputs=outputs,
        classification=head.to_proto(output_name),
        create_time=created,
        software_versions=software_versions(),
    )
    if isinstance(preprocessing, Tokenization):
        manifest.tokenization.CopyFrom(preprocessing)
    else:
        manifest.raw_text.CopyFrom(preprocessing)
    return manifest


def variant_record(
    variant_id: str,
    backend: str,
    settings: Mapping[str, str],
    *,
    calibration_example_count: int | None = None,
    calibration_sha256: str = "",
) -> Variant:
    """Describe a variant and how it was made."""
    return Variant(
        id=variant_id,
        backend=backend,
        settings=settings,
        calibration_example_count=calibration_example_count,
        calibration_sha256=calibration_sha256,
    )
