"""What a registration of an execution provider says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """How a session uses processors."""

    intra_op_thread_count: int
    caller_count: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a session may use. A `device_memory_limit_bytes` of 0 is no limit."""

    device_index: int = 0
    device_memory_limit_bytes: int = 0
    intra_op_thread_count: int = 1


@dataclass(frozen=True, slots=True)
class Provider:
    """One execution provider.

    `device_kind` names the devices it is offered as. `packages` are the distributions of which
    any brings it. `memory_kind` is onnxruntime's name of the memory that its tensors live in,
    empty where that is the host's; then nothing is copied. `options` gives its options, and
    `fallbacks` the providers that run what it does not take, in order. `disabled_optimizers` are
    graph optimisations that make it slower. When it does not load, `causes` finds out why for a
    device by its index, and `remedy` says what a person can do. `always_listed` tells whether its
    devices are listed where none of its packages is installed.
    """

    name: str
    device_kind: str
    packages: tuple[str, ...]
    options: Callable[[Allotment], Mapping[str, str]]
    causes: Callable[[int], Sequence[str]]
    remedy: str
    memory_kind: str = ""
    fallbacks: "tuple[Provider, ...]" = ()
    disabled_optimizers: tuple[str, ...] = ()
    always_listed: bool = False

    @property
    def device_memory(self) -> bool:
        """Whether tensors live in a memory of their own, so that inputs and outputs are copied."""
        return bool(self.memory_kind)

    def layouts(self, usable_cpu_count: int) -> tuple[Layout, ...]:
        """Thread layouts that are worth a trial."""
        if self.device_memory:
            # The graph runs elsewhere; a second caller copies while the first computes.
            return (Layout(1, 1), Layout(1, 2))
        if usable_cpu_count == 1:
            return (Layout(1, 1),)
        return (Layout(usable_cpu_count, 1), Layout(1, usable_cpu_count))
