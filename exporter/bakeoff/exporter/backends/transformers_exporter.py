"""The exporter of transformers itself.

Experimental there: its interface changes between releases, so this file is all that touches it.
"""

from pathlib import Path

from bakeoff.exporter.backends.backend import version_of
from bakeoff.exporter.backends.traced_inputs import free_dimensions, traced_inputs
from bakeoff.exporter.checkpoint import Checkpoint
from bakeoff.exporter.network import Network

_SINCE = (5, 23)


class TransformersBackend:
    """`transformers.exporters.OnnxExporter`, which patches what torch alone cannot export."""

    name = "transformers"

    def unavailable(self) -> str | None:
        """Why it cannot run here, or nothing when it can."""
        version = version_of("transformers")
        if version is None or version < _SINCE:
            return "it needs transformers 5.23, from the extra bakeoff[exporter]."
        return None

    def draw(self, checkpoint: Checkpoint, network: Network, path: Path) -> None:  # noqa: ARG002 - the seam
        """Write the graph to `path`."""
        import onnx_ir
        from transformers.exporters.exporter_onnx import OnnxConfig, OnnxExporter

        inputs = traced_inputs(network)
        settings = OnnxConfig(dynamic=True, dynamic_shapes=free_dimensions(inputs))
        exported = OnnxExporter().export(network.model, inputs, config=settings)
        onnx_ir.save(exported.program, path, external_data=f"{path.name}.data")
