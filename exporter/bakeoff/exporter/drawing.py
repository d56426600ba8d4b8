"""Draws the fp32 graph of a checkpoint with the first back end whose graph holds at every shape."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.exporter.backends import Backend, backends_for
from bakeoff.exporter.checkpoint import Checkpoint
from bakeoff.exporter.errors import BackendFailedError, ExportError
from bakeoff.exporter.graph import (
    fixed_input_dimensions,
    graph_inputs,
    keep_output,
    load_graph,
    save_graph,
    tidy_graph,
)
from bakeoff.exporter.inference import open_session
from bakeoff.exporter.network import Network
from bakeoff.exporter.progress import Progress
from bakeoff.exporter.quiet import quiet_libraries

# Batch and sequence sizes that differ from each other and from those of tracing.
_PROVEN_SHAPES = ((1, 5), (3, 9), (5, 24))
_TOLERANCE = 1e-3
_OUTPUT = "logits"


@dataclass(frozen=True)
class DrawnGraph:
    """An fp32 graph, the back end that drew it, and what the graph takes and gives."""

    path: Path
    backend: str
    input_names: tuple[str, ...]
    output_name: str


def draw_graph(
    checkpoint: Checkpoint,
    network: Network,
    folder: Path,
    *,
    backend: str | None,
    progress: Progress,
) -> DrawnGraph:
    """Draw the graph into `folder`, trying back ends in their order.

    Raises BackendFailedError, with what each one said, when none succeeds.
    """
    failures: list[str] = []
    for candidate in backends_for(backend):
        instead = f", because {failures[-1]}" if failures else ""
        progress.stage(f"Drawing the graph with the back end {candidate.name}{instead}")
        path = folder / f"{candidate.name}.onnx"
        try:
            input_names = _draw(candidate, checkpoint, network, path)
        except ExportError as failure:
            failures.append(str(failure))
            continue
        return DrawnGraph(path, candidate.name, input_names, _OUTPUT)
    message = f"backend: no back end could export {checkpoint.name!r}: {'; '.join(failures)}"
    raise BackendFailedError(message)


def _draw(
    backend: Backend, checkpoint: Checkpoint, network: Network, path: Path
) -> tuple[str, ...]:
    raw = path.with_name(f"raw-{path.name}")
    try:
        with quiet_libraries():
            backend.draw(checkpoint, network, raw)
    except Exception as failure:  # a back end fails in any way; another may get its turn
        lines = str(failure).strip().splitlines() or [""]
        message = f"{backend.name} failed: {type(failure).__name__}: {lines[0]}"
        raise BackendFailedError(message) from failure
    model = load_graph(raw)
    fixed = fixed_input_dimensions(model)
    if fixed:
        message = f"{backend.name} fixed dimensions: {', '.join(fixed)}."
        raise BackendFailedError(message)
    input_names = tuple(value.name for value in graph_inputs(model))
    strange = sorted(set(input_names) - set(network.input_names))
    if strange:
        message = f"{backend.name} drew inputs that no tokenizer feeds: {', '.join(strange)}."
        raise BackendFailedError(message)
    keep_output(model, _OUTPUT)
    tidy_graph(model)
    save_graph(model, path)
    for part in raw.parent.glob(f"{raw.name}*"):
        part.unlink()
    _prove_shapes(backend.name, network, path)
    return input_names


def _prove_shapes(backend_name: str, network: Network, path: Path) -> None:
    """Run random tokens through torch and the graph at several shapes; they must agree.

    Raises BackendFailedError with the shape. Parity on real texts comes later; this finds a baked
    dimension early enough to try another back end.
    """
    import torch

    session = open_session(path)
    names = [value.name for value in session.get_inputs()]
    generator = np.random.default_rng(0)
    for batch, sequence in _PROVEN_SHAPES:
        inputs = _random_inputs(
            network, names, generator, (batch, min(sequence, network.max_length))
        )
        with torch.inference_mode(), quiet_libraries():
            tensors = {name: torch.from_numpy(array) for name, array in inputs.items()}
            expected = network.model(**tensors).logits.numpy()
        try:
            actual = session.run([_OUTPUT], inputs)[0]
        except Exception as failure:  # onnxruntime's exceptions share no base class
            message = f"the graph of {backend_name} fails at {batch}x{sequence}: {failure}"
            raise BackendFailedError(message) from failure
        if actual.shape != expected.shape or not np.allclose(actual, expected, atol=_TOLERANCE):
            message = f"the graph of {backend_name} differs from torch at {batch}x{sequence}."
            raise BackendFailedError(message)


def _random_inputs(
    network: Network, names: list[str], generator: np.random.Generator, shape: tuple[int, int]
) -> dict[str, Any]:
    special = {network.config.get(key) for key in ("pad_token_id", "eos_token_id")}
    usual = [index for index in range(int(network.config["vocab_size"])) if index not in special]
    ids = generator.choice(np.array(usual, dtype=np.int64), shape)
    if network.config.get("is_encoder_decoder"):
        # Such a classifier reads its answer at the end token, which must be there once.
        ids[:, -1] = network.config["eos_token_id"]
    made = {
        "input_ids": ids,
        "attention_mask": np.ones(shape, dtype=np.int64),
        "token_type_ids": np.zeros(shape, dtype=np.int64),
    }
    return {name: made[name] for name in names}
