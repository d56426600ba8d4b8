"""Installed distributions that matter, and whether they make one sound onnxruntime."""

from collections.abc import Mapping
from importlib import metadata

RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino")

_DISTRIBUTIONS = (
    "bakeoff",
    *RUNTIMES,
    "grpcio",
    "numpy",
    "protobuf",
    "scipy",
    "sqlalchemy",
    "tokenizers",
)


def installed_versions() -> dict[str, str]:
    """Versions of the distributions that matter and are installed, by name."""
    return {name: version for name in _DISTRIBUTIONS if (version := _version(name))}


def runtime_fault(installed: Mapping[str, str]) -> str:
    """Why the installed distributions do not make one sound onnxruntime; empty when they do.

    All fill the same import folder, so that of two the one installed last has overwritten the
    other.
    """
    found = [name for name in RUNTIMES if name in installed]
    if not found:
        return "none is installed; install bakeoff[server,cpu], or bakeoff[server,gpu] for CUDA"
    if len(found) > 1:
        return (
            f"{' and '.join(found)} are both installed and overwrite each other; make a new "
            "environment with only one of bakeoff[server,cpu] and bakeoff[server,gpu]"
        )
    return ""


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
