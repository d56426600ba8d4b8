"""A bundle is written whole or not at all, and verified against its manifest."""

import json
from pathlib import Path

import pytest

from bakeoff.exporter.bundle import read_manifest, staging, valid_name, verify_bundle
from bakeoff.exporter.errors import InvalidBundleError, OptionError, OutputExistsError
from bakeoff.v1 import Manifest


def write(output: Path, name: str, content: str = "graph", *, overwrite: bool = False) -> Path:
    with staging(output, overwrite=overwrite) as area:
        folder = area.new_bundle(name)
        (folder / "model.onnx").write_text(content)
        (folder / "deep").mkdir()
        (folder / "deep" / "part").write_text("part")
        area.finish(folder, Manifest(schema_version=1, task="text-classification"))
        (path,) = area.publish()
    return path


def fail_half_way(output: Path, *, overwrite: bool = False) -> None:
    with staging(output, overwrite=overwrite) as area:
        (area.new_bundle("a.fp32") / "model.onnx").write_text("half")
        raise RuntimeError


def test_a_published_bundle_lists_every_file_and_verifies(tmp_path: Path) -> None:
    path = write(tmp_path / "out", "a.fp32")

    manifest = verify_bundle(path)

    assert tmp_path / "out" / "a.fp32" == path
    assert ["deep/part", "model.onnx"] == [file.path for file in manifest.files]
    assert [4, 5] == [file.size_bytes for file in manifest.files]
    assert "text-classification" == json.loads((path / "manifest.json").read_text())["task"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    output = tmp_path / "new" / "out"
    with pytest.raises(RuntimeError):
        fail_half_way(output)

    assert [] == list(tmp_path.iterdir())


def test_a_failure_leaves_an_output_folder_that_was_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        fail_half_way(tmp_path)

    assert tmp_path.is_dir()
    assert [] == list(tmp_path.iterdir())


def test_an_existing_bundle_is_refused_without_overwrite(tmp_path: Path) -> None:
    write(tmp_path, "a.fp32", "old")

    with pytest.raises(OutputExistsError, match="--overwrite"):
        write(tmp_path, "a.fp32", "new")

    assert "old" == (tmp_path / "a.fp32" / "model.onnx").read_text()


def test_an_existing_bundle_is_replaced_with_overwrite(tmp_path: Path) -> None:
    write(tmp_path, "a.fp32", "old")

    write(tmp_path, "a.fp32", "new", overwrite=True)

    assert "new" == (tmp_path / "a.fp32" / "model.onnx").read_text()
    assert ["a.fp32"] == [path.name for path in tmp_path.iterdir()]


def test_a_failed_replacement_keeps_the_old_bundle(tmp_path: Path) -> None:
    write(tmp_path, "a.fp32", "old")
    with pytest.raises(RuntimeError):
        fail_half_way(tmp_path, overwrite=True)

    assert "old" == (tmp_path / "a.fp32" / "model.onnx").read_text()


def test_a_replacement_that_cannot_be_moved_in_brings_the_old_bundle_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.fp32", "old")
    rename = Path.rename

    def refuse_the_new(self: Path, target: Path) -> Path:
        if "bundles" in self.parts:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, "a.fp32", "new", overwrite=True)

    assert "old" == (tmp_path / "a.fp32" / "model.onnx").read_text()


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.fp32").mkdir()
    (tmp_path / "a.fp32" / "thesis.txt").write_text("years of work")

    with pytest.raises(OutputExistsError, match="not a bundle"):
        write(tmp_path, "a.fp32", overwrite=True)

    assert (tmp_path / "a.fp32" / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("banking77-tiny", "banking77-tiny.fp32"),
        ("My Model (v2)", "my-model-v2.fp32"),
        ("..hidden", "hidden.fp32"),
        ("Größe", "gr-e.fp32"),
        ("x" * 200, "x" * 123 + ".fp32"),
    ],
)
def test_a_name_is_made_valid(name: str, expected: str) -> None:
    assert expected == valid_name(name, "fp32")


def test_a_name_of_nothing_valid_is_refused() -> None:
    with pytest.raises(OptionError, match="got '模型'"):
        valid_name("模型", "fp32")


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda path: (path / "model.onnx").write_text("graqh"), "model.onnx is not the file"),
        (lambda path: (path / "model.onnx").write_text("longer graph"), "is not the file"),
        (lambda path: (path / "model.onnx").unlink(), "missing: model.onnx"),
        (lambda path: (path / "extra").write_text("x"), "not listed: extra"),
        (lambda path: (path / "manifest.json").unlink(), "no manifest"),
        (lambda path: (path / "manifest.json").write_text("{"), "no manifest"),
        (lambda path: (path / "manifest.json").write_text('{"schemaVersion": 2}'), "got 2"),
    ],
)
def test_a_bundle_that_was_changed_does_not_verify(
    tmp_path: Path, spoil: object, match: str
) -> None:
    path = write(tmp_path, "a.fp32")
    spoil(path)

    with pytest.raises(InvalidBundleError, match=match):
        verify_bundle(path)


def test_a_link_in_the_place_of_a_file_does_not_verify(tmp_path: Path) -> None:
    path = write(tmp_path / "out", "a.fp32")
    (path / "model.onnx").rename(tmp_path / "elsewhere")
    (path / "model.onnx").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InvalidBundleError, match="plain file"):
        verify_bundle(path)


def test_a_manifest_survives_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.fp32")

    assert read_manifest(path) == verify_bundle(path)
