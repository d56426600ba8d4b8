"""Whether a person's word names a resource of the server or a thing on this machine.

`candidates/x` and `evaluationSets/x` are always resources, a Path never is. Any
other word is local when such a folder or file exists or when it is written as a
path, and else the id of a resource.
"""

import os
from pathlib import Path

from bakeoff.client.names import CANDIDATES, EVALUATION_SETS
from bakeoff.client.reading.options import ENDINGS


def local_bundle(candidate: str | Path) -> Path | None:
    """The folder that a candidate is in, or None when it is registered."""
    if isinstance(candidate, Path):
        return candidate
    if candidate.startswith(f"{CANDIDATES}/"):
        return None
    path = Path(candidate).expanduser()
    return path if path.is_dir() or _written_as_path(candidate) else None


def local_set(evaluation_set: str | Path) -> Path | None:
    """The file that a set is in, or None when it is registered."""
    if isinstance(evaluation_set, Path):
        return evaluation_set
    if evaluation_set.startswith(f"{EVALUATION_SETS}/"):
        return None
    path = Path(evaluation_set).expanduser()
    if path.is_file() or _written_as_path(evaluation_set) or path.suffix.lower() in ENDINGS:
        return path
    return None


def _written_as_path(word: str) -> bool:
    return word.startswith((".", "~")) or os.sep in word
