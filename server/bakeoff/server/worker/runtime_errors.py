"""What onnxruntime says when it fails, sorted by reason and made safe to show."""

import re
from pathlib import Path
from typing import Final

from bakeoff.server.errors import (
    BakeoffError,
    ExternalDataError,
    InferenceError,
    UnparseableModelError,
    UnsupportedModelError,
    WorkerOutOfMemoryError,
)

_LONGEST_MESSAGE: Final = 400

_OUT_OF_MEMORY = re.compile(r"failed to allocate memory|bad_alloc|bad allocation", re.IGNORECASE)
_EXTERNAL_DATA = re.compile(
    r"external data|external initializer|GetExtDataFromTensorProto", re.IGNORECASE
)
_UNSUPPORTED = re.compile(
    r"no op registered for"
    r"|is not a registered function/op"
    r"|could not find an implementation"
    r"|opset \d+ is under development"
    r"|unsupported model ir version"
    r"|failed to construct locale"
    r"|OpenVINO does not support",
    re.IGNORECASE,
)

_STATUS = re.compile(r"\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : ")
_LOADING = re.compile(r"Load model from .*? failed:")
# A page of signatures, before what OpenVINO has to say.
_OPENVINO = re.compile(r"^.*\[OpenVINO-EP\] ")
# A place in onnxruntime's source, with or without the signature of the function.
_SOURCE = re.compile(r"\S*\.(?:cc|h|cu):\d+ (?:.*?\)(?: const)?(?:::<lambda\(\)>)? (?=[A-Z]))?")
_PATH = re.compile(r"(?<![\w.])/[^\s'\",;)]+")


def load_error(error: Exception) -> BakeoffError:
    """Why a graph did not become a session."""
    text = str(error)
    said = public_text(text)
    if _OUT_OF_MEMORY.search(text):
        return WorkerOutOfMemoryError(f"the graph needs more memory than it may have: {said}")
    if _EXTERNAL_DATA.search(text):
        return ExternalDataError(f"the graph's weights outside its file cannot be read: {said}")
    if _UNSUPPORTED.search(text):
        return UnsupportedModelError(f"onnxruntime does not run this graph: {said}")
    return UnparseableModelError(f"the graph is not a valid ONNX model: {said}")


def run_error(error: Exception) -> BakeoffError:
    """Why a graph failed on a batch."""
    text = str(error)
    said = public_text(text)
    if _OUT_OF_MEMORY.search(text):
        return WorkerOutOfMemoryError(f"a batch needs more memory than it may have: {said}")
    return InferenceError(f"the graph failed on a batch: {said}")


def public_text(text: str) -> str:
    """A message of onnxruntime without paths of this machine, in one line.

    Names of nodes look like paths and stay; a path is told by its first folder, which is there.
    """
    plain = _LOADING.sub("", _STATUS.sub("", " ".join(text.split())))
    plain = _SOURCE.sub("", _OPENVINO.sub("", plain))
    plain = _PATH.sub(_without_place, plain).strip()
    return plain if len(plain) <= _LONGEST_MESSAGE else f"{plain[:_LONGEST_MESSAGE]} ..."


def _without_place(match: re.Match[str]) -> str:
    path = Path(match[0])
    first_folder = Path(*path.parts[:2])
    return path.name if first_folder.exists() else match[0]
