"""What the manifest of an upload must be before its first byte is taken."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.errors import InvalidManifestError, TooLargeError
from bakeoff.server.store import CANDIDATES, bundle_sha256, resource_name
from bakeoff.server.tasks import task_named
from bakeoff.v1 import BundleFile, Candidate, Manifest, UploadCandidateRequest

SCHEMA_VERSION = 1
MANIFEST_FILE = "manifest.json"

_MAX_FILE_COUNT = 1000
_MAX_DEPTH = 16
_MAX_PART_BYTES = 255
_MAX_PATH_BYTES = 480
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def announced_candidate(header: UploadCandidateRequest.Header, max_bytes: int) -> Candidate:
    """The candidate that an upload announces, as it will be when every byte of it is right.

    Raises InvalidNameError, TaskMismatchError, InvalidManifestError naming the field, and
    TooLargeError when its files take more than `max_bytes`.
    """
    name = resource_name(CANDIDATES, header.candidate_id, "header.candidate_id")
    manifest = header.manifest
    if manifest.schema_version != SCHEMA_VERSION:
        raise _invalid(
            field="schema_version", why=f"must be {SCHEMA_VERSION}, got {manifest.schema_version}"
        )
    task_named(manifest.task).check_manifest(manifest)
    _check_files(manifest.files)
    _check_references(manifest)
    size_bytes = sum(file.size_bytes for file in manifest.files)
    if size_bytes > max_bytes:
        msg = f"the files of a candidate may take {max_bytes} bytes, these take {size_bytes}"
        raise TooLargeError(msg, limit_bytes=str(max_bytes))
    create_time = Timestamp()
    create_time.GetCurrentTime()
    return Candidate(
        name=name,
        manifest=manifest,
        sha256=bundle_sha256(manifest.files),
        size_bytes=size_bytes,
        create_time=create_time,
    )


def _check_files(files: Sequence[BundleFile]) -> None:
    if not 1 <= len(files) <= _MAX_FILE_COUNT:
        raise _invalid(field="files", why=f"must be 1 to {_MAX_FILE_COUNT}, got {len(files)}")
    seen: set[PurePosixPath] = set()
    for index, file in enumerate(files):
        field = f"files[{index}]"
        why = _path_fault(file.path)
        if why:
            raise _invalid(field=f"{field}.path", why=f"{why}, got {file.path[:_MAX_PART_BYTES]!r}")
        path = PurePosixPath(file.path)
        if path in seen:
            raise _invalid(
                field=f"{field}.path", why=f"must be named once, got {file.path!r} again"
            )
        seen.add(path)
        if file.size_bytes < 0:
            raise _invalid(
                field=f"{field}.size_bytes", why=f"must be 0 or more, got {file.size_bytes}"
            )
        if not _SHA256.fullmatch(file.sha256):
            raise _invalid(
                field=f"{field}.sha256", why=f"must be 64 of 0-9 and a-f, got {file.sha256[:80]!r}"
            )
    for path in seen:
        for folder in path.parents:
            if folder in seen:
                raise _invalid(
                    field="files", why=f"cannot hold both a file {folder} and a file in it"
                )


def _path_fault(path: str) -> str:
    """Why a path may not name a file of a bundle; empty when it may."""
    parts = path.split("/")
    if path.startswith("/") or "\\" in path:
        return "must be relative to the bundle, with forward slashes"
    if _CONTROL.search(path):
        return "must hold no control character"
    if any(part in {"", ".", ".."} for part in parts):
        return "must have no empty part, no `.` and no `..`"
    longest = max(len(part.encode()) for part in parts)
    if len(parts) > _MAX_DEPTH or longest > _MAX_PART_BYTES or len(path.encode()) > _MAX_PATH_BYTES:
        return (
            f"must take at most {_MAX_PATH_BYTES} bytes in {_MAX_DEPTH} parts of at most "
            f"{_MAX_PART_BYTES}"
        )
    if path == MANIFEST_FILE:
        return "must not be the manifest, which comes in the header"
    return ""


def _check_references(manifest: Manifest) -> None:
    paths = {file.path for file in manifest.files}
    referred = {"graph_path": manifest.graph_path}
    if manifest.HasField("tokenization"):
        referred["tokenization.tokenizer_path"] = manifest.tokenization.tokenizer_path
    for field, path in referred.items():
        if path not in paths:
            raise _invalid(
                field=field, why=f"must be one of the files, got {path[:_MAX_PART_BYTES]!r}"
            )


def _invalid(*, field: str, why: str) -> InvalidManifestError:
    return InvalidManifestError(f"manifest.{field} {why}", field=f"header.manifest.{field}")
