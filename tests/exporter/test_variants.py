"""The four variants of one checkpoint."""

import logging
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

import bakeoff.exporter.graph as graph_module
from bakeoff.exporter import ExportedBundle, ExportRequest, export, verify_bundle
from bakeoff.exporter.errors import (
    CalibrationMissingError,
    ParityFailedError,
    TaskUnsupportedError,
    VariantFailedError,
    VariantUnsupportedError,
)
from bakeoff.exporter.examples import Example, examples_sha256, shipped_examples
from bakeoff.exporter.graph import load_graph, save_graph
from bakeoff.exporter.inference import BundleInference
from bakeoff.exporter.variants import VARIANTS, Calibration

pytestmark = pytest.mark.slow


def weight_types(bundle: ExportedBundle) -> set[int]:
    """Element types of the matrices in a graph."""
    graph = onnx.load(bundle.path / "model.onnx").graph
    return {tensor.data_type for tensor in graph.initializer if np.prod(tensor.dims) > 1000}


def test_every_variant_is_a_bundle_that_verifies(
    bert_bundles: Mapping[str, ExportedBundle],
) -> None:
    assert list(VARIANTS) == list(bert_bundles)
    for variant_id, bundle in bert_bundles.items():
        assert f"tiny-bert.{variant_id}" == bundle.path.name
        assert bundle.manifest == verify_bundle(bundle.path)
        assert {"model.onnx", "tokenizer.json"} == {file.path for file in bundle.manifest.files}


@pytest.mark.parametrize(
    ("variant_id", "expected"),
    [
        ("fp32", {TensorProto.FLOAT}),
        ("fp16", {TensorProto.FLOAT16}),
        ("int8-dynamic", {TensorProto.INT8, TensorProto.UINT8}),
        ("int8-static", {TensorProto.INT8, TensorProto.UINT8}),
    ],
)
def test_the_matrices_have_the_type_of_the_variant(
    bert_bundles: Mapping[str, ExportedBundle], variant_id: str, expected: set[int]
) -> None:
    assert weight_types(bert_bundles[variant_id]) <= expected


def test_a_variant_is_smaller_the_fewer_bits_it_has(
    bert_bundles: Mapping[str, ExportedBundle],
) -> None:
    sizes = {
        variant_id: sum(file.size_bytes for file in bundle.manifest.files if "onnx" in file.path)
        for variant_id, bundle in bert_bundles.items()
    }

    assert sizes["fp32"] > sizes["fp16"] > sizes["int8-dynamic"]
    assert sizes["fp16"] > sizes["int8-static"]


def test_every_variant_keeps_the_inputs_and_outputs(
    bert_bundles: Mapping[str, ExportedBundle],
) -> None:
    expected = bert_bundles["fp32"].manifest
    for bundle in bert_bundles.values():
        assert list(expected.inputs) == list(bundle.manifest.inputs)
        assert list(expected.outputs) == list(bundle.manifest.outputs)
    (output,) = expected.outputs
    assert ("logits", "float32") == (output.name, output.element_type)
    assert ("batch", 4) == (output.dimensions[0].name, output.dimensions[1].size)
    for tensor in expected.inputs:
        assert ["batch", "sequence"] == [dimension.name for dimension in tensor.dimensions]


def test_only_onnx_and_onnxruntime_are_needed(bert_bundles: Mapping[str, ExportedBundle]) -> None:
    for bundle in bert_bundles.values():
        model = onnx.load(bundle.path / "model.onnx")

        assert {entry.domain for entry in model.opset_import} <= {"", "com.microsoft"}


def test_nothing_of_the_machine_stays_in_a_graph(
    bert: Path, bert_bundles: Mapping[str, ExportedBundle]
) -> None:
    for bundle in bert_bundles.values():
        content = (bundle.path / "model.onnx").read_bytes()

        assert b"site-packages" not in content
        assert str(bert.parent).encode() not in content
        assert str(bundle.path.parent).encode() not in (bundle.path / "manifest.json").read_bytes()


def test_half_precision_and_integers_stay_close(bert_bundles: Mapping[str, ExportedBundle]) -> None:
    """Closer with more bits, and never so close that nothing was changed."""
    differences = {
        variant_id: bundle.manifest.parity.mean_abs_difference
        for variant_id, bundle in bert_bundles.items()
    }

    assert differences["fp32"] < 1e-5 < differences["fp16"] < 0.02
    assert differences["fp16"] < differences["int8-dynamic"] < 0.5
    assert differences["fp16"] < differences["int8-static"] < 0.5


def test_single_precision_does_not_depend_on_the_batch(
    bert_bundles: Mapping[str, ExportedBundle],
) -> None:
    bundle = bert_bundles["fp32"]
    inference = BundleInference(bundle.path, bundle.manifest)
    examples = shipped_examples(pairs=False)[:48]

    together = inference.outputs(examples)
    alone = np.concatenate([inference.outputs([example]) for example in examples])

    assert np.array_equal(alone, together)


def test_the_calibration_is_on_record(bert_bundles: Mapping[str, ExportedBundle]) -> None:
    examples = shipped_examples(pairs=False)[:64]
    static = bert_bundles["int8-static"].manifest.variant

    assert (64, examples_sha256(examples)) == (
        static.calibration_example_count,
        static.calibration_sha256,
    )
    assert not bert_bundles["int8-dynamic"].manifest.variant.HasField("calibration_example_count")


def test_the_source_model_is_on_record(bert_bundles: Mapping[str, ExportedBundle]) -> None:
    sources = [bundle.manifest.source_model for bundle in bert_bundles.values()]

    assert [sources[0]] * len(sources) == sources
    assert ("tiny-bert", "BertForSequenceClassification") == (
        sources[0].name,
        sources[0].architecture,
    )
    assert ["praise", "complaint", "question", "other"] == list(
        bert_bundles["fp32"].manifest.classification.labels
    )
    assert {"torch", "transformers", "onnx", "onnxruntime", "bakeoff"} <= set(
        bert_bundles["fp32"].manifest.software_versions
    )


def test_a_static_variant_without_examples_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(CalibrationMissingError, match=r"int8-static needs examples.*--calibration"):
        export(
            ExportRequest(
                source="no/such",
                task="text-classification",
                variants=["fp32", "int8-static"],
                output=tmp_path,
            )
        )


def test_a_static_variant_is_not_made_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(CalibrationMissingError, match="int8-static"):
        VARIANTS["int8-static"].make(tmp_path / "a.onnx", tmp_path / "b.onnx", None)


def test_an_unknown_task_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(TaskUnsupportedError, match="text-classification; got 'word-salad'"):
        export(
            ExportRequest(source="no/such", task="word-salad", variants=["fp32"], output=tmp_path)
        )


def test_an_unknown_variant_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(VariantUnsupportedError, match="fp32, fp16, int8-dynamic, int8-static; got"):
        export(
            ExportRequest(
                source="no/such", task="text-classification", variants=["int3"], output=tmp_path
            )
        )


@pytest.fixture
def drawn(bert_bundles: Mapping[str, ExportedBundle], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets torch deliver the graph that it drew for the bundles: drawing takes it seconds."""
    import torch

    def deliver(_model: object, _inputs: object, path: Path, **_: object) -> None:
        shutil.copyfile(bert_bundles["fp32"].path / "model.onnx", path)

    monkeypatch.setattr(torch.onnx, "export", deliver)


@pytest.mark.usefixtures("drawn")
def test_one_variant_out_of_bounds_fails_them_all(bert: Path, tmp_path: Path) -> None:
    """Eight bits flip labels of random weights; asked for none, the export must not happen."""
    with pytest.raises(ParityFailedError, match=r"int8-dynamic .* label flips \(allowed 0\.00%\)"):
        export(
            ExportRequest(
                source=str(bert),
                task="text-classification",
                variants=["fp32", "int8-dynamic"],
                output=tmp_path / "out",
                backend="dynamo",
                label_flip_share=0.0,
            )
        )

    assert [] == list(tmp_path.iterdir())


def test_quiet_work_leaves_logging_and_warnings_as_they_were(
    bert_bundles: Mapping[str, ExportedBundle],
) -> None:
    assert bert_bundles
    assert 0 == logging.root.manager.disable
    with pytest.raises(UserWarning, match="an error under these tests"):
        warnings.warn("an error under these tests", stacklevel=1)


def test_calibration_takes_pairs(
    bert_bundles: Mapping[str, ExportedBundle], tmp_path: Path
) -> None:
    bundle = bert_bundles["fp32"]
    inference = BundleInference(bundle.path, bundle.manifest)
    made = VARIANTS["int8-static"].make(
        bundle.path / "model.onnx",
        tmp_path / "model.onnx",
        Calibration([Example("a", "b"), Example("c", "d")], inference.encode),
    )

    assert 2 == made.calibration_example_count
    assert ["model.onnx"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("variant_id", list(VARIANTS))
def test_a_graph_too_large_for_one_file_becomes_every_variant(
    bert_bundles: Mapping[str, ExportedBundle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variant_id: str,
) -> None:
    """Large here means a little more than nothing; the answers are those of the small one."""
    monkeypatch.setattr(graph_module, "INLINE_LIMIT_BYTES", 10_000)
    usual = bert_bundles[variant_id]
    fp32 = tmp_path / "drawn.onnx"
    save_graph(load_graph(bert_bundles["fp32"].path / "model.onnx"), fp32)
    folder = shutil.copytree(usual.path, tmp_path / "bundle")
    (folder / "model.onnx").unlink()
    examples = shipped_examples(pairs=False)[:64]
    expected = BundleInference(usual.path, usual.manifest)

    VARIANTS[variant_id].make(fp32, folder / "model.onnx", Calibration(examples, expected.encode))

    actual = BundleInference(folder, usual.manifest)
    assert {"manifest.json", "model.onnx", "model.onnx.data", "tokenizer.json"} == {
        path.name for path in folder.iterdir()
    }
    assert (tmp_path / "drawn.onnx.data").exists()
    np.testing.assert_array_equal(expected.outputs(examples), actual.outputs(examples))


@pytest.mark.usefixtures("drawn")
def test_a_graph_that_cannot_be_converted_fails_with_the_reason(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime.quantization

    def fail(*_: object, **__: object) -> None:
        message = "no kernel for that"
        raise RuntimeError(message)

    monkeypatch.setattr(onnxruntime.quantization, "quantize_dynamic", fail)

    with pytest.raises(VariantFailedError, match=r"int8-dynamic cannot be made.*no kernel"):
        export(
            ExportRequest(
                source=str(bert),
                task="text-classification",
                variants=["int8-dynamic"],
                output=tmp_path / "out",
                backend="dynamo",
            )
        )

    assert not (tmp_path / "out").exists()
