"""8-bit weights; activations are scaled while it runs. The fast variant of CPUs."""

import tempfile
from pathlib import Path

from bakeoff.exporter.graph import load_graph, save_graph, tidy_graph
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.quiet import quiet_libraries
from bakeoff.exporter.variants.variant import Calibration, MadeGraph


class Int8Dynamic:
    """Signed weights per channel, unsigned activations with one scale per tensor and batch.

    Because a batch shares its scale, an answer may depend a little on its batch mates.
    """

    id = "int8-dynamic"
    parity = ParityRule(max_abs_difference=None, label_flip_share=0.05, tolerance_share=0.25)
    needs_calibration = False

    def make(self, fp32: Path, path: Path, calibration: Calibration | None) -> MadeGraph:  # noqa: ARG002 - the seam
        """Quantise every operator that onnxruntime quantises dynamically."""
        from onnx import TensorProto
        from onnxruntime.quantization import QuantType, quantize_dynamic

        with tempfile.TemporaryDirectory(dir=fp32.parent) as folder, quiet_libraries():
            quantised = Path(folder) / "quantised.onnx"
            quantize_dynamic(
                fp32,
                quantised,
                per_channel=True,
                weight_type=QuantType.QInt8,
                use_external_data_format=True,
                extra_options={"DefaultTensorType": TensorProto.FLOAT},
            )
            model = load_graph(quantised)
        tidy_graph(model)
        save_graph(model, path)
        return MadeGraph(
            settings={"per_channel": "true", "weight_type": "int8", "activation_type": "uint8"}
        )
