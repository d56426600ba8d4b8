"""A graph that is loaded: the only import of onnxruntime."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import onnxruntime
from numpy.typing import NDArray

from bakeoff.server.errors import InvalidFieldError, ProviderUnavailableError
from bakeoff.server.worker.providers import Allotment, Device
from bakeoff.server.worker.runtime_errors import load_error, run_error
from bakeoff.server.worker.transport import Arrays, DeviceTransport, HostTransport, Transport

# Only fatal messages: everything else comes as an exception.
_LOG_SEVERITY: Final = 4

onnxruntime.set_default_logger_severity(_LOG_SEVERITY)

_CUDA_MEMORY: Final = "cuda"

# An object of onnxruntime, which has no types.
_Native = Any

_ELEMENT_TYPES: Final[Mapping[str, str]] = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(bfloat16)": "bfloat16",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(int16)": "int16",
    "tensor(int8)": "int8",
    "tensor(uint64)": "uint64",
    "tensor(uint32)": "uint32",
    "tensor(uint16)": "uint16",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
    "tensor(string)": "str",
}


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a graph.

    `element_type` is numpy's name of it, or onnxruntime's for what is no tensor; `dimensions`
    holds a size, or a name or None where the size is free.
    """

    name: str
    element_type: str
    dimensions: tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a session is made. A `device_memory_limit_bytes` of 0 is no limit."""

    intra_op_thread_count: int = 1
    device_memory_limit_bytes: int = 0
    profile_prefix: Path | None = None


class Session:
    """A graph on a device, verified to have the provider that was asked for.

    Safe to run from many threads at a time.
    """

    def __init__(self, graph_path: Path, device: Device, settings: SessionSettings) -> None:
        """Load. Raises what `load_error` sorts, and `ProviderUnavailableError`."""
        if settings.intra_op_thread_count < 1:
            message = (
                f"intra_op_thread_count must be at least 1, got {settings.intra_op_thread_count}"
            )
            raise InvalidFieldError(message)
        self.device = device
        requested = _requested(device, settings)
        options = _options(settings)
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph_path),
                options,
                providers=[(name, dict(given)) for name, given in requested.items()],
                disabled_optimizers=list(device.provider.disabled_optimizers),
            )
        except Exception as error:  # onnxruntime's errors have no class in common
            raise load_error(error) from error
        self.requested_providers = tuple(requested)
        self.providers: tuple[str, ...] = tuple(self._session.get_providers())
        if self.providers[0] != device.provider.name:
            causes = ", ".join(device.provider.causes(device.index)) or "for an unknown reason"
            message = (
                f"{device.provider.name} does not load, and onnxruntime would run on "
                f"{self.providers[0]}: {causes}; {device.provider.remedy}"
            )
            raise ProviderUnavailableError(message)
        self.inputs = tuple(_port(node) for node in self._session.get_inputs())
        self.outputs = tuple(_port(node) for node in self._session.get_outputs())
        self.settings = {
            **_settings_in_force(options),
            **_provider_settings(requested, self._session.get_provider_options()),
            "disabled_optimizers": ",".join(device.provider.disabled_optimizers),
        }

    def transport(self, output_name: str) -> Transport:
        """How to run the graph for one of its outputs."""
        # onnxruntime binds no strings.
        strings = any(port.element_type == "str" for port in self.inputs)
        if self.device.provider.device_memory and not strings:
            return DeviceTransport(
                self._session,
                output_name,
                self.device.provider.memory_kind,
                self.device.index,
                onnxruntime.OrtValue.ortvalue_from_numpy,
            )
        return HostTransport(self._session, output_name)

    def run(self, output_name: str, arrays: Arrays) -> NDArray[Any]:
        """Run the graph once. Raises what `run_error` sorts."""
        transport = self.transport(output_name)
        try:
            return transport.copy_out(transport.run(transport.copy_in(arrays)))
        except Exception as error:  # onnxruntime's errors have no class in common
            raise run_error(error) from error

    def end_profile(self) -> Path:
        """Close the profile that `profile_prefix` asked for; the file it is in."""
        return Path(self._session.end_profiling())


def _requested(device: Device, settings: SessionSettings) -> dict[str, Mapping[str, str]]:
    provider = device.provider
    if provider.name not in onnxruntime.get_available_providers():
        message = f"the installed onnxruntime has no {provider.name}; {provider.remedy}"
        raise ProviderUnavailableError(message)
    allotment = Allotment(
        device_index=device.index,
        device_memory_limit_bytes=settings.device_memory_limit_bytes,
        intra_op_thread_count=settings.intra_op_thread_count,
    )
    if provider.memory_kind == _CUDA_MEMORY:
        onnxruntime.preload_dlls()
    return {one.name: one.options(allotment) for one in (provider, *provider.fallbacks)}


def _options(settings: SessionSettings) -> _Native:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _LOG_SEVERITY
    options.intra_op_num_threads = settings.intra_op_thread_count
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    if settings.profile_prefix is not None:
        options.enable_profiling = True
        options.profile_file_prefix = str(settings.profile_prefix)
    return options


def _settings_in_force(options: _Native) -> Mapping[str, str]:
    return {
        "intra_op_num_threads": str(options.intra_op_num_threads),
        "inter_op_num_threads": str(options.inter_op_num_threads),
        "execution_mode": options.execution_mode.name,
        "graph_optimization_level": options.graph_optimization_level.name,
        "enable_cpu_mem_arena": str(options.enable_cpu_mem_arena).lower(),
        "enable_mem_pattern": str(options.enable_mem_pattern).lower(),
        "onnxruntime_version": onnxruntime.__version__,
    }


def _provider_settings(
    requested: Mapping[str, Mapping[str, str]], in_force: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str]:
    # Some providers do not tell their options; then what was asked for stands.
    return {
        f"{provider}.{name}": value
        for provider, options in in_force.items()
        for name, value in {**requested.get(provider, {}), **options}.items()
    }


def _port(node: _Native) -> Port:
    return Port(
        name=node.name,
        element_type=_ELEMENT_TYPES.get(node.type, node.type),
        dimensions=tuple(node.shape or ()),
    )
