"""8-bit weights; activations are scaled while it runs. The fast variant of CPUs."""

from pathlib import Path

from bakeoff.exporter.graph import load_graph, save_graph, tidy_graph
from bakeoff.exporter.quiet import quiet_libraries
from bakeoff.exporter.variants.variant import Calibration, MadeGraph


class Int8Dynamic:
    """Signed weights per channel, unsigned activations with one scale per tensor and batch.

    Because a batch shares its scale, an answer may depend a little on its batch mates.
    """

    id = "int8-dynamic"
    label_flip_share_allowed = 0.05
    max_abs_difference_allowed: float | None = None
    tolerance_share = 0.25
    needs_calibration = False

    def make(self, fp32: Path, path: Path, calibration: Calibration | None) -> MadeGraph:  # noqa: ARG002 - the seam
        """Quantise every operator that onnxruntime quantises dynamically."""
        from onnx import TensorProto
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantised = path.with_name(f"{path.stem}.quantised.onnx")
        with quiet_libraries():
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
        for part in path.parent.glob(f"{quantised.name}*"):
            part.unlink()
        return MadeGraph(
            settings={
                "per_channel": "true",
                "weight_type": "int8",
                "activation_type": "uint8",
            }
        )
