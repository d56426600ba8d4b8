"""Execution providers of onnxruntime, one registration each."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bakeoff.server.errors import NoSuchTargetError
from bakeoff.server.worker.cuda_diagnosis import cuda_causes


@dataclass(frozen=True, slots=True)
class Layout:
    """How a session uses processors."""

    intra_op_thread_count: int
    caller_count: int


@dataclass(frozen=True, slots=True)
class Provider:
    """One execution provider.

    `device_memory` tells whether tensors live in a memory of their own, so that inputs and
    outputs are copied. `disabled_optimizers` are graph optimisations that make this provider
    slower. When it does not load, `causes` finds out why for a device by its index, and `remedy`
    says what a person can do.
    """

    name: str
    device_kind: str
    device_memory: bool
    disabled_optimizers: tuple[str, ...]
    remedy: str
    causes: Callable[[int], Sequence[str]]

    def options(self, index: int, memory_limit_bytes: int) -> Mapping[str, str]:
        """Options of the provider for one device. A limit of 0 is no limit."""
        if not self.device_memory:
            return {}
        options = {"device_id": str(index), "arena_extend_strategy": "kSameAsRequested"}
        if memory_limit_bytes:
            options["gpu_mem_limit"] = str(memory_limit_bytes)
        return options

    def layouts(self, usable_cpu_count: int) -> tuple[Layout, ...]:
        """Thread layouts that are worth a trial."""
        if self.device_memory:
            # The graph runs elsewhere; a second caller copies while the first computes.
            return (Layout(1, 1), Layout(1, 2))
        if usable_cpu_count == 1:
            return (Layout(1, 1),)
        return (Layout(usable_cpu_count, 1), Layout(1, usable_cpu_count))


CPU: Final = Provider(
    name="CPUExecutionProvider",
    device_kind="cpu",
    device_memory=False,
    # Its fused kernel is a scalar loop: docs/decisions/0005.
    disabled_optimizers=("SkipLayerNormFusion",),
    remedy="install bakeoff[server,cpu]",
    causes=lambda _: (),
)
CUDA: Final = Provider(
    name="CUDAExecutionProvider",
    device_kind="cuda",
    device_memory=True,
    disabled_optimizers=(),
    remedy=(
        "install bakeoff[server,gpu] in place of bakeoff[server,cpu], "
        "on a machine with an NVIDIA device and its driver"
    ),
    causes=cuda_causes,
)

PROVIDERS: Final[Mapping[str, Provider]] = {
    provider.device_kind: provider for provider in (CPU, CUDA)
}

_DEVICE = re.compile(r"(?P<kind>[a-z]+)(?::(?P<index>[0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Device:
    """A device that a provider runs on, such as `cuda:0`."""

    provider: Provider
    index: int

    @property
    def name(self) -> str:
        """`cpu`, or kind and index."""
        kind = self.provider.device_kind
        return f"{kind}:{self.index}" if self.provider.device_memory else kind


def device_named(name: str) -> Device:
    """Device by name. Raises `NoSuchTargetError` for a kind that no provider runs on."""
    match = _DEVICE.fullmatch(name)
    provider = PROVIDERS.get(match["kind"]) if match else None
    if match is None or provider is None or (match["index"] and not provider.device_memory):
        message = f"device must be cpu or cuda:N, got {name[:64]!r}"
        raise NoSuchTargetError(message)
    return Device(provider, int(match["index"] or 0))
