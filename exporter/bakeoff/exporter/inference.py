"""Runs the graph of a bundle in onnxruntime, fed as its manifest says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.exporter.encoding import Inputs, encoder_for
from bakeoff.exporter.errors import InvalidGraphError
from bakeoff.exporter.examples import Example
from bakeoff.v1 import Manifest


def open_session(path: Path) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    """Open a graph on the CPU, whatever else is installed.

    Raises InvalidGraphError with what onnxruntime says of it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as failure:  # onnxruntime's exceptions share no base class
        message = f"graph: onnxruntime {onnxruntime.__version__} cannot load {path.name}: {failure}"
        raise InvalidGraphError(message) from failure


class BundleInference:
    """Answers of a bundle: its tokenizer file, its graph, onnxruntime on the CPU."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._session = open_session(folder / manifest.graph_path)
        self._output_name = manifest.classification.output_name
        self._encoder = encoder_for(manifest, folder)

    def encode(self, examples: Sequence[Example]) -> Inputs:
        """Encode a batch into the inputs of the graph."""
        return self._encoder.encode(examples)

    def outputs(self, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
        """Output of a batch, shape [batch, labels]."""
        return self.run(self.encode(examples))

    def run(self, inputs: Inputs) -> npt.NDArray[np.float64]:
        """Output of an encoded batch, shape [batch, labels].

        Raises InvalidGraphError with what onnxruntime says and the shapes that were fed.
        """
        try:
            (output,) = self._session.run([self._output_name], inputs)
        except Exception as failure:  # onnxruntime's exceptions share no base class
            shapes = ", ".join(f"{name} {array.shape}" for name, array in inputs.items())
            message = f"graph: it does not run on {shapes}: {failure}"
            raise InvalidGraphError(message) from failure
        return np.asarray(output, dtype=np.float64)
