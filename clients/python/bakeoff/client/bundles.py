"""A bundle on this machine, ready to be sent.

Knows the layout of a bundle, and nothing of what its files mean.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from google.protobuf import json_format

from bakeoff import v1
from bakeoff.client.errors import BundleFolderError
from bakeoff.client.progress import OnTransfer, TransferProgress, unheard

MANIFEST_FILE = "manifest.json"
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Bundle:
    """A folder that holds a candidate, and what its manifest says."""

    folder: Path
    manifest: v1.Manifest

    @property
    def size_bytes(self) -> int:
        """Size of all its files together."""
        return sum(file.size_bytes for file in self.manifest.files)

    def sha256(self) -> str:
        """SHA-256 over its manifest and so over the digests of its files, in hexadecimal."""
        return hashlib.sha256(self.manifest.SerializeToString(deterministic=True)).hexdigest()

    def is_intact(self) -> bool:
        """Whether every file is what the manifest says. Reads them all."""
        return all(_digest(self.folder / file.path) == file.sha256 for file in self.manifest.files)

    def requests(
        self, candidate_id: str, on_progress: OnTransfer = unheard
    ) -> Iterator[v1.UploadCandidateRequest]:
        """The messages of its upload."""
        yield v1.UploadCandidateRequest(
            header=v1.UploadCandidateRequest.Header(
                candidate_id=candidate_id, manifest=self.manifest
            )
        )
        sent_bytes = 0
        for path, data in self._chunks():
            yield v1.UploadCandidateRequest(
                chunk=v1.UploadCandidateRequest.Chunk(path=path, data=data)
            )
            sent_bytes += len(data)
            on_progress(TransferProgress(candidate_id, "send", sent_bytes, self.size_bytes))

    def _chunks(self) -> Iterator[tuple[str, bytes]]:
        for file in self.manifest.files:
            with (self.folder / file.path).open("rb") as source:
                data = source.read(CHUNK_BYTES)
                yield file.path, data  # an empty file is one empty piece
                while data := source.read(CHUNK_BYTES):
                    yield file.path, data


def read_bundle(folder: Path) -> Bundle:
    """The bundle in a folder.

    Raises BundleFolderError when the folder holds none, or a file of it is
    missing or has another size than the manifest says.
    """
    manifest = _read_manifest(folder)
    for file in manifest.files:
        inside = PurePosixPath(file.path)
        if inside.is_absolute() or ".." in inside.parts:
            message = f"The bundle {str(folder)!r} lists {file.path!r}, which lies outside it."
            raise BundleFolderError(message, reason="BUNDLE_FILE_OUTSIDE")
        path = folder / inside
        if not path.is_file():
            message = (
                f"The bundle {str(folder)!r} lacks {file.path!r}, which its manifest lists. "
                "Export it again."
            )
            raise BundleFolderError(message, reason="BUNDLE_FILE_MISSING")
        size_bytes = path.stat().st_size
        if size_bytes != file.size_bytes:
            message = (
                f"{file.path!r} of the bundle {str(folder)!r} should have {file.size_bytes} bytes, "
                f"and has {size_bytes}. Copy or export it again."
            )
            raise BundleFolderError(message, reason="BUNDLE_FILE_CHANGED")
    return Bundle(folder, manifest)


def _read_manifest(folder: Path) -> v1.Manifest:
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        message = f"There is no folder {str(folder)!r}."
        raise BundleFolderError(message, reason="BUNDLE_NOT_FOUND")
    if not path.is_file():
        message = (
            f"The folder {str(folder)!r} is not a bundle: it holds no {MANIFEST_FILE}. Make one "
            "from a checkpoint with `bakeoff export`, from an ONNX model with `bakeoff adopt`."
        )
        raise BundleFolderError(message, reason="NOT_A_BUNDLE")
    try:
        return json_format.Parse(path.read_bytes(), v1.Manifest())
    except (json_format.ParseError, UnicodeDecodeError, OSError) as failure:
        message = f"The manifest {str(path)!r} cannot be read: {failure}."
        raise BundleFolderError(message, reason="MANIFEST_UNREADABLE") from failure


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
