"""torch's own exporter, for models that the exporter of transformers fails on."""

from pathlib import Path
from typing import Any

from bakeoff.exporter.backends.backend import version_of
from bakeoff.exporter.backends.traced_inputs import free_dimensions, traced_inputs
from bakeoff.exporter.checkpoint import Checkpoint
from bakeoff.exporter.network import Network

_OPSET = 20


class DynamoBackend:
    """`torch.onnx.export(dynamo=True)` on the bare logits."""

    name = "dynamo"

    def unavailable(self) -> str | None:
        """Why it cannot run here, or nothing when it can."""
        for distribution in ("torch", "onnxscript"):
            if version_of(distribution) is None:
                return f"it needs {distribution}, from the extra bakeoff[exporter]."
        return None

    def draw(self, checkpoint: Checkpoint, network: Network, path: Path) -> None:  # noqa: ARG002 - the seam
        """Write the graph to `path`."""
        import torch

        inputs = traced_inputs(network)
        names = list(inputs)

        class Logits(torch.nn.Module):
            """The model as a function from tensors in a fixed order to logits."""

            def __init__(self) -> None:
                super().__init__()
                self.model = network.model

            def forward(self, *tensors: torch.Tensor) -> Any:  # noqa: ANN401 - transformers ships no types
                return self.model(**dict(zip(names, tensors, strict=True))).logits

        torch.onnx.export(
            Logits().eval(),
            tuple(inputs.values()),
            path,
            input_names=names,
            output_names=["logits"],
            dynamo=True,
            dynamic_shapes=(tuple(free_dimensions(inputs).values()),),
            opset_version=_OPSET,
            external_data=True,
            verbose=False,
        )
