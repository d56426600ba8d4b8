"""Why CUDA, or TensorRT, does not load here: no driver, no device, or a missing library."""

import ctypes
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

_DRIVER_LIBRARY: Final = "libcuda.so.1"
_CUDA_LIBRARY: Final = "libonnxruntime_providers_cuda.so"
_TENSORRT_LIBRARY: Final = "libonnxruntime_providers_tensorrt.so"
_MISSING = re.compile(r"(?P<name>[\w.+-]+): cannot open shared object file")


def cuda_causes(device_index: int) -> tuple[str, ...]:
    """What is wrong, one clause each; empty when nothing is found."""
    return _causes(device_index, _CUDA_LIBRARY)


def tensorrt_causes(device_index: int) -> tuple[str, ...]:
    """What is wrong with TensorRT, as `cuda_causes`."""
    return _causes(device_index, _TENSORRT_LIBRARY)


def _causes(device_index: int, provider_library: str) -> tuple[str, ...]:
    found = (
        _driver_cause(device_index, ctypes.CDLL),
        _library_cause(provider_library, ctypes.CDLL),
    )
    return tuple(cause for cause in found if cause)


def _driver_cause(device_index: int, open_library: Callable[[str], ctypes.CDLL]) -> str:
    try:
        driver = open_library(_DRIVER_LIBRARY)
    except OSError:
        return f"there is no NVIDIA driver ({_DRIVER_LIBRARY} does not load)"
    status = driver.cuInit(0)
    count = ctypes.c_int()
    if status == 0:
        status = driver.cuDeviceGetCount(ctypes.byref(count))
    if status != 0:
        return f"the NVIDIA driver finds no device (status {status})"
    if device_index >= count.value:
        return f"the NVIDIA driver has devices 0 to {count.value - 1}, not {device_index}"
    return ""


def _library_cause(name: str, open_library: Callable[[str], ctypes.CDLL]) -> str:
    package = importlib.util.find_spec("onnxruntime")
    if package is None or package.origin is None:
        return "onnxruntime is not installed"
    library = Path(package.origin).parent / "capi" / name
    try:
        open_library(str(library))
    except OSError as error:
        # Other errors come of opening it without onnxruntime around it.
        match = _MISSING.search(str(error))
        return f"the library {match['name']} is missing" if match else ""
    return ""
