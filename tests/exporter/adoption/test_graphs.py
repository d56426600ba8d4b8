"""Which graphs of others can be adopted, and what they are."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper

from bakeoff.exporter import AdoptRequest, ExportedBundle, Scale, adopt
from bakeoff.exporter.adopted_graph import detect_variant
from bakeoff.exporter.errors import (
    ExportError,
    InvalidGraphError,
    LabelsMismatchError,
    OptionError,
    ParityFailedError,
)
from bakeoff.v1 import ClassificationHead

LABELS = ["praise", "complaint", "question", "other"]


def adopt_model(source: Path, output: Path, **settings: object) -> ExportedBundle:
    return adopt(AdoptRequest(source=source, task="text-classification", output=output, **settings))


@pytest.mark.parametrize("element_type", [TensorProto.INT64, TensorProto.INT32])
def test_token_ids_of_either_width_are_fed(
    write_graph: Callable[..., Path], bare: Path, tmp_path: Path, element_type: int
) -> None:
    write_graph(bare / "model.onnx", opset=17, inputs={"input_ids": (element_type, ["b", "s"])})

    bundle = adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    assert bundle.path.exists()


def test_a_graph_of_strings_needs_no_tokenizer(tmp_path: Path) -> None:
    from skl2onnx import to_onnx
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(CountVectorizer(lowercase=False), LogisticRegression())
    pipeline.fit(["a bee sea", "dee sea", "bee dee"] * 3, ["x", "y", "x"] * 3)
    column = np.array([["a bee"]])
    path = tmp_path / "words.onnx"
    onnx.save(to_onnx(pipeline, column, options={"zipmap": False}), path)

    bundle = adopt_model(path, tmp_path / "out", labels=["x", "y"])

    assert "raw_text" == bundle.manifest.WhichOneof("preprocessing")
    assert bundle.manifest.raw_text.column
    head = bundle.manifest.classification
    assert ("probabilities", ClassificationHead.SCALE_PROBABILITIES) == (
        head.output_name,
        head.scale,
    )

    zipped = tmp_path / "zipped.onnx"
    onnx.save(to_onnx(pipeline, column), zipped)
    with pytest.raises(InvalidGraphError, match="zipmap off"):
        adopt_model(zipped, tmp_path / "out", labels=["x", "y"], output_name="output_probability")


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"columns": 3}, LabelsMismatchError, "'logits' has 3 columns; got 4 labels"),
        ({"opset": 6}, InvalidGraphError, "opset must be 7 or later; got 6"),
        (
            {"inputs": {"pixels": (TensorProto.INT64, ["b", "s"])}},
            InvalidGraphError,
            "must be input_ids .*; got pixels",
        ),
        (
            {
                "inputs": {
                    "input_ids": (TensorProto.INT64, ["b", "s"]),
                    "position_ids": (TensorProto.INT64, ["b", "s"]),
                }
            },
            InvalidGraphError,
            "got input_ids, position_ids",
        ),
        (
            {"inputs": {"input_ids": (TensorProto.INT64, [1, 128])}},
            InvalidGraphError,
            r"fixed are input_ids\[0\] = 1, input_ids\[1\] = 128",
        ),
        (
            {"inputs": {"input_ids": (TensorProto.INT64, ["b"])}},
            InvalidGraphError,
            "got int64 of rank 1",
        ),
        (
            {"inputs": {"input_ids": (TensorProto.FLOAT, ["b", "s"])}},
            InvalidGraphError,
            "got float32 of rank 2",
        ),
        ({"bias": float("nan")}, ParityFailedError, "values NaN or infinite"),
        # The tokenizer knows three words, and the graph has embeddings for two.
        ({"rows": 2}, InvalidGraphError, r"does not run on input_ids \(\d+, \d+\)"),
    ],
)
def test_a_graph_that_does_not_fit_the_task_is_refused(  # noqa: PLR0917 - a row and fixtures
    write_graph: Callable[..., Path],
    bare: Path,
    tmp_path: Path,
    change: dict[str, object],
    error: type[ExportError],
    match: str,
) -> None:
    write_graph(bare / "model.onnx", **{"opset": 17, **change})

    with pytest.raises(error, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    assert not (tmp_path / "out").exists()


def test_an_output_that_answers_in_another_shape_than_it_says_is_refused(
    write_graph: Callable[..., Path], bare: Path, tmp_path: Path
) -> None:
    write_graph(bare / "model.onnx", opset=17, columns="labels")

    with pytest.raises(LabelsMismatchError, match=r"each of its 2 labels; got shape \[2, 4\]"):
        adopt_model(bare, tmp_path / "out", labels=["a", "b"], max_length=50)


def test_two_outputs_that_might_be_the_scores_have_to_be_told_apart(
    write_graph: Callable[..., Path], bare: Path, tmp_path: Path
) -> None:
    model = onnx.load(write_graph(bare / "model.onnx", opset=17, output="first"))
    model.graph.node.append(helper.make_node("Neg", ["first"], ["second"]))
    model.graph.output.append(
        helper.make_tensor_value_info("second", TensorProto.FLOAT, ["batch", 4])
    )
    onnx.save(model, bare / "model.onnx")

    with pytest.raises(InvalidGraphError, match=r"first, second\. Say which with --output-name"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)
    chosen = adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50, output_name="second")

    assert "second" == chosen.manifest.classification.output_name


def test_a_regression_answers_with_nothing_but_a_value(
    write_graph: Callable[..., Path], bare: Path, tmp_path: Path
) -> None:
    write_graph(bare / "model.onnx", opset=17, columns="scores")

    with pytest.raises(OptionError, match="a regression answers with a value; got logits"):
        adopt_model(bare, tmp_path / "out", labels=["score"], max_length=50, scale=Scale.LOGITS)


def test_operators_of_others_are_refused(bare: Path, tmp_path: Path) -> None:
    model = onnx.load(bare / "model.onnx")
    model.graph.node[0].domain = "com.somebody"
    model.opset_import.append(helper.make_opsetid("com.somebody", 1))
    onnx.save(model, bare / "model.onnx")

    with pytest.raises(InvalidGraphError, match=r"come from com\.somebody"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_garbage_is_refused(bare: Path, tmp_path: Path) -> None:
    (bare / "model.onnx").write_bytes(b"not a graph at all")

    with pytest.raises(InvalidGraphError, match=r"model\.onnx"):
        adopt_model(bare, tmp_path / "out", labels=LABELS)


def _graph(*nodes: onnx.NodeProto, types: tuple[int, ...] = (TensorProto.FLOAT,)) -> ModelProto:
    weights = [helper.make_tensor(f"w{i}", kind, [4], [1, 1, 1, 1]) for i, kind in enumerate(types)]
    return helper.make_model(helper.make_graph(list(nodes), "g", [], [], weights))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: _graph(helper.make_node("MatMul", ["x", "w0"], ["y"])), "fp32"),
        (
            lambda: _graph(types=(TensorProto.FLOAT16, TensorProto.FLOAT16, TensorProto.FLOAT)),
            "fp16",
        ),
        (lambda: _graph(types=(TensorProto.BFLOAT16,)), "bf16"),
        (lambda: _graph(helper.make_node("MatMulInteger", ["x", "w"], ["y"])), "int8-dynamic"),
        (
            lambda: _graph(helper.make_node("QuantizeLinear", ["x", "s", "z"], ["y"])),
            "int8-static",
        ),
        (
            lambda: _graph(helper.make_node("DequantizeLinear", ["w", "s", "z"], ["y"])),
            "int8-weight-only",
        ),
        (
            lambda: _graph(
                helper.make_node("MatMulNBits", ["x", "w"], ["y"], domain="com.microsoft", bits=4)
            ),
            "int4-weight-only",
        ),
    ],
)
def test_a_variant_is_known_by_its_operators_and_weights(
    make: Callable[[], ModelProto], expected: str
) -> None:
    assert expected == detect_variant(make())
