"""Execution providers of onnxruntime: a file and a line of `PROVIDERS` each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bakeoff.server.errors import NoSuchTargetError
from bakeoff.server.worker.providers.cpu import CPU
from bakeoff.server.worker.providers.cuda import CUDA
from bakeoff.server.worker.providers.openvino import OPENVINO
from bakeoff.server.worker.providers.provider import Allotment, Layout, Provider
from bakeoff.server.worker.providers.tensorrt import TENSORRT

__all__ = [
    "CPU",
    "CUDA",
    "OPENVINO",
    "PROVIDERS",
    "TENSORRT",
    "Allotment",
    "Device",
    "Layout",
    "Provider",
    "device_named",
]

PROVIDERS: Final[Mapping[str, Provider]] = {
    provider.device_kind: provider for provider in (CPU, CUDA, TENSORRT, OPENVINO)
}

_DEVICE = re.compile(r"(?P<kind>[a-z]+)(?::(?P<index>[0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Device:
    """A device that a provider runs on, such as `cuda:0`."""

    provider: Provider
    index: int

    @property
    def name(self) -> str:
        """The kind, with the index where there may be several."""
        kind = self.provider.device_kind
        return f"{kind}:{self.index}" if self.provider.device_memory else kind


def device_named(name: str) -> Device:
    """Device by name. Raises `NoSuchTargetError` for a kind that no provider runs on."""
    match = _DEVICE.fullmatch(name)
    provider = PROVIDERS.get(match["kind"]) if match else None
    if match is None or provider is None or (match["index"] and not provider.device_memory):
        known = ", ".join(f"{p.device_kind}{':N' * p.device_memory}" for p in PROVIDERS.values())
        message = f"device must be one of {known}, got {name[:64]!r}"
        raise NoSuchTargetError(message)
    return Device(provider, int(match["index"] or 0))
