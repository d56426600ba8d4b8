"""Rows of numbers on the disk, so that keeping them takes no memory of the process."""

import tempfile
from pathlib import Path
from struct import Struct

import numpy as np
from numpy.typing import NDArray


class Spool:
    """A file without a name, of rows of the same length. It goes when it is closed."""

    def __init__(self, folder: Path, width: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by its owner
        self._row = Struct(f"={width}q")

    def add(self, *values: int) -> None:
        """Keep a row of as many values as the width."""
        self._file.write(self._row.pack(*values))

    def columns(self) -> NDArray[np.int64]:
        """All rows as columns, shape [width, rows]."""
        self._file.seek(0)
        values = np.frombuffer(self._file.read(), dtype=np.int64)
        return values.reshape(-1, self._row.size // values.itemsize).T

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
