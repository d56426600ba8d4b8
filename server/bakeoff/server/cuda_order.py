"""Devices in the order in which CUDA counts them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

_RowT = TypeVar("_RowT", bound=Sequence[str])


def visible(rows: Sequence[_RowT], visible_devices: str | None) -> list[_RowT]:
    """Of rows that begin with number and UUID of a device, those that CUDA sees, in its order.

    `visible_devices` is the value of `CUDA_VISIBLE_DEVICES`, None where it is not set.
    """
    if visible_devices is None:
        return list(rows)
    chosen: list[_RowT] = []
    for entry in visible_devices.split(","):
        wanted = entry.strip()
        row = next(
            (r for r in rows if wanted and (r[0] == wanted or r[1].startswith(wanted))), None
        )
        if row is None:
            break
        chosen.append(row)
    return chosen


def nvml_handle(library: Any, ordinal: int, environment: Mapping[str, str]) -> object:  # noqa: ANN401 - pynvml has no types
    """NVML's handle of the device that CUDA counts as `ordinal`, from 0.

    `environment` is that of the process that uses CUDA. Raises what NVML raises, and LookupError
    where it does not know that many devices.
    """
    handles = [
        library.nvmlDeviceGetHandleByIndex(index) for index in range(library.nvmlDeviceGetCount())
    ]
    names = [(str(i), library.nvmlDeviceGetUUID(handle)) for i, handle in enumerate(handles)]
    chosen = visible(names, environment.get("CUDA_VISIBLE_DEVICES"))
    if ordinal >= len(chosen):
        message = (
            f"NVML knows {len(chosen)} of the devices that CUDA may use, and not cuda:{ordinal}"
        )
        raise LookupError(message)
    return handles[names.index(chosen[ordinal])]
