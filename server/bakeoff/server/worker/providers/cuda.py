"""NVIDIA devices through CUDA."""

from typing import Final

from bakeoff.server.worker.cuda_diagnosis import cuda_causes
from bakeoff.server.worker.providers.cpu import CPU
from bakeoff.server.worker.providers.provider import Allotment, Provider


def _options(allotment: Allotment) -> dict[str, str]:
    options = {
        "device_id": str(allotment.device_index),
        # Takes what a run needs; the other strategy doubles, and memory would tell of that.
        "arena_extend_strategy": "kSameAsRequested",
        # An exhaustive search runs for each new shape, and would be told as a query's latency.
        "cudnn_conv_algo_search": "HEURISTIC",
    }
    if allotment.device_memory_limit_bytes:
        options["gpu_mem_limit"] = str(allotment.device_memory_limit_bytes)
    return options


CUDA: Final = Provider(
    name="CUDAExecutionProvider",
    device_kind="cuda",
    packages=("onnxruntime-gpu",),
    options=_options,
    causes=cuda_causes,
    remedy=(
        "install bakeoff[server,gpu] in place of bakeoff[server,cpu], "
        "on a machine with an NVIDIA device and its driver"
    ),
    memory_kind="cuda",
    # Shape arithmetic runs on the processor; the shares of placement tell how much does.
    fallbacks=(CPU,),
    always_listed=True,
)
