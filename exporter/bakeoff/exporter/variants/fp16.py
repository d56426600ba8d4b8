"""Half precision: half the size, and the fast variant of many GPUs."""

from pathlib import Path

from bakeoff.exporter.graph import save_graph, tidy_graph
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.quiet import quiet_libraries
from bakeoff.exporter.variants.variant import Calibration, MadeGraph


class Fp16:
    """Weights and activations in half precision; inputs and outputs keep their types."""

    id = "fp16"
    parity = ParityRule(max_abs_difference=None, label_flip_share=0.01, tolerance_share=0.02)
    needs_calibration = False

    def make(self, fp32: Path, path: Path, calibration: Calibration | None) -> MadeGraph:  # noqa: ARG002 - the seam
        """Convert with onnxruntime's own converter, which keeps to what its kernels take."""
        from onnxruntime.transformers.float16 import convert_float_to_float16

        with quiet_libraries():
            converted = convert_float_to_float16(str(fp32), keep_io_types=True)
        tidy_graph(converted)
        save_graph(converted, path)
        return MadeGraph(settings={"keep_io_types": "true"})
