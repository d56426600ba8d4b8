"""Export back ends: which one runs, and what happens when one fails."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from bakeoff.exporter import ExportRequest, ProblemType, export
from bakeoff.exporter.backends import BACKENDS, backends_for
from bakeoff.exporter.checkpoint import Checkpoint, find_checkpoint
from bakeoff.exporter.drawing import _draw, draw_graph
from bakeoff.exporter.errors import (
    BackendFailedError,
    BackendUnavailableError,
    ExportError,
    InvalidGraphError,
    LabelsMismatchError,
    OptionError,
)
from bakeoff.exporter.network import Network, load_network
from bakeoff.v1 import ClassificationHead


class Stages:
    """Remembers the stages it was told of."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def stage(self, text: str) -> None:
        self.texts.append(text)

    def warn(self, text: str) -> None:
        self.texts.append(text)


def test_an_unknown_back_end_is_refused_with_those_there_are() -> None:
    with pytest.raises(OptionError, match="transformers, dynamo, optimum; got 'tvm'"):
        backends_for("tvm")


def test_a_back_end_that_is_not_installed_says_which_extra_has_it() -> None:
    missing = next(backend for backend in BACKENDS.values() if backend.unavailable() is not None)

    with pytest.raises(BackendUnavailableError, match=rf"'{missing.name}' cannot run here.*extra"):
        backends_for(missing.name)


def test_without_a_wish_every_installed_back_end_gets_its_turn_in_order() -> None:
    available = [name for name, backend in BACKENDS.items() if backend.unavailable() is None]

    assert available == [backend.name for backend in backends_for(None)]
    assert available


@pytest.fixture(scope="module")
def shallow(make_checkpoint: Callable[..., Path]) -> Path:
    """A BERT checkpoint of one layer, which is drawn sooner."""
    return make_checkpoint("bert", num_hidden_layers=1)


@pytest.mark.slow
def test_the_dynamo_back_end_draws_a_regression(
    make_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_checkpoint("distilbert", num_labels=1, n_layers=1)

    (bundle,) = export(
        ExportRequest(
            source=str(folder),
            task="text-classification",
            variants=["fp32"],
            output=tmp_path / "out",
            backend="dynamo",
        )
    )

    head = bundle.manifest.classification
    assert "dynamo" == bundle.manifest.variant.backend
    assert ClassificationHead.PROBLEM_TYPE_REGRESSION == head.problem_type
    assert ClassificationHead.SCALE_VALUE == head.scale
    assert (True, 0) == (bundle.manifest.parity.passed, bundle.manifest.parity.label_flip_count)


@pytest.mark.slow
def test_where_the_first_back_end_fails_the_next_one_draws(
    shallow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is said aloud, and what was asked for beyond it holds: here several labels."""
    from transformers.exporters.exporter_onnx import OnnxExporter

    def fail(*_: object, **__: object) -> None:
        message = "no such operator\nand much more"
        raise NotImplementedError(message)

    monkeypatch.setattr(OnnxExporter, "export", fail)
    stages = Stages()

    (bundle,) = export(
        ExportRequest(
            source=str(shallow),
            task="text-classification",
            variants=["fp32"],
            output=tmp_path / "out",
            problem_type=ProblemType.MULTI_LABEL,
            labels=["a", "b", "c", "d"],
        ),
        stages,
    )

    head = bundle.manifest.classification
    assert "dynamo" == bundle.manifest.variant.backend
    assert ClassificationHead.PROBLEM_TYPE_MULTI_LABEL == head.problem_type
    assert ["a", "b", "c", "d"] == list(head.labels)
    assert (
        "Drawing the graph with the back end dynamo, "
        "because transformers failed: NotImplementedError: no such operator"
    ) in stages.texts


def test_where_the_only_back_end_fails_its_reason_is_given(
    shallow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def fail(*_: object, **__: object) -> None:
        message = "no such operator"
        raise RuntimeError(message)

    monkeypatch.setattr(torch.onnx, "export", fail)
    checkpoint = find_checkpoint(str(shallow))

    with pytest.raises(BackendFailedError, match="dynamo failed: RuntimeError: no such op"):
        draw_graph(
            checkpoint, load_network(checkpoint), tmp_path, backend="dynamo", progress=Stages()
        )


def test_a_graph_with_a_baked_size_is_never_taken(
    shallow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exporter that bakes the batch in succeeds silently; here torch is told to do so."""
    from bakeoff.exporter.backends import dynamo

    def batch_left_fixed(inputs: dict[str, object]) -> dict[str, dict[int, object]]:
        from torch.export import Dim

        return {name: {1: Dim.DYNAMIC} for name in inputs}

    monkeypatch.setattr(dynamo, "free_dimensions", batch_left_fixed)
    checkpoint = find_checkpoint(str(shallow))

    with pytest.raises(BackendFailedError, match=r"fixed dimensions: .*input_ids\[0\] = 2"):
        draw_graph(
            checkpoint, load_network(checkpoint), tmp_path, backend="dynamo", progress=Stages()
        )


class Copier:
    """A back end that delivers a graph made elsewhere."""

    name = "copier"

    def __init__(self, graph: Callable[[], ModelProto]) -> None:
        self._graph = graph

    def unavailable(self) -> str | None:
        return None

    def draw(self, checkpoint: Checkpoint, network: Network, path: Path) -> None:  # noqa: ARG002 - the seam
        onnx.save(self._graph(), path)


def sums_of(*inputs: str, fails: bool = False, output: str = "logits") -> ModelProto:
    """A graph that adds its inputs up, over a sequence of any or of two tokens."""
    adding = [helper.make_node("Add", [inputs[0], inputs[-1]], ["sum"])]
    if fails:
        shape = numpy_helper.from_array(np.array([-1, 2, 2]), "shape")
        adding = [helper.make_node("Reshape", [inputs[0], "shape"], ["sum"])]
    graph = helper.make_graph(
        [*adding, helper.make_node("Cast", ["sum"], [output], to=TensorProto.FLOAT)],
        "g",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "s"]) for name in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [shape] if fails else [],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


@pytest.mark.parametrize(
    ("graph", "error", "match"),
    [
        (lambda: sums_of("input_ids"), BackendFailedError, "copier differs from torch at 1x5"),
        (lambda: sums_of("input_ids", fails=True), BackendFailedError, "copier fails at 1x5"),
        (
            lambda: sums_of("input_ids", "position_ids"),
            BackendFailedError,
            "no tokenizer feeds: position_ids",
        ),
        (lambda: sums_of("input_ids", output="y"), InvalidGraphError, "no output 'logits'"),
    ],
)
def test_a_graph_is_proven_at_three_shapes_before_it_is_taken(
    bert: Path,
    tmp_path: Path,
    graph: Callable[[], ModelProto],
    error: type[ExportError],
    match: str,
) -> None:
    checkpoint = find_checkpoint(str(bert))

    with pytest.raises(error, match=match):
        _draw(Copier(graph), checkpoint, load_network(checkpoint), tmp_path / "g.onnx")


def test_other_labels_than_outputs_are_refused_before_drawing(bert: Path, tmp_path: Path) -> None:
    with pytest.raises(LabelsMismatchError, match="4 outputs; got 2"):
        export(
            ExportRequest(
                source=str(bert),
                task="text-classification",
                variants=["fp32"],
                output=tmp_path / "out",
                labels=["a", "b"],
            )
        )

    assert not (tmp_path / "out").exists()
