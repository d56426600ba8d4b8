"""Looks over an ONNX file that somebody else made, before it goes into a bundle."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import onnx
from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, ValueInfoProto

from bakeoff.exporter.errors import InvalidGraphError, LabelsMismatchError, SourceNotFoundError
from bakeoff.exporter.graph import (
    describe_tensor,
    fixed_input_dimensions,
    graph_inputs,
    graph_nodes,
    load_graph,
    operator_domains,
    opset,
)

TOKEN_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

_USUAL_PLACES = ("onnx/model.onnx", "model.onnx")
_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
_OLDEST_OPSET = 7
_TOKEN_TYPES = ("int64", "int32")
_SCORE_TYPES = ("float32", "float16", "float64")
_DYNAMIC_OPERATORS = frozenset(
    {
        "ConvInteger",
        "DynamicQuantizeLSTM",
        "DynamicQuantizeLinear",
        "DynamicQuantizeMatMul",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "QAttention",
    }
)
_STATIC_OPERATORS = frozenset({"QGemm", "QLinearConv", "QLinearMatMul", "QuantizeLinear"})
_FLOAT_VARIANTS: Mapping[int, str] = {
    TensorProto.FLOAT: "fp32",
    TensorProto.FLOAT16: "fp16",
    TensorProto.BFLOAT16: "bf16",
}


def find_graph(source: Path, graph: str | None) -> Path:
    """The ONNX file that `source` means: itself, or the one in a folder that `graph` names.

    Without `graph` it is `onnx/model.onnx`, `model.onnx`, or the only one there is. Raises
    SourceNotFoundError, which lists what there is.
    """
    if source.is_file() and graph is None:
        return source
    if not source.is_dir():
        message = f"source: there is no folder or ONNX file {str(source)!r}."
        raise SourceNotFoundError(message)
    there = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.onnx"))
    listed = ", ".join(there) or "none"
    if graph is not None:
        if graph not in there:
            message = f"graph: must be an ONNX file in {str(source)!r}: {listed}; got {graph!r}."
            raise SourceNotFoundError(message)
        return source / graph
    for place in (*_USUAL_PLACES, *there):
        if place in there and (place in _USUAL_PLACES or len(there) == 1):
            return source / place
    message = f"source: {str(source)!r} must hold {' or '.join(_USUAL_PLACES)}; it holds: {listed}."
    if there:
        message += " Say which with --graph."
    raise SourceNotFoundError(message)


def external_files(path: Path) -> tuple[Path, ...]:
    """Files beside a graph that hold its weights, relative to its folder.

    Raises InvalidGraphError when one lies elsewhere or is missing.
    """
    model = load_graph(path, with_weights=False)
    locations = {
        entry.value
        for tensor in _tensors(model.graph)
        if tensor.data_location == TensorProto.EXTERNAL
        for entry in tensor.external_data
        if entry.key == "location"
    }
    files = []
    for location in sorted(locations):
        place = PurePosixPath(location)
        if place.is_absolute() or ".." in place.parts or "\\" in location:
            message = f"graph: its weights must lie beside it; they are said to be in {location!r}."
            raise InvalidGraphError(message)
        if not (path.parent / place).is_file():
            message = f"graph: {location!r}, which holds its weights, is missing."
            raise InvalidGraphError(message)
        files.append(Path(place))
    return tuple(files)


def check_operators(model: ModelProto) -> None:
    """Raise InvalidGraphError unless a server can be expected to run the graph."""
    version = opset(model)
    if 0 < version < _OLDEST_OPSET:
        message = f"graph: the opset must be {_OLDEST_OPSET} or later; got {version}."
        raise InvalidGraphError(message)
    local = {function.domain for function in model.functions}
    foreign = sorted(operator_domains(model) - _DOMAINS - local)
    if foreign:
        message = (
            "graph: operators must come from ONNX or onnxruntime; "
            f"these come from {', '.join(foreign)}."
        )
        raise InvalidGraphError(message)


def string_input(model: ModelProto) -> tuple[str, bool] | None:
    """Name of the only input and whether it is a column, when it takes strings; else nothing."""
    inputs = [describe_tensor(value) for value in graph_inputs(model)]
    if len(inputs) != 1 or inputs[0].element_type != "str":
        return None
    return inputs[0].name, len(inputs[0].dimensions) > 1


def check_token_inputs(model: ModelProto) -> tuple[str, ...]:
    """Names of the inputs, in the graph's order, when a tokenizer can feed them all.

    Raises InvalidGraphError, which says what was wanted and what is there.
    """
    inputs = [describe_tensor(value) for value in graph_inputs(model)]
    names = tuple(tensor.name for tensor in inputs)
    strange = sorted(set(names) - set(TOKEN_INPUTS))
    if strange or "input_ids" not in names:
        message = (
            f"graph: its inputs must be input_ids and any of {', '.join(TOKEN_INPUTS[1:])}; "
            f"got {', '.join(names) or 'none'}."
        )
        raise InvalidGraphError(message)
    for tensor in inputs:
        if tensor.element_type not in _TOKEN_TYPES or len(tensor.dimensions) != 2:  # noqa: PLR2004 - batch and sequence
            message = (
                f"graph: {tensor.name} must be {' or '.join(_TOKEN_TYPES)} of shape "
                f"[batch, sequence]; got {tensor.element_type} of rank {len(tensor.dimensions)}."
            )
            raise InvalidGraphError(message)
    fixed = fixed_input_dimensions(model)
    if fixed:
        message = (
            f"graph: batch and sequence must be free; fixed are {', '.join(fixed)}. "
            "Export it again with dynamic axes."
        )
        raise InvalidGraphError(message)
    return names


def score_output(model: ModelProto, asked: str | None, label_count: int) -> str:
    """Name of the output that holds one column a label.

    That is the one asked for, or `logits`, or the only one of floats with two dimensions. Raises
    InvalidGraphError, which lists the outputs, and LabelsMismatchError.
    """
    outputs = list(model.graph.output)
    names = [value.name for value in outputs]
    fitting = [value.name for value in outputs if _may_be_scores(value)]
    if asked is not None:
        if asked not in names:
            message = f"output_name: must be one of {', '.join(names)}; got {asked!r}."
            raise InvalidGraphError(message)
        chosen = asked
    elif "logits" in fitting:
        chosen = "logits"
    elif len(fitting) == 1:
        chosen = fitting[0]
    else:
        message = (
            f"graph: cannot tell which output holds the scores, a float tensor of shape "
            f"[batch, labels]; it has {', '.join(names)}. Say which with --output-name."
        )
        raise InvalidGraphError(message)
    if chosen not in fitting:
        message = (
            f"graph: {chosen!r} must be a tensor of {', '.join(_SCORE_TYPES)} with shape "
            "[batch, labels]. A classifier of scikit-learn has to be converted with zipmap off."
        )
        raise InvalidGraphError(message)
    _check_columns(outputs[names.index(chosen)], label_count)
    return chosen


def detect_variant(model: ModelProto) -> str:
    """Which variant a graph is, from its operators and the type of most of its weights."""
    operators = {node.op_type for node in graph_nodes(model.graph)}
    if operators & _DYNAMIC_OPERATORS:
        return "int8-dynamic"
    if operators & _STATIC_OPERATORS:
        return "int8-static"
    for node in graph_nodes(model.graph):
        if node.op_type == "MatMulNBits":
            bits = next(attribute.i for attribute in node.attribute if attribute.name == "bits")
            return f"int{bits}-weight-only"
    if "DequantizeLinear" in operators:
        return "int8-weight-only"
    sizes = dict.fromkeys(_FLOAT_VARIANTS, 0)
    for tensor in _tensors(model.graph):
        if tensor.data_type in sizes:
            sizes[tensor.data_type] += math.prod(tensor.dims)
    return _FLOAT_VARIANTS[max(sizes, key=lambda element_type: sizes[element_type])]


def _may_be_scores(value: ValueInfoProto) -> bool:
    if value.type.WhichOneof("value") != "tensor_type":
        return False
    tensor = describe_tensor(value)
    # Without a shape the rank is not known, and a run will tell.
    known = value.type.tensor_type.HasField("shape")
    return tensor.element_type in _SCORE_TYPES and (not known or len(tensor.dimensions) == 2)  # noqa: PLR2004 - batch and labels


def _check_columns(value: ValueInfoProto, label_count: int) -> None:
    dimensions: Sequence[onnx.TensorShapeProto.Dimension] = value.type.tensor_type.shape.dim
    columns = dimensions[-1].dim_value if dimensions else 0
    if columns and columns != label_count:
        message = f"labels: {value.name!r} has {columns} columns; got {label_count} labels."
        raise LabelsMismatchError(message)


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    """Every constant of a graph and of the graphs within it."""
    yield from graph.initializer
    for node in graph_nodes(graph):
        for attribute in node.attribute:
            if attribute.type == AttributeProto.TENSOR:
                yield attribute.t
            yield from attribute.tensors
            if attribute.type == AttributeProto.GRAPH:
                yield from attribute.g.initializer
