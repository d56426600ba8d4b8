"""NVIDIA devices through TensorRT, which compiles parts of the graph for the device."""

from typing import Final

from bakeoff.server.worker.cuda_diagnosis import tensorrt_causes
from bakeoff.server.worker.providers.cpu import CPU
from bakeoff.server.worker.providers.cuda import CUDA
from bakeoff.server.worker.providers.provider import Allotment, Provider


def _options(allotment: Allotment) -> dict[str, str]:
    options = {
        "device_id": str(allotment.device_index),
        # A precision is a variant of its own, and never the provider's choice.
        "trt_fp16_enable": "0",
        "trt_int8_enable": "0",
    }
    if allotment.device_memory_limit_bytes:
        options["trt_max_workspace_size"] = str(allotment.device_memory_limit_bytes)
    return options


TENSORRT: Final = Provider(
    name="TensorrtExecutionProvider",
    device_kind="tensorrt",
    packages=("tensorrt", "tensorrt-cu12", "tensorrt-cu13"),
    options=_options,
    causes=tensorrt_causes,
    remedy=(
        "install TensorRT beside bakeoff[server,gpu], and put the folder of its libraries on "
        "LD_LIBRARY_PATH"
    ),
    memory_kind="cuda",
    fallbacks=(CUDA, CPU),
)
