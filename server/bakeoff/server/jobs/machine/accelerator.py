"""CUDA devices of this machine, as the driver's own tool tells them.

The tool runs in a process of its own: a driver that hangs must not hang the server.
"""

import asyncio
import csv
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bakeoff.server.cuda_order import visible

_TOOL = "nvidia-smi"
_QUERY = ("index", "uuid", "name", "memory.total", "driver_version")
_DEADLINE_S = 20.0
_MIB_BYTES = 1024 * 1024
_DEVICE_NODE = re.compile(r"nvidia\d+")
# A part of a device (MIG), by its UUID.
_DEVICE_PART = "MIG-"
# Devices of providers that run on CUDA, as `cuda:0` or `tensorrt:0`.
_ON_CUDA = re.compile(r"(?:cuda|tensorrt):(\d+)")


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One CUDA device that this process may use.

    `ordinal` is its number as CUDA counts, from 0. Model, memory and driver are empty or None
    where the driver's tool is not there to tell them.
    """

    ordinal: int
    model: str = ""
    memory_bytes: int | None = None
    driver_version: str = ""

    @property
    def device(self) -> str:
        """The device, as onnxruntime names it."""
        return f"cuda:{self.ordinal}"


async def accelerators(
    environment: Mapping[str, str] | None = None, devices_path: Path = Path("/dev")
) -> tuple[Accelerator, ...]:
    """CUDA devices in the order in which CUDA counts them; none when there is no device."""
    node_count = _device_node_count(devices_path)
    if node_count == 0:
        return ()
    variables = os.environ if environment is None else environment
    if variables.get("CUDA_VISIBLE_DEVICES", "").startswith(_DEVICE_PART):
        # CUDA gives a process the first part alone, and the driver's tool lists whole devices.
        return (Accelerator(0),)
    listing = await _listing(variables)
    if listing is None:
        return tuple(Accelerator(ordinal) for ordinal in range(node_count))
    return parse(listing, variables.get("CUDA_VISIBLE_DEVICES"))


def _device_node_count(devices_path: Path) -> int:
    nodes = [path for path in devices_path.glob("nvidia*") if _DEVICE_NODE.fullmatch(path.name)]
    # A paravirtual device, as under WSL, has one node for all.
    return len(nodes) or int((devices_path / "dxg").exists())


def parse(listing: str, visible_devices: str | None) -> tuple[Accelerator, ...]:
    """Devices of a listing, of those the ones that `CUDA_VISIBLE_DEVICES` leaves visible.

    As in CUDA, an entry that names no device hides itself and all that follow.
    """
    rows = [row for row in csv.reader(listing.splitlines(), skipinitialspace=True) if row]
    rows = visible(rows, visible_devices)
    return tuple(
        Accelerator(
            ordinal=ordinal,
            model=model,
            memory_bytes=int(memory) * _MIB_BYTES if memory.isdigit() else None,
            driver_version=driver,
        )
        for ordinal, (_, _, model, memory, driver) in enumerate(rows)
    )


def ordinal_of(device: str) -> int | None:
    """Number of the CUDA device that a target's device is on; None for the processor."""
    match = _ON_CUDA.fullmatch(device)
    return int(match[1]) if match else None


async def _listing(variables: Mapping[str, str]) -> str | None:
    try:
        process = await asyncio.create_subprocess_exec(
            _TOOL,
            f"--query-gpu={','.join(_QUERY)}",
            "--format=csv,noheader,nounits",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(variables),
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(_DEADLINE_S):
            stdout, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return stdout.decode(errors="replace") if process.returncode == 0 else None
