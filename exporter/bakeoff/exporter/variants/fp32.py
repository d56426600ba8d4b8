"""The graph as it was drawn."""

from pathlib import Path

from bakeoff.exporter.graph import load_graph, save_graph
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.variants.variant import Calibration, MadeGraph


class Fp32:
    """Single precision: the reference on its own hardware."""

    id = "fp32"
    parity = ParityRule(max_abs_difference=1e-4, label_flip_share=0.0)
    needs_calibration = False

    def make(self, fp32: Path, path: Path, calibration: Calibration | None) -> MadeGraph:  # noqa: ARG002 - the seam
        """Write the graph unchanged."""
        save_graph(load_graph(fp32), path)
        return MadeGraph()
