"""The exporter of optimum-onnx, which needs older transformers and an environment of its own."""

import tempfile
from pathlib import Path

import onnx

from bakeoff.exporter.backends.backend import version_of
from bakeoff.exporter.checkpoint import Checkpoint
from bakeoff.exporter.network import Network

_OPSET = 18


class OptimumBackend:
    """`optimum.exporters.onnx.main_export`, which reads the checkpoint by itself."""

    name = "optimum"

    def unavailable(self) -> str | None:
        """Why it cannot run here, or nothing when it can."""
        if version_of("optimum-onnx") is None:
            return "it needs optimum-onnx, from the extra bakeoff[exporter-optimum]."
        return None

    def draw(self, checkpoint: Checkpoint, network: Network, path: Path) -> None:  # noqa: ARG002 - the seam
        """Write the graph to `path`."""
        from optimum.exporters.onnx import main_export

        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            main_export(
                str(checkpoint.folder),
                output=folder,
                task="text-classification",
                opset=_OPSET,
                do_validation=False,
                trust_remote_code=checkpoint.trust_remote_code,
            )
            graph = onnx.load(Path(folder) / "model.onnx")
            onnx.save(graph, path, save_as_external_data=True, location=f"{path.name}.data")
