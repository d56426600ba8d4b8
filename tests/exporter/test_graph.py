"""Graphs as files: read, tidied, described, written."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

import bakeoff.exporter.graph as graph_module
from bakeoff.exporter.errors import InvalidGraphError
from bakeoff.exporter.graph import (
    describe_tensor,
    fixed_input_dimensions,
    graph_inputs,
    keep_output,
    load_graph,
    opset,
    save_graph,
    tidy_graph,
)
from bakeoff.exporter.inference import open_session


@pytest.fixture
def model() -> ModelProto:
    """A graph y = x @ w with all that exporters leave behind."""
    weight = numpy_helper.from_array(np.arange(12, dtype=np.float32).reshape(3, 4), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"], doc_string="File /home/me/model.py")
    node.metadata_props.add(key="stack", value="/home/me/model.py")
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["s18", "s41"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["s18", 4])],
        [weight],
        value_info=[helper.make_tensor_value_info("w", TensorProto.FLOAT, [3, 4])],
    )
    made = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.training", 1)],
        ir_version=10,
    )
    made.metadata_props.add(key="made", value="/home/me")
    return made


def test_tidying_leaves_what_running_needs(model: ModelProto) -> None:
    tidy_graph(model)

    assert b"/home/me" not in model.SerializeToString()
    assert [] == list(model.graph.value_info)
    assert [""] == [entry.domain for entry in model.opset_import]
    assert ["batch", "sequence"] == [
        dimension.dim_param for dimension in model.graph.input[0].type.tensor_type.shape.dim
    ]
    assert "batch" == model.graph.output[0].type.tensor_type.shape.dim[0].dim_param
    onnx.checker.check_model(model)


def test_small_weights_lie_in_the_graph(model: ModelProto, tmp_path: Path) -> None:
    assert [tmp_path / "m.onnx"] == save_graph(model, tmp_path / "m.onnx")
    assert model == load_graph(tmp_path / "m.onnx")


def test_large_weights_lie_beside_the_graph_and_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 64])],
        [numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)

    monkeypatch.setattr(graph_module, "INLINE_LIMIT_BYTES", 1000)
    files = save_graph(model, tmp_path / "m.onnx")

    x = np.ones((2, 64), dtype=np.float32)
    assert [tmp_path / "m.onnx", tmp_path / "m.onnx.data"] == files
    assert files == sorted(tmp_path.iterdir())
    assert (tmp_path / "m.onnx").stat().st_size < 1000
    np.testing.assert_allclose(
        x @ weight, open_session(tmp_path / "m.onnx").run(["y"], {"x": x})[0], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        (["a", "b"], []),
        ([1, "b"], ["x[0] = 1"]),
        # A baked size may be written as a symbol with that number for a name.
        (["a", "64"], ["x[1] = 64"]),
        ([2, 3], ["x[0] = 2", "x[1] = 3"]),
    ],
)
def test_a_baked_dimension_is_found(dimensions: list[object], expected: list[str]) -> None:
    x = helper.make_tensor_value_info("x", TensorProto.INT64, dimensions)
    model = helper.make_model(helper.make_graph([], "g", [x], []))

    assert expected == fixed_input_dimensions(model)


@pytest.mark.parametrize(
    ("element_type", "name"),
    [
        (TensorProto.FLOAT, "float32"),
        (TensorProto.FLOAT16, "float16"),
        (TensorProto.BFLOAT16, "bfloat16"),
        (TensorProto.INT64, "int64"),
        (TensorProto.STRING, "str"),
    ],
)
def test_element_types_are_named_as_numpy_does(element_type: int, name: str) -> None:
    value = helper.make_tensor_value_info("x", element_type, ["batch", 7, None])

    described = describe_tensor(value)

    assert ("x", name) == (described.name, described.element_type)
    assert ["batch", 7, "x_2"] == [
        dimension.size if dimension.WhichOneof("kind") == "size" else dimension.name
        for dimension in described.dimensions
    ]


def test_an_output_that_is_no_tensor_is_refused() -> None:
    scores = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    maps = helper.make_sequence_type_proto(helper.make_map_type_proto(TensorProto.STRING, scores))

    with pytest.raises(InvalidGraphError, match="'probabilities' must be a tensor; got sequence"):
        describe_tensor(helper.make_value_info("probabilities", maps))


def test_initializers_among_the_inputs_are_no_inputs(model: ModelProto) -> None:
    model.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [3, 4]))

    assert ["x"] == [value.name for value in graph_inputs(model)]
    assert 18 == opset(model)


@pytest.mark.parametrize(
    "content",
    [b"", b"garbage", b"\x08\x0a", b"\x00" * 1000],
    ids=["empty", "text", "header", "zeros"],
)
def test_what_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.onnx").write_bytes(content)

    with pytest.raises(InvalidGraphError, match=r"m\.onnx"):
        load_graph(tmp_path / "m.onnx")


def test_half_a_graph_is_refused(model: ModelProto, tmp_path: Path) -> None:
    content = model.SerializeToString()
    (tmp_path / "m.onnx").write_bytes(content[: len(content) // 2])

    with pytest.raises(InvalidGraphError, match=r"m\.onnx"):
        load_graph(tmp_path / "m.onnx")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidGraphError, match=r"gone\.onnx"):
        load_graph(tmp_path / "gone.onnx")


def test_a_graph_that_onnxruntime_refuses_is_refused_with_its_words(
    model: ModelProto, tmp_path: Path
) -> None:
    model.graph.node[0].op_type = "NoSuchOperator"
    onnx.save(model, tmp_path / "m.onnx")

    with pytest.raises(InvalidGraphError, match="NoSuchOperator"):
        open_session(tmp_path / "m.onnx")


def test_an_output_is_kept_with_all_it_needs_and_nothing_else() -> None:
    """Also what the branches of a condition take from around them."""
    branches = [
        helper.make_graph(
            [helper.make_node("Add", ["x", name], ["sum"])],
            f"branch_{name}",
            [],
            [helper.make_tensor_value_info("sum", TensorProto.FLOAT, ["batch"])],
        )
        for name in ("a", "b")
    ]
    graph = helper.make_graph(
        [
            helper.make_node(
                "If", ["flag"], ["y"], then_branch=branches[0], else_branch=branches[1]
            ),
            helper.make_node("Mul", ["x", "c"], ["z"]),
        ],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch"]) for name in ("y", "z")],
        [
            numpy_helper.from_array(np.array(True), "flag"),  # noqa: FBT003 - a constant of the graph
            *(numpy_helper.from_array(np.float32(1).reshape(1), name) for name in ("a", "b", "c")),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])

    keep_output(model, "y")

    assert ["If"] == [node.op_type for node in model.graph.node]
    assert ["flag", "a", "b"] == [tensor.name for tensor in model.graph.initializer]
    onnx.checker.check_model(model)
    with pytest.raises(InvalidGraphError, match="no output 'z'; it has: y"):
        keep_output(model, "z")
