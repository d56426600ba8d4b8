"""An ONNX graph as a file: reading, tidying, describing and writing it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

from bakeoff.exporter.errors import InvalidGraphError
from bakeoff.v1 import Dimension, Tensor

GRAPH_FILE = "model.onnx"
BATCH, SEQUENCE = "batch", "sequence"
# A protobuf message ends at 2 GiB; the graph around the weights needs its share.
INLINE_LIMIT_BYTES = 1_800_000_000

_DATA_SUFFIX = ".data"


def load_graph(path: Path, *, with_weights: bool = True) -> ModelProto:
    """Read a graph, with the weights that lie beside it or without.

    Raises InvalidGraphError, which names the file.
    """
    try:
        model = onnx.load(path, load_external_data=with_weights)
    except FileNotFoundError as failure:
        message = f"graph: {path.name} or a file of its weights is missing: {failure}"
        raise InvalidGraphError(message) from failure
    except (DecodeError, ValueError, onnx.checker.ValidationError) as failure:
        message = f"graph: {path.name} is not an ONNX file, or a part of it is missing: {failure}"
        raise InvalidGraphError(message) from failure
    if not model.graph.node or not model.graph.output:
        message = f"graph: {path.name} holds no ONNX graph."
        raise InvalidGraphError(message)
    return model


def save_graph(model: ModelProto, path: Path) -> list[Path]:
    """Write a graph, with its weights in a file beside it where they are large.

    Returns the files that were written, the graph first.
    """
    if model.ByteSize() <= INLINE_LIMIT_BYTES:
        onnx.save(model, path)
        return [path]
    location = f"{path.name}{_DATA_SUFFIX}"
    onnx.save(model, path, save_as_external_data=True, location=location, size_threshold=1024)
    return [path, path.with_name(location)]


def tidy_graph(model: ModelProto) -> None:
    """Leave only what running needs, and name the free dimensions of inputs and outputs.

    Exporters record source lines and paths of the machine they ran on, and describe initializers
    a second time among the intermediate values, which the quantizer then stumbles over.
    """
    graph = model.graph
    del model.metadata_props[:]
    del graph.metadata_props[:]
    model.doc_string = graph.doc_string = ""
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for function in model.functions:
        del function.metadata_props[:]
        for node in function.node:
            del node.metadata_props[:]
            node.doc_string = ""
    for value in (*graph.input, *graph.output, *graph.value_info):
        del value.metadata_props[:]
        value.doc_string = ""
    for tensor in graph.initializer:
        del tensor.metadata_props[:]
        tensor.doc_string = ""
    initializers = {tensor.name for tensor in graph.initializer}
    kept = [value for value in graph.value_info if value.name not in initializers]
    del graph.value_info[:]
    graph.value_info.extend(kept)
    _drop_unused_domains(model)
    _name_dimensions(model)


def keep_output(model: ModelProto, name: str) -> None:
    """Leave one output, and what it depends on. Raises InvalidGraphError when it is not there."""
    graph = model.graph
    kept = [value for value in graph.output if value.name == name]
    if not kept:
        names = ", ".join(value.name for value in graph.output)
        message = f"graph: it has no output {name!r}; it has: {names}."
        raise InvalidGraphError(message)
    if len(graph.output) > 1:
        del graph.output[:]
        graph.output.extend(kept)
        drop_unused(model)


def drop_unused(model: ModelProto) -> None:
    """Remove nodes and constants that no output depends on."""
    graph = model.graph
    needed = {output.name for output in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
            needed.update(_captured_names(node))
    del graph.node[:]
    graph.node.extend(reversed(kept))
    constants = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(constants)


def _captured_names(node: NodeProto) -> set[str]:
    """Names that the inner graphs of a node use, some of which come from around it."""
    graphs = [attribute.g for attribute in node.attribute if attribute.type == AttributeProto.GRAPH]
    names = {name for graph in graphs for inner in graph_nodes(graph) for name in inner.input}
    return names | {output.name for graph in graphs for output in graph.output}


def operator_domains(model: ModelProto) -> set[str]:
    """Domains that operators of a graph come from, functions and inner graphs included."""
    domains = {node.domain for node in graph_nodes(model.graph)}
    for function in model.functions:
        domains.add(function.domain)
        domains.update(node.domain for node in function.node)
    return domains


def graph_nodes(graph: GraphProto) -> Iterator[NodeProto]:
    """Every node of a graph and of the graphs within it."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from graph_nodes(attribute.g)
            for inner in attribute.graphs:
                yield from graph_nodes(inner)


def _drop_unused_domains(model: ModelProto) -> None:
    """Forget domains that no operator comes from: onnxruntime's optimiser imports all it knows."""
    used = operator_domains(model) | {""}
    kept = [entry for entry in model.opset_import if entry.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)


def _name_dimensions(model: ModelProto) -> None:
    graph = model.graph
    names: dict[str, str] = {}
    for value in graph.input:
        for dimension, name in zip(
            value.type.tensor_type.shape.dim, (BATCH, SEQUENCE), strict=False
        ):
            if dimension.dim_param:
                names[dimension.dim_param] = name
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in names:
                dimension.dim_param = names[dimension.dim_param]


def fixed_input_dimensions(model: ModelProto) -> list[str]:
    """Input dimensions that are not free, such as `input_ids[1] = 64`.

    An exporter that baked a size in may still write it as a symbol whose name is that number.
    """
    fixed = []
    for value in graph_inputs(model):
        for index, dimension in enumerate(value.type.tensor_type.shape.dim):
            size = (
                str(dimension.dim_value) if dimension.HasField("dim_value") else dimension.dim_param
            )
            if size.isdigit():
                fixed.append(f"{value.name}[{index}] = {size}")
    return fixed


def graph_inputs(model: ModelProto) -> list[ValueInfoProto]:
    """Inputs that a caller feeds. Old graphs list their initializers among the inputs too."""
    initializers = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in initializers]


def describe_tensor(value: ValueInfoProto) -> Tensor:
    """Name, element type and dimensions of an input or output.

    Raises InvalidGraphError for anything but a tensor, such as the sequence of maps that old
    scikit-learn exports answer with.
    """
    if value.type.WhichOneof("value") != "tensor_type":
        message = (
            f"graph: {value.name!r} must be a tensor; "
            f"got {value.type.WhichOneof('value') or 'no type'}."
        )
        raise InvalidGraphError(message)
    tensor = value.type.tensor_type
    dimensions = []
    for index, dimension in enumerate(tensor.shape.dim):
        if dimension.HasField("dim_value"):
            dimensions.append(Dimension(size=dimension.dim_value))
        else:
            dimensions.append(Dimension(name=dimension.dim_param or f"{value.name}_{index}"))
    return Tensor(
        name=value.name, element_type=_element_type(tensor.elem_type), dimensions=dimensions
    )


def _element_type(element_type: int) -> str:
    if element_type == TensorProto.STRING:
        return "str"
    if element_type == TensorProto.BFLOAT16:
        return "bfloat16"
    return str(onnx.helper.tensor_dtype_to_np_dtype(element_type).name)


def opset(model: ModelProto) -> int:
    """Opset of the default ONNX domain; 0 when the graph uses none."""
    versions: Mapping[str, int] = {entry.domain: entry.version for entry in model.opset_import}
    return versions.get("", versions.get("ai.onnx", 0))
