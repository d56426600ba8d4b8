"""Versions of the software that made a bundle."""

import importlib.metadata

_DISTRIBUTIONS = (
    "bakeoff",
    "numpy",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "optimum",
    "optimum-onnx",
    "scikit-learn",
    "skl2onnx",
    "tokenizers",
    "torch",
    "transformers",
)


def software_versions() -> dict[str, str]:
    """Versions of those that are installed, by distribution name."""
    versions = {}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
