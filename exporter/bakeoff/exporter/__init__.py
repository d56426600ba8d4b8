"""Makes bundles: exports a fine-tuned model to ONNX, or adopts an ONNX model that exists.

Names are loaded when they are used, so that the command can show its help without a framework.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bakeoff.exporter.adoption import AdoptRequest, adopt
    from bakeoff.exporter.bundle import read_manifest, verify_bundle
    from bakeoff.exporter.examples import Example, read_examples
    from bakeoff.exporter.exporting import ExportedBundle, export
    from bakeoff.exporter.head import ProblemType, Scale
    from bakeoff.exporter.source import ExportRequest

_HOMES = {
    "AdoptRequest": "bakeoff.exporter.adoption",
    "Example": "bakeoff.exporter.examples",
    "ExportRequest": "bakeoff.exporter.source",
    "ExportedBundle": "bakeoff.exporter.exporting",
    "ProblemType": "bakeoff.exporter.head",
    "Scale": "bakeoff.exporter.head",
    "adopt": "bakeoff.exporter.adoption",
    "export": "bakeoff.exporter.exporting",
    "read_examples": "bakeoff.exporter.examples",
    "read_manifest": "bakeoff.exporter.bundle",
    "verify_bundle": "bakeoff.exporter.bundle",
}

__all__ = [
    "AdoptRequest",
    "Example",
    "ExportRequest",
    "ExportedBundle",
    "ProblemType",
    "Scale",
    "adopt",
    "export",
    "read_examples",
    "read_manifest",
    "verify_bundle",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(_HOMES[name]), name)
