"""The environment variables that a worker process gets, and no others."""

import os
import site
from collections.abc import Mapping
from pathlib import Path

_VARIABLES = frozenset(
    {
        "PATH",
        # Graphs that normalise strings ask for a locale.
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        # How the server itself was found.
        "PYTHONPATH",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        # Branches that run in a worker are covered too.
        "COVERAGE_PROCESS_CONFIG",
        "COVERAGE_PROCESS_START",
    }
)
_PREFIXES = ("OMP_", "ORT_", "KMP_", "CUDA_", "CUDNN_", "NVIDIA_", "MALLOC_")


def make_home(home_path: Path) -> None:
    """Make the private folder that is a worker's home and working directory."""
    home_path.mkdir(mode=0o700, parents=True, exist_ok=True)


def worker_environment(
    home_path: Path, variables: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Variables for a worker whose home is a private folder; no secret of the server among them."""
    source = os.environ if variables is None else variables
    kept = {
        name: value
        for name, value in source.items()
        if name in _VARIABLES or name.startswith(_PREFIXES)
    }
    kept.setdefault("LANG", "C.UTF-8")
    # CUDA would count the fastest device first, and the driver's tools count by place on the bus.
    kept["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    kept["HOME"] = str(home_path)
    kept["TMPDIR"] = str(home_path)
    if site.ENABLE_USER_SITE:
        # Another home would hide the packages that a user installed for themselves.
        kept["PYTHONUSERBASE"] = site.getuserbase()
    return kept
