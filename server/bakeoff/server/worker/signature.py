"""Whether a graph has the inputs and outputs of its manifest, and they can be fed and read."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bakeoff.server.errors import InvalidManifestError, SignatureMismatchError
from bakeoff.server.worker.outputs import FLOAT_TYPES
from bakeoff.server.worker.session import Port
from bakeoff.v1 import Dimension, Manifest, Tensor

_TOKEN_TYPES: Final = ("int64", "int32")
_TOKEN_RANK: Final = 2


def check_signature(manifest: Manifest, inputs: Sequence[Port], outputs: Sequence[Port]) -> None:
    """Compare a graph with its manifest.

    Raises `SignatureMismatchError`, which lists what was wanted and what came, and
    `InvalidManifestError` when the manifest has no head.
    """
    _check_same("inputs", manifest.inputs, inputs, _same_dimensions)
    _check_same("outputs", manifest.outputs, outputs, _compatible_dimensions)
    match manifest.WhichOneof("preprocessing"):
        case "tokenization":
            _check_token_inputs(manifest.tokenization.model_input_names, inputs)
        case "raw_text":
            _check_string_input(manifest.raw_text.input_name, manifest.raw_text.column, inputs)
    _check_output(manifest, outputs)


def _check_same(
    kind: str,
    declared: Sequence[Tensor],
    ports: Sequence[Port],
    fit: Callable[[Tensor, Port], bool],
) -> None:
    wanted = {tensor.name: tensor for tensor in declared}
    got = {port.name: port for port in ports}
    same = wanted.keys() == got.keys() and all(
        tensor.element_type == got[name].element_type and fit(tensor, got[name])
        for name, tensor in wanted.items()
    )
    if not same:
        message = (
            f"the manifest names the {kind} "
            f"{_listed({name: _declared_text(tensor) for name, tensor in wanted.items()})}; "
            f"the graph has {_listed({name: _port_text(port) for name, port in got.items()})}"
        )
        raise SignatureMismatchError(message)


def _same_dimensions(tensor: Tensor, port: Port) -> bool:
    return [_size(dimension) for dimension in tensor.dimensions] == [
        size if isinstance(size, int) else None for size in port.dimensions
    ]


def _compatible_dimensions(tensor: Tensor, port: Port) -> bool:
    # onnxruntime infers sizes of outputs that the file leaves open, and may not know a rank.
    if not port.dimensions or not tensor.dimensions:
        return True
    if len(tensor.dimensions) != len(port.dimensions):
        return False
    sizes = zip(map(_size, tensor.dimensions), port.dimensions, strict=True)
    return all(
        wanted == got for wanted, got in sizes if wanted is not None and isinstance(got, int)
    )


def _check_token_inputs(fed: Sequence[str], inputs: Sequence[Port]) -> None:
    for port in inputs:
        if port.name not in fed:
            message = (
                f"the graph asks for the input {port.name!r}; "
                f"the tokenizer feeds {', '.join(fed) or 'nothing'}"
            )
            raise SignatureMismatchError(message)
        free = not any(isinstance(size, int) for size in port.dimensions)
        if port.element_type not in _TOKEN_TYPES or len(port.dimensions) != _TOKEN_RANK or not free:
            message = (
                f"the input {port.name!r} must be int64 or int32 with free dimensions "
                f"[batch, sequence], the graph has {_port_text(port)}"
            )
            raise SignatureMismatchError(message)
    if not any(port.name == "input_ids" for port in inputs):
        message = "the graph must ask for the input 'input_ids', it does not"
        raise SignatureMismatchError(message)


def _check_string_input(name: str, column: bool, inputs: Sequence[Port]) -> None:  # noqa: FBT001 - as the manifest has it
    wanted = "[batch, 1]" if column else "[batch]"
    fits = [
        port
        for port in inputs
        if port.name == name
        and port.element_type == "str"
        and len(port.dimensions) == (2 if column else 1)
        and not isinstance(port.dimensions[0], int)
    ]
    if len(inputs) != 1 or not fits:
        got = _listed({port.name: _port_text(port) for port in inputs})
        message = f"the graph must have one input {name!r} str{wanted}, it has {got}"
        raise SignatureMismatchError(message)


def _check_output(manifest: Manifest, outputs: Sequence[Port]) -> None:
    if manifest.WhichOneof("head") != "classification":
        message = "a manifest must have a head for its task, got none"
        raise InvalidManifestError(message)
    head = manifest.classification
    label_count = len(head.labels)
    if label_count == 0:
        message = "classification.labels must not be empty"
        raise InvalidManifestError(message)
    port = next((port for port in outputs if port.name == head.output_name), None)
    if port is None:
        got = _listed({port.name: _port_text(port) for port in outputs})
        message = f"the manifest reads the output {head.output_name!r}; the graph has {got}"
        raise SignatureMismatchError(message)
    # Where onnxruntime does not know the rank, a run tells.
    columns = port.dimensions[1:] if port.dimensions else (label_count,)
    one_a_label = len(columns) == 1 and (
        not isinstance(columns[0], int) or columns[0] == label_count
    )
    if port.element_type not in FLOAT_TYPES or not one_a_label:
        message = (
            f"the output {port.name!r} must be {' or '.join(FLOAT_TYPES)} "
            f"[batch, {label_count}], one column a label; the graph has {_port_text(port)}"
        )
        raise SignatureMismatchError(message)


def _size(dimension: Dimension) -> int | None:
    return dimension.size if dimension.WhichOneof("kind") == "size" else None


def _declared_text(tensor: Tensor) -> str:
    sizes = [str(_size(item) or item.name or "?") for item in tensor.dimensions]
    return f"{tensor.element_type}[{', '.join(sizes)}]"


def _port_text(port: Port) -> str:
    return f"{port.element_type}[{', '.join(str(size or '?') for size in port.dimensions)}]"


def _listed(texts: Mapping[str, str]) -> str:
    return ", ".join(f"{name!r} {text}" for name, text in texts.items()) or "none"
