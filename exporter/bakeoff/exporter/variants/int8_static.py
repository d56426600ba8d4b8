"""8-bit weights and activations, with scales found beforehand on the user's examples."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bakeoff.exporter.encoding import Inputs
from bakeoff.exporter.errors import CalibrationMissingError
from bakeoff.exporter.examples import Example, examples_sha256
from bakeoff.exporter.graph import load_graph, save_graph, tidy_graph
from bakeoff.exporter.parity_rule import ParityRule
from bakeoff.exporter.quiet import quiet_libraries
from bakeoff.exporter.variants.variant import Calibration, MadeGraph

_BATCH_SIZE = 8
# Products of two activations stay in floating point, and so does everything that is no product:
# quantising those too cost most of the accuracy on every model tried, and won no size.
_OPERATORS = ("MatMul", "Gemm", "Gather")


class Int8Static:
    """Quantise and dequantise nodes: unsigned activations, signed weights per channel."""

    id = "int8-static"
    parity = ParityRule(max_abs_difference=None, label_flip_share=0.1, tolerance_share=0.25)
    needs_calibration = True

    def make(self, fp32: Path, path: Path, calibration: Calibration | None) -> MadeGraph:
        """Run the calibration examples through the graph and quantise with what they show."""
        from onnx import TensorProto
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
        from onnxruntime.quantization.shape_inference import quant_pre_process

        if calibration is None or not calibration.examples:
            message = "calibration: int8-static needs calibration examples."
            raise CalibrationMissingError(message)
        with tempfile.TemporaryDirectory(dir=fp32.parent) as folder, quiet_libraries():
            prepared, quantised = Path(folder) / "prepared.onnx", Path(folder) / "quantised.onnx"
            quant_pre_process(fp32, prepared, skip_symbolic_shape=True, save_as_external_data=True)
            quantize_static(
                prepared,
                quantised,
                _CalibrationBatches(calibration),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(_OPERATORS),
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                use_external_data_format=True,
                extra_options={"DefaultTensorType": TensorProto.FLOAT, "MatMulConstBOnly": True},
            )
            model = load_graph(quantised)
        tidy_graph(model)
        save_graph(model, path)
        return MadeGraph(
            settings={
                "format": "qdq",
                "operators": ",".join(_OPERATORS),
                "per_channel": "true",
                "weight_type": "int8",
                "activation_type": "uint8",
                "calibration_method": "min-max",
            },
            calibration_example_count=len(calibration.examples),
            calibration_sha256=examples_sha256(calibration.examples),
        )


class _CalibrationBatches:
    """Encoded calibration examples, as onnxruntime asks for them."""

    def __init__(self, calibration: Calibration) -> None:
        self._batches = self._encode(calibration)

    def get_next(self) -> Inputs | None:
        """The next batch, or nothing at the end."""
        return next(self._batches, None)

    @staticmethod
    def _encode(calibration: Calibration) -> Iterator[Inputs]:
        examples: Sequence[Example] = calibration.examples
        for start in range(0, len(examples), _BATCH_SIZE):
            yield calibration.encode(examples[start : start + _BATCH_SIZE])
