"""The processor."""

from typing import Final

from bakeoff.server.worker.providers.provider import Provider

CPU: Final = Provider(
    name="CPUExecutionProvider",
    device_kind="cpu",
    packages=("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino"),
    options=lambda _: {},
    causes=lambda _: (),
    remedy="install bakeoff[server,cpu]",
    # Its fused kernel is a scalar loop: docs/decisions/0005.
    disabled_optimizers=("SkipLayerNormFusion",),
    always_listed=True,
)
