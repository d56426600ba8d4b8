"""Files of a bundle as they come in, piece by piece, in the order of the manifest."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bakeoff.server.errors import DigestMismatchError, InvalidFieldError, UploadIncompleteError
from bakeoff.server.store import store_failures
from bakeoff.v1 import BundleFile

MAX_CHUNK_BYTES = 1024 * 1024


class BundleFiles:
    """Writes the files of a manifest into a folder and checks size and digest of each.

    Its methods block. A file without bytes may be left out of the upload.
    """

    def __init__(self, files: Sequence[BundleFile], folder: Path) -> None:
        self._due = list(reversed(files))
        self._folder = folder
        self._current: _IncomingFile | None = None

    def take(self, path: str, data: bytes) -> None:
        """Takes the next bytes of the file of that path.

        Raises UploadIncompleteError when another file is due, DigestMismatchError when a file
        is not what the manifest says.
        """
        if len(data) > MAX_CHUNK_BYTES:
            msg = f"chunk.data must hold at most {MAX_CHUNK_BYTES} bytes, got {len(data)}"
            raise InvalidFieldError(msg, field="chunk.data")
        if self._current is None or path != self._current.path:
            self._current = self._next(path)
        self._current.take(data)

    def finish(self) -> None:
        """Ends the upload. Raises as `take` does when files or bytes are missing."""
        self._end_current()
        while self._due:
            self._begin_and_end_empty("the end of the upload")

    def close(self) -> None:
        """Closes the file that is open, if any."""
        if self._current is not None:
            self._current.close()

    def _next(self, path: str) -> "_IncomingFile":
        """Ends the current file and begins the one of that path."""
        self._end_current()
        while self._due:
            if self._due[-1].path == path:
                return _IncomingFile(self._due.pop(), self._folder)
            self._begin_and_end_empty(f"bytes of {path[:200]!r}")
        msg = f"no bytes of {path[:200]!r} are due: files come in the order of the manifest"
        raise UploadIncompleteError(msg, field="chunk.path")

    def _begin_and_end_empty(self, came: str) -> None:
        """Makes the file that is due, of which no bytes came."""
        announced = self._due.pop()
        if announced.size_bytes:
            msg = f"bytes of {announced.path!r} must come next, got {came}"
            raise UploadIncompleteError(msg, file=announced.path)
        _IncomingFile(announced, self._folder).end()

    def _end_current(self) -> None:
        if self._current is not None:
            self._current.end()


class _IncomingFile:
    """One file as it comes in."""

    def __init__(self, announced: BundleFile, folder: Path) -> None:
        self.path = announced.path
        self._announced = announced
        self._digest = hashlib.sha256()
        self._size_bytes = 0
        place = folder / announced.path
        with store_failures():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._file = place.open("xb")

    def take(self, data: bytes) -> None:
        self._size_bytes += len(data)
        if self._size_bytes > self._announced.size_bytes:
            raise self._mismatch(got=f"it has {self._size_bytes} bytes or more")
        self._digest.update(data)
        with store_failures():
            self._file.write(data)

    def end(self) -> None:
        self.close()
        if self._size_bytes != self._announced.size_bytes:
            msg = (
                f"{self.path!r} ended after {self._size_bytes} of {self._announced.size_bytes} "
                "bytes"
            )
            raise UploadIncompleteError(msg, file=self.path)
        if self._digest.hexdigest() != self._announced.sha256:
            raise self._mismatch(got=f"its SHA-256 is {self._digest.hexdigest()}")

    def close(self) -> None:
        with store_failures():
            self._file.close()

    def _mismatch(self, *, got: str) -> DigestMismatchError:
        announced = self._announced
        msg = (
            f"{announced.path!r} must be the {announced.size_bytes} bytes of SHA-256 "
            f"{announced.sha256} that the manifest says; {got}"
        )
        return DigestMismatchError(msg, file=announced.path)
