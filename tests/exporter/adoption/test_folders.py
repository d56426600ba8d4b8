"""Folders as the hub lays them out, and bare files, become bundles as they are."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from bakeoff.exporter import AdoptRequest, ExportedBundle, ProblemType, Scale, adopt, verify_bundle
from bakeoff.exporter.errors import (
    ExportError,
    InvalidGraphError,
    LabelsMismatchError,
    OptionError,
    OutputExistsError,
    ParityFailedError,
    SourceNotFoundError,
    TokenizerUnsupportedError,
)
from bakeoff.v1 import ClassificationHead, SourceModel, Tokenization

PAD = "[PAD]"
LABELS = ["praise", "complaint", "question", "other"]


def adopt_model(source: Path, output: Path, **settings: object) -> ExportedBundle:
    return adopt(AdoptRequest(source=source, task="text-classification", output=output, **settings))


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


def test_several_graphs_have_to_be_told_apart(bare: Path, tmp_path: Path) -> None:
    (bare / "model.onnx").rename(bare / "a.onnx")
    shutil.copyfile(bare / "a.onnx", bare / "b.onnx")

    with pytest.raises(SourceNotFoundError, match=r"it holds: a\.onnx, b\.onnx.* --graph"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    (bare / "b.onnx").unlink()
    assert (
        "bare.fp32" == adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50).path.name
    )


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


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="no folder or ONNX file"):
        adopt_model(tmp_path / "gone", tmp_path / "out", labels=LABELS)


def test_an_output_that_is_there_is_refused(bare: Path, tmp_path: Path) -> None:
    adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)

    with pytest.raises(OutputExistsError, match="--overwrite"):
        adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50)
    adopt_model(bare, tmp_path / "out", labels=LABELS, max_length=50, overwrite=True)
