"""Bundles on this machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bakeoff import v1
from bakeoff.client import BundleFolderError
from bakeoff.client.bundles import read_bundle

WriteBundle = Callable[..., Path]


def test_a_bundle_is_sent_file_by_file_in_pieces(tmp_path: Path, write_bundle: WriteBundle) -> None:
    large = bytes(range(256)) * 10_000
    folder = write_bundle(tmp_path / "b", {"model.onnx": large, "empty": b"", "t/x.json": b"{}"})
    bundle = read_bundle(folder)
    told = []
    header, *chunks = bundle.requests("b", lambda progress: told.append(progress.done_count))
    assert (
        v1.UploadCandidateRequest.Header(candidate_id="b", manifest=bundle.manifest)
        == header.header
    )
    assert ["model.onnx"] * 3 + ["empty", "t/x.json"] == [one.chunk.path for one in chunks]
    assert 1024 * 1024 == max(len(one.chunk.data) for one in chunks)
    assert large == b"".join(one.chunk.data for one in chunks[:3])
    assert [1048576, 2097152, 2560000, 2560000, 2560002] == told
    assert 2560002 == bundle.size_bytes


def test_a_changed_file_is_found_out(bundle_folder: Path) -> None:
    bundle = read_bundle(bundle_folder)
    assert bundle.is_intact()
    (bundle_folder / "model.onnx").write_bytes(b"grapH")
    assert not bundle.is_intact()


def spoil_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{]")


def lose_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def lose_file(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def cut_file(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"gr")


def point_outside(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"empty.txt"', '"../../secret"'))


def add_unknown_field(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("{", '{"fromTheFuture": 1,', 1))


def remove_folder(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.mark.parametrize(
    ("spoil", "reason", "words"),
    [
        (remove_folder, "BUNDLE_NOT_FOUND", "There is no folder"),
        (lose_manifest, "NOT_A_BUNDLE", "bakeoff export"),
        (spoil_manifest, "MANIFEST_UNREADABLE", "cannot be read"),
        (add_unknown_field, "MANIFEST_UNREADABLE", "fromTheFuture"),
        (lose_file, "BUNDLE_FILE_MISSING", "lacks 'model.onnx'"),
        (cut_file, "BUNDLE_FILE_CHANGED", "should have 5 bytes, and has 2"),
        (point_outside, "BUNDLE_FILE_OUTSIDE", "'../../secret', which lies outside"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_folder_that_is_no_whole_bundle_is_refused(
    bundle_folder: Path, spoil: Callable[[Path], None], reason: str, words: str
) -> None:
    spoil(bundle_folder)
    with pytest.raises(BundleFolderError) as refused:
        read_bundle(bundle_folder)
    assert reason == refused.value.reason
    assert words in refused.value.message
