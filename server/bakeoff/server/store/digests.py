"""SHA-256 of files and bundles, in lower-case hexadecimal."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bakeoff.v1 import BundleFile


def file_sha256(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bundle_sha256(files: Iterable[BundleFile]) -> str:
    """SHA-256 over the files of a bundle.

    Hashed are lines, sorted by path: the path in UTF-8, a zero byte, the digest of the file, a
    newline.
    """
    lines = sorted((file.path.encode(), file.sha256.encode()) for file in files)
    return hashlib.sha256(b"".join(p + b"\x00" + d + b"\n" for p, d in lines)).hexdigest()
