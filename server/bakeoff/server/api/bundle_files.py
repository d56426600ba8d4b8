"""Files of a bundle as they come in, piece by piece, in the order of the manifest."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from bakeoff.server.errors import DigestMismatchError, InvalidFieldError, UploadIncompleteError
from bakeoff.server.store import store_failures
from bakeoff.v1 import BundleFile

MAX_CHUNK_BYTES = 1024 * 1024


class BundleFiles:
    """Writes the files of a manifest into a folder and checks size and digest of each.

    Its methods block. A file without bytes may be left out of the upload.
    """

    def __init__(self, files: Sequence[BundleFile], folder: Path) -> None:
        self._files = files
        self._folder = folder
        self._index = -1
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._size_bytes = 0

    def take(self, path: str, data: bytes) -> None:
        """Takes the next bytes of the file of that path.

        Raises UploadIncompleteError when another file is due, DigestMismatchError when a file
        is not what the manifest says.
        """
        if len(data) > MAX_CHUNK_BYTES:
            msg = f"chunk.data must hold at most {MAX_CHUNK_BYTES} bytes, got {len(data)}"
            raise InvalidFieldError(msg, field="chunk.data")
        if self._file is None or path != self._current.path:
            self._open(path)
        self._size_bytes += len(data)
        if self._size_bytes > self._current.size_bytes:
            raise self._mismatch(got=f"it has {self._size_bytes} bytes or more")
        self._digest.update(data)
        if self._file is not None:
            with store_failures():
                self._file.write(data)

    def finish(self) -> None:
        """Ends the upload. Raises as `take` does when files or bytes are missing."""
        self._open(None)

    def close(self) -> None:
        """Closes the file that is open, if any."""
        if self._file is not None:
            file, self._file = self._file, None
            with store_failures():
                file.close()

    @property
    def _current(self) -> BundleFile:
        return self._files[self._index]

    def _open(self, path: str | None) -> None:
        """Ends the current file and begins the one of that path; None ends them all."""
        if self._file is not None:
            self._end()
        while self._index + 1 < len(self._files):
            self._index += 1
            self._begin()
            if self._current.path == path:
                return
            if self._current.size_bytes:
                got = "the end of the upload" if path is None else f"bytes of {path[:200]!r}"
                msg = f"bytes of {self._current.path!r} must come next, got {got}"
                raise UploadIncompleteError(msg, file=self._current.path)
            self._end()
        if path is not None:
            msg = f"no bytes of {path[:200]!r} are due: files come in the order of the manifest"
            raise UploadIncompleteError(msg, field="chunk.path")

    def _begin(self) -> None:
        place = self._folder / self._current.path
        with store_failures():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._file = place.open("xb")
        self._digest = hashlib.sha256()
        self._size_bytes = 0

    def _end(self) -> None:
        self.close()
        if self._size_bytes != self._current.size_bytes:
            msg = (
                f"{self._current.path!r} ended after {self._size_bytes} of "
                f"{self._current.size_bytes} bytes"
            )
            raise UploadIncompleteError(msg, file=self._current.path)
        if self._digest.hexdigest() != self._current.sha256:
            raise self._mismatch(got=f"its SHA-256 is {self._digest.hexdigest()}")

    def _mismatch(self, *, got: str) -> DigestMismatchError:
        file = self._current
        msg = (
            f"{file.path!r} must be the {file.size_bytes} bytes of SHA-256 {file.sha256} that the "
            f"manifest says; {got}"
        )
        return DigestMismatchError(msg, file=file.path)
