"""How inputs reach a graph and its output comes back, in three steps that can be timed apart."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

# An object of onnxruntime, which has no types.
_Native = Any


class Transport(Protocol):
    """Copies inputs in, runs the graph, copies its output out."""

    def copy_in(self, arrays: Arrays) -> _Native:
        """Put inputs where the graph reads them."""

    def run(self, inputs: _Native) -> _Native:
        """Run the graph; the output stays where it was made."""

    def copy_out(self, output: _Native) -> NDArray[Any]:
        """The output in host memory."""


class HostTransport:
    """Inputs and output are arrays in host memory, and nothing is copied."""

    def __init__(self, session: _Native, output_name: str) -> None:
        self._session = session
        self._output_names = [output_name]

    def copy_in(self, arrays: Arrays) -> _Native:
        """The arrays as they are."""
        return arrays

    def run(self, inputs: _Native) -> _Native:
        """Run the graph."""
        return self._session.run(self._output_names, inputs)[0]

    def copy_out(self, output: _Native) -> NDArray[Any]:
        """The output as it is."""
        return np.asarray(output)


class DeviceTransport:
    """Inputs are copied to the device and the output from it, by binding. Not for strings."""

    def __init__(
        self,
        session: _Native,
        output_name: str,
        memory_kind: str,
        device_index: int,
        to_device: Callable[[NDArray[Any], str, int], _Native],
    ) -> None:
        self._session = session
        self._to_device = to_device
        self._output_name = output_name
        self._memory_kind = memory_kind
        self._device_index = device_index

    def copy_in(self, arrays: Arrays) -> _Native:
        """Copy to the device."""
        binding = self._session.io_binding()
        for name, values in arrays.items():
            value = self._to_device(values, self._memory_kind, self._device_index)
            binding.bind_ortvalue_input(name, value)
        binding.bind_output(self._output_name, self._memory_kind, self._device_index)
        return binding

    def run(self, inputs: _Native) -> _Native:
        """Run the graph and wait for the device."""
        self._session.run_with_iobinding(inputs)
        inputs.synchronize_outputs()
        return inputs

    def copy_out(self, output: _Native) -> NDArray[Any]:
        """Copy the output from the device."""
        return np.asarray(output.copy_outputs_to_cpu()[0])
