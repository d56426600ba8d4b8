"""Files of a bundle, as a worker may open them."""

import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bakeoff.server.errors import ExternalDataError, InvalidManifestError
from bakeoff.v1 import Manifest


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder with a candidate, and its manifest."""

    path: Path
    manifest: Manifest

    def file(self, field: str, relative_path: str) -> Path:
        """Path of the file that a field of the manifest names.

        Raises `InvalidManifestError` when it is not within the bundle or not there.
        """
        pure = PurePosixPath(relative_path)
        if not pure.parts or pure.is_absolute() or ".." in pure.parts:
            message = f"{field} must be a path within the bundle, got {relative_path!r}"
            raise InvalidManifestError(message)
        path = self.path / pure
        if not path.is_file():
            message = f"{field} names {relative_path!r}, which the bundle does not hold"
            raise InvalidManifestError(message)
        return path

    def check_files(self) -> None:
        """Hold the bundle to regular files that have no second name elsewhere.

        onnxruntime itself refuses weights outside the graph's folder, and follows a hard link to
        them. Raises `ExternalDataError`.
        """
        for path in sorted(self.path.rglob("*")):
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                continue
            name = path.relative_to(self.path).as_posix()
            if not stat.S_ISREG(status.st_mode):
                message = f"a bundle may hold regular files only; {name!r} is not one"
                raise ExternalDataError(message)
            if status.st_nlink != 1:
                message = (
                    f"a file of a bundle may have one name only; "
                    f"{name!r} is linked {status.st_nlink} times"
                )
                raise ExternalDataError(message)
