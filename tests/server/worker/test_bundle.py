"""Promises of opening a bundle's files."""

import os
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import ExternalDataError, InvalidManifestError

if TYPE_CHECKING:
    from conftest import Workshop


def test_a_bundle_of_regular_files_is_taken(workshop: "Workshop") -> None:
    bundle = workshop.bundle()
    (bundle.path / "onnx").mkdir()
    (bundle.path / "onnx" / "weights.bin").write_bytes(b"weights")
    bundle.check_files()
    assert bundle.path / "onnx" / "weights.bin" == bundle.file("field", "onnx/weights.bin")


def test_a_file_that_is_linked_elsewhere_is_refused(workshop: "Workshop") -> None:
    """Onnxruntime loads weights through a hard link, wherever else that file is."""
    bundle = workshop.bundle()
    outside = workshop.folder / "outside.bin"
    outside.write_bytes(b"secret")
    os.link(outside, bundle.path / "weights.bin")
    with pytest.raises(ExternalDataError, match=r"'weights\.bin' is linked 2 times"):
        bundle.check_files()


@pytest.mark.parametrize("kind", ["file", "folder", "pipe"])
def test_what_is_no_regular_file_is_refused(workshop: "Workshop", kind: str) -> None:
    bundle = workshop.bundle()
    place = bundle.path / "odd"
    match kind:
        case "file":
            place.symlink_to(bundle.path / "model.onnx")
        case "folder":
            place.symlink_to(workshop.folder)
        case "pipe":
            os.mkfifo(place)
    with pytest.raises(ExternalDataError, match="regular files only; 'odd'"):
        bundle.check_files()


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../model.onnx", "a/../../model.onnx"])
def test_a_path_beyond_the_bundle_is_refused(workshop: "Workshop", path: str) -> None:
    with pytest.raises(InvalidManifestError, match="graph_path must be a path within the bundle"):
        workshop.bundle().file("graph_path", path)


def test_a_file_that_is_missing_is_named(workshop: "Workshop") -> None:
    with pytest.raises(InvalidManifestError, match=r"graph_path names 'absent\.onnx'"):
        workshop.bundle().file("graph_path", "absent.onnx")
