"""A small graph and its tokenizer, made on the spot, to be adopted."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROWS = 32
PAD = "[PAD]"
TOKENIZER = {
    "version": "1.0",
    "added_tokens": [
        {
            "id": 1,
            "content": PAD,
            "special": True,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
        }
    ],
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {
        "type": "WordLevel",
        "vocab": {"[UNK]": 0, PAD: 1, "the": 2},
        "unk_token": "[UNK]",
    },
}


@pytest.fixture(scope="session")
def write_graph() -> Callable[..., Path]:
    """Write a graph that averages embeddings of its tokens: one column a label."""
    return _write_graph


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with a small graph and a tokenizer, and nothing else."""
    folder = tmp_path / "bare"
    _write_graph(folder / "model.onnx", opset=17)
    (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    return folder


def _write_graph(
    path: Path,
    *,
    inputs: Mapping[str, tuple[int, list[object]]] | None = None,
    columns: object = 4,
    opset: int = 18,
    output: str = "logits",
    bias: float = 0.0,
    rows: int = ROWS,
) -> Path:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    inputs = inputs or {"input_ids": (TensorProto.INT64, ["batch", "sequence"])}
    table = np.random.default_rng(1).normal(size=(rows, 4)).astype(np.float32) + np.float32(bias)
    nodes = [
        helper.make_node("Gather", ["table", next(iter(inputs))], ["rows"]),
        helper.make_node("ReduceMean", ["rows"], [output], axes=[1], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, *kind) for name, kind in inputs.items()],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", columns])],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path
