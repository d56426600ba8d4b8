"""ONNX models that exist become bundles without being drawn anew."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from bakeoff.exporter import AdoptRequest, ExportedBundle, ProblemType, Scale, adopt, verify_bundle
from bakeoff.exporter.adopted_graph import detect_variant
from bakeoff.exporter.errors import (
    ExportError,
    InvalidGraphError,
    LabelsMismatchError,
    OptionError,
    OutputExistsError,
    ParityFailedError,
    RemoteCodeError,
    SourceNotFoundError,
    TokenizerUnsupportedError,
)
from bakeoff.v1 import ClassificationHead, SourceModel, Tokenization

ROWS = 32
PAD = "[PAD]"
LABELS = ["praise", "complaint", "question", "other"]
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


def adopt_model(source: Path, output: Path, **settings: object) -> ExportedBundle:
    return adopt(AdoptRequest(source=source, task="text-classification", output=output, **settings))


def write_graph(
    path: Path,
    *,
    inputs: Mapping[str, tuple[int, list[object]]] | None = None,
    columns: object = 4,
    opset: int = 18,
    output: str = "logits",
    bias: float = 0.0,
    rows: int = ROWS,
) -> Path:
    """Write a graph that averages embeddings of its tokens: one column a label."""
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


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with a small graph and a tokenizer, and nothing else."""
    folder = tmp_path / "bare"
    write_graph(folder / "model.onnx", opset=17)
    (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    return folder


@pytest.fixture
def hub_folder(bert: Path, bert_bundles: Mapping[str, ExportedBundle], tmp_path: Path) -> Path:
    """A checkpoint with its graphs beside it, as the hub lays it out."""
    folder = shutil.copytree(bert, tmp_path / "Org Model")
    (folder / "onnx").mkdir()
    for variant_id, name in (
        ("fp32", "model"),
        ("fp16", "model_fp16"),
        ("int8-dynamic", "model_quantized"),
        ("int8-static", "model_static"),
    ):
        graph = bert_bundles[variant_id].path / "model.onnx"
        shutil.copyfile(graph, folder / "onnx" / f"{name}.onnx")
    return folder


@pytest.mark.slow
def test_a_hub_folder_is_compared_with_its_weights_and_copied_as_it_is(
    hub_folder: Path, tmp_path: Path
) -> None:
    bundle = adopt_model(hub_folder, tmp_path / "out")

    manifest = verify_bundle(bundle.path)
    original = (hub_folder / "onnx" / "model.onnx").read_bytes()
    assert original == (bundle.path / "model.onnx").read_bytes()
    assert ("org-model.fp32", "adopted") == (bundle.path.name, manifest.variant.backend)
    assert SourceModel.KIND_ONNX == manifest.source_model.kind
    assert LABELS == list(manifest.classification.labels)
    assert ("torch", 0, True) == (
        manifest.parity.reference,
        manifest.parity.label_flip_count,
        manifest.parity.passed,
    )
    assert 64 == manifest.tokenization.max_length


@pytest.mark.slow
@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ("onnx/model_fp16.onnx", "fp16"),
        ("onnx/model_quantized.onnx", "int8-dynamic"),
        ("onnx/model_static.onnx", "int8-static"),
    ],
)
def test_the_variant_is_told_from_the_weights(
    hub_folder: Path, tmp_path: Path, graph: str, expected: str
) -> None:
    bundle = adopt_model(hub_folder, tmp_path / "out", graph=graph, label_flip_share=1.0)

    assert f"org-model.{expected}" == bundle.path.name
    assert "torch" == bundle.manifest.parity.reference


@pytest.mark.slow
def test_a_graph_that_does_not_follow_its_weights_is_refused(
    hub_folder: Path, tmp_path: Path
) -> None:
    """One layer's weights doubled: it runs, and answers something else."""
    path = hub_folder / "onnx" / "model.onnx"
    model = onnx.load(path)
    largest = max(model.graph.initializer, key=lambda tensor: np.prod(tensor.dims))
    largest.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(largest) * 2, largest.name))
    onnx.save(model, path)

    with pytest.raises(ParityFailedError, match="fp32 does not follow torch"):
        adopt_model(hub_folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()

    unchecked = adopt_model(hub_folder, tmp_path / "out", compare_with_torch=False)
    assert not unchecked.manifest.HasField("parity")


def test_what_has_nothing_to_be_compared_with_is_run_and_says_so(
    bare: Path, tmp_path: Path
) -> None:
    bundle = adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    manifest = verify_bundle(bundle.path)
    assert not manifest.HasField("parity")
    assert int(manifest.variant.settings["smoke_example_count"]) >= 250
    assert ("fp32", 17) == (manifest.variant.id, manifest.variant.opset)
    expected = Tokenization(
        tokenizer_path="tokenizer.json",
        max_length=50,
        truncation_side=Tokenization.SIDE_RIGHT,
        padding_side=Tokenization.SIDE_RIGHT,
        pad_token=PAD,
        pad_token_id=1,
        model_input_names=["input_ids"],
    )
    assert expected == manifest.tokenization


def test_what_a_bare_tokenizer_says_of_cutting_and_padding_is_kept(
    bare: Path, tmp_path: Path
) -> None:
    settings = {
        "truncation": {
            "direction": "Left",
            "max_length": 12,
            "strategy": "LongestFirst",
            "stride": 0,
        },
        "padding": {
            "strategy": "BatchLongest",
            "direction": "Left",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 3,
            "pad_token": "[UNK]",
        },
    }
    (bare / "tokenizer.json").write_text(json.dumps({**TOKENIZER, **settings}))

    tokenization = adopt_model(bare, tmp_path / "out", labels=LABELS).manifest.tokenization

    assert (12, Tokenization.SIDE_LEFT, Tokenization.SIDE_LEFT) == (
        tokenization.max_length,
        tokenization.truncation_side,
        tokenization.padding_side,
    )
    assert ("[UNK]", 0, 3) == (
        tokenization.pad_token,
        tokenization.pad_token_id,
        tokenization.pad_token_type_id,
    )


def test_a_bare_file_takes_its_tokenizer_from_elsewhere(bare: Path, tmp_path: Path) -> None:
    graph = shutil.move(bare / "model.onnx", tmp_path / "net.onnx")

    bundle = adopt_model(
        Path(graph),
        tmp_path / "out",
        tokenizer=bare / "tokenizer.json",
        labels=LABELS,
        max_length=9,
        variant_id="mine",
        problem_type=ProblemType.MULTI_LABEL,
        scale=Scale.PROBABILITIES,
    )

    head = bundle.manifest.classification
    assert "net.mine" == bundle.path.name
    assert ClassificationHead.PROBLEM_TYPE_MULTI_LABEL == head.problem_type
    assert ClassificationHead.SCALE_PROBABILITIES == head.scale


@pytest.mark.parametrize("element_type", [TensorProto.INT64, TensorProto.INT32])
def test_token_ids_of_either_width_are_fed(bare: Path, tmp_path: Path, element_type: int) -> None:
    write_graph(bare / "model.onnx", opset=17, inputs={"input_ids": (element_type, ["b", "s"])})

    bundle = adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    assert bundle.path.exists()


def test_weights_beside_the_graph_come_along(bare: Path, tmp_path: Path) -> None:
    model = onnx.load(bare / "model.onnx")
    onnx.save(
        model,
        bare / "model.onnx",
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )

    bundle = adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    assert ["model.onnx", "tokenizer.json", "weights.bin"] == [
        file.path for file in bundle.manifest.files
    ]
    assert (bare / "weights.bin").read_bytes() == (bundle.path / "weights.bin").read_bytes()


@pytest.mark.parametrize(
    ("location", "match"),
    [
        ("../secret.bin", "must lie beside it"),
        ("/etc/passwd", "must lie beside it"),
        ("gone.bin", "'gone.bin', which holds its weights, is missing"),
    ],
)
def test_weights_that_lie_elsewhere_are_refused(
    bare: Path, tmp_path: Path, location: str, match: str
) -> None:
    model = onnx.load(bare / "model.onnx")
    (bare.parent / "secret.bin").write_bytes(b"\x00" * 4096)
    table = model.graph.initializer[0]
    table.ClearField("raw_data")
    table.data_location = TensorProto.EXTERNAL
    table.external_data.add(key="location", value=location)
    (bare / "model.onnx").write_bytes(model.SerializeToString())

    with pytest.raises(InvalidGraphError, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


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
def test_a_graph_that_does_not_fit_the_task_is_refused(
    bare: Path, tmp_path: Path, change: dict[str, object], error: type[ExportError], match: str
) -> None:
    write_graph(bare / "model.onnx", **{"opset": 17, **change})

    with pytest.raises(error, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    assert not (tmp_path / "out").exists()


def test_an_output_that_answers_in_another_shape_than_it_says_is_refused(
    bare: Path, tmp_path: Path
) -> None:
    write_graph(bare / "model.onnx", opset=17, columns="labels")

    with pytest.raises(LabelsMismatchError, match=r"each of its 2 labels; got shape \[2, 4\]"):
        adopt_model(bare, tmp_path / "out", labels=["a", "b"], max_length=50)


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"output_name": "scores"}, InvalidGraphError, "one of logits; got 'scores'"),
        ({"graph": "onnx/other.onnx"}, SourceNotFoundError, r"model\.onnx; got 'onnx/other\.onnx'"),
        ({"tokenizer": Path("/nowhere")}, SourceNotFoundError, "--tokenizer"),
        ({"scale": Scale.VALUE}, OptionError, "only a regression"),
        ({"max_length": None}, TokenizerUnsupportedError, "--max-length"),
        ({"labels": None}, LabelsMismatchError, "neither `id2label`"),
        ({"variant_id": "@@"}, OptionError, "variant"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    bare: Path, tmp_path: Path, settings: dict[str, object], error: type[ExportError], match: str
) -> None:
    with pytest.raises(error, match=match):
        adopt_model(bare, tmp_path / "out", **{"labels": LABELS, "max_length": 50, **settings})


def test_two_outputs_that_might_be_the_scores_have_to_be_told_apart(
    bare: Path, tmp_path: Path
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


def test_operators_of_others_are_refused(bare: Path, tmp_path: Path) -> None:
    model = onnx.load(bare / "model.onnx")
    model.graph.node[0].domain = "com.somebody"
    model.opset_import.append(helper.make_opsetid("com.somebody", 1))
    onnx.save(model, bare / "model.onnx")

    with pytest.raises(InvalidGraphError, match=r"come from com\.somebody"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_several_graphs_have_to_be_told_apart(bare: Path, tmp_path: Path) -> None:
    (bare / "model.onnx").rename(bare / "a.onnx")
    shutil.copyfile(bare / "a.onnx", bare / "b.onnx")

    with pytest.raises(SourceNotFoundError, match=r"it holds: a\.onnx, b\.onnx.* --graph"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    (bare / "b.onnx").unlink()
    assert (
        "bare.fp32" == adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50).path.name
    )


def test_garbage_is_refused(bare: Path, tmp_path: Path) -> None:
    (bare / "model.onnx").write_bytes(b"not a graph at all")

    with pytest.raises(InvalidGraphError, match=r"model\.onnx"):
        adopt_model(bare, tmp_path / "out", labels=LABELS)


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="no folder or ONNX file"):
        adopt_model(tmp_path / "gone", tmp_path / "out", labels=LABELS)


def test_an_output_that_is_there_is_refused(bare: Path, tmp_path: Path) -> None:
    adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    with pytest.raises(OutputExistsError, match="--overwrite"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)
    adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50, overwrite=True)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("{", "cannot be loaded"),
        ("{}", "cannot be loaded"),
        (
            json.dumps({**TOKENIZER, "added_tokens": []}),
            "says nothing of padding and has none of the usual tokens",
        ),
    ],
)
def test_a_tokenizer_that_cannot_be_used_is_refused(
    bare: Path, tmp_path: Path, content: str, match: str
) -> None:
    (bare / "tokenizer.json").write_text(content)

    with pytest.raises(TokenizerUnsupportedError, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_a_tokenizer_with_code_of_its_own_is_refused(bare: Path, tmp_path: Path) -> None:
    (bare / "tokenizer_config.json").write_text(json.dumps({"auto_map": {"AutoTokenizer": "t.T"}}))

    with pytest.raises(RemoteCodeError, match="brings its own code"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_a_folder_whose_tokenizer_transformers_cannot_load_is_refused(
    bare: Path, tmp_path: Path
) -> None:
    (bare / "tokenizer_config.json").write_text("{}")
    (bare / "tokenizer.json").write_text("{")

    with pytest.raises(TokenizerUnsupportedError, match="cannot load that of 'bare'"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


@pytest.mark.parametrize(
    ("config", "match"),
    [
        ({"tokenizer_class": "CanineTokenizer"}, "CanineTokenizer is written in Python"),
        ({"tokenizer_class": "PreTrainedTokenizerFast"}, "no padding token"),
    ],
)
def test_a_folder_whose_tokenizer_does_not_serve_is_refused(
    bare: Path, tmp_path: Path, config: dict[str, str], match: str
) -> None:
    (bare / "tokenizer_config.json").write_text(json.dumps(config))

    with pytest.raises(TokenizerUnsupportedError, match=match):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)


def test_a_configuration_beside_the_graph_says_labels_length_and_padding(
    bare: Path, tmp_path: Path
) -> None:
    (bare / "config.json").write_text(
        json.dumps(
            {
                "id2label": dict(enumerate(LABELS)),
                "max_position_embeddings": 40,
                "pad_token_id": 0,
                "architectures": ["AveragedWords"],
            }
        )
    )

    manifest = adopt_model(bare, tmp_path / "out").manifest

    assert LABELS == list(manifest.classification.labels)
    assert (40, "[UNK]") == (manifest.tokenization.max_length, manifest.tokenization.pad_token)
    assert "AveragedWords" == manifest.source_model.architecture


def test_a_regression_answers_with_nothing_but_a_value(bare: Path, tmp_path: Path) -> None:
    write_graph(bare / "model.onnx", opset=17, columns="scores")

    with pytest.raises(OptionError, match="a regression answers with a value; got logits"):
        adopt_model(bare, tmp_path / "out", labels=["score"], max_length=50, scale=Scale.LOGITS)


def test_weights_in_a_file_called_like_the_graph_are_refused(bare: Path, tmp_path: Path) -> None:
    """The graph goes by another name there, and would be overwritten in the bundle."""
    model = onnx.load(bare / "model.onnx")
    onnx.save(
        model,
        bare / "net.onnx",
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    model = onnx.load(bare / "net.onnx", load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = "model.onnx"
    (bare / "net.onnx").write_bytes(model.SerializeToString())
    shutil.move(bare / "weights.bin", bare / "model.onnx")

    with pytest.raises(InvalidGraphError, match="may not lie in a file called"):
        adopt_model(bare, tmp_path / "out", graph="net.onnx", labels=LABELS, max_length=50)


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
