"""Devices of this server: which can be used, and why the others cannot."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bakeoff.server import errors
from bakeoff.server.jobs.machine.accelerator import Accelerator, accelerators
from bakeoff.server.jobs.machine.fingerprint import fingerprint
from bakeoff.server.jobs.worker_environment import make_home, worker_environment
from bakeoff.server.runtimes import RUNTIMES
from bakeoff.server.worker import providers
from bakeoff.v1 import Provider, Target

_PROBE_MODULE = "bakeoff.server.worker.probe"
_PROBE_DEADLINE_S = 120.0
_CUDA_RUNTIME = "onnxruntime-gpu"
_MISSING_LIBRARY = re.compile(r"(lib[\w.+-]+\.so[\w.]*)")


@dataclass(frozen=True, slots=True)
class Targets:
    """The devices of this server, as they were found when it started."""

    all: tuple[Target, ...]

    def named(self, name: str) -> Target:
        """Give a target, one that cannot be used among them.

        Raises NoSuchTargetError naming those that there are.
        """
        for target in self.all:
            if target.name == name:
                return target
        known = ", ".join(target.name for target in self.all)
        msg = f"target must be one of {known}, got {name!r}"
        raise errors.NoSuchTargetError(msg, target=name)

    def usable(self, name: str) -> Target:
        """Give a target that evaluations can run on.

        Raises NoSuchTargetError, and ProviderUnavailableError with the cause.
        """
        target = self.named(name)
        if not target.available:
            msg = f"{name} cannot be used: {target.unavailable_reason}"
            raise errors.ProviderUnavailableError(msg, target=name)
        return target


async def discover(home_path: Path) -> Targets:
    """Try every device of this machine.

    Each is tried by making and running a session in a process of its own, whose home is the
    private folder `home_path`. Without a CUDA device, `targets/cuda-0` is listed with the cause;
    devices of other providers are listed where a package that brings the provider is installed.
    """
    make_home(home_path)
    runtimes = _installed(*RUNTIMES)
    devices = await accelerators()
    cpu = await _cpu_target(home_path, runtimes)
    cuda = [await _cuda_target(home_path, runtimes, device) for device in devices or (None,)]
    others = [
        await _tried_target(home_path, provider, accelerator)
        for provider in providers.PROVIDERS.values()
        if not provider.always_listed and _installed(*provider.packages)
        for accelerator in (devices if provider.device_memory else (None,))
    ]
    return Targets((cpu, *cuda, *others))


async def _cpu_target(home_path: Path, runtimes: Sequence[str]) -> Target:
    if runtimes:
        provider = await _probe("cpu", providers.CPU.name, home_path)
    else:
        provider = Provider(name=providers.CPU.name, failure=_NO_RUNTIME)
    return Target(
        name="targets/cpu",
        device="cpu",
        available=provider.loads,
        unavailable_reason=provider.failure,
        providers=[provider],
        fingerprint=fingerprint(),
    )


async def _cuda_target(
    home_path: Path, runtimes: Sequence[str], accelerator: Accelerator | None
) -> Target:
    device = "cuda:0" if accelerator is None else accelerator.device
    obstacle = cuda_obstacle(runtimes, device_found=accelerator is not None)
    if obstacle:
        provider = Provider(name=providers.CUDA.name, failure=obstacle)
    else:
        provider = await _probe(device, providers.CUDA.name, home_path)
    return Target(
        name=f"targets/{device.replace(':', '-')}",
        device=device,
        available=provider.loads,
        unavailable_reason="" if provider.loads else explain(provider.failure),
        providers=[provider],
        fingerprint=None if accelerator is None else fingerprint(accelerator),
    )


async def _tried_target(
    home_path: Path, provider: providers.Provider, accelerator: Accelerator | None
) -> Target:
    """A device of a provider whose package is installed: on an accelerator, or the processor."""
    ordinal = 0 if accelerator is None else accelerator.ordinal
    device = providers.Device(provider, ordinal).name
    found = await _probe(device, provider.name, home_path)
    return Target(
        name=f"targets/{device.replace(':', '-')}",
        device=device,
        available=found.loads,
        unavailable_reason="" if found.loads else explain(found.failure),
        providers=[found],
        fingerprint=fingerprint(accelerator),
    )


_NO_RUNTIME = (
    "onnxruntime is not installed; install bakeoff[server,cpu], or bakeoff[server,gpu] for CUDA"
)


def cuda_obstacle(runtimes: Sequence[str], *, device_found: bool) -> str:
    """Tell what stops CUDA before a session is tried, and what would help. Empty if nothing.

    `runtimes` are the installed distributions of onnxruntime.
    """
    causes: list[str] = []
    if not device_found:
        causes.append(
            "no CUDA device is seen: there is no /dev/nvidia* that this process may use; on a "
            "machine that has one, install its driver, and start a container with --gpus all"
        )
    if not runtimes:
        causes.append(_NO_RUNTIME)
    elif _CUDA_RUNTIME not in runtimes:
        causes.append(
            "the installed onnxruntime is built without CUDA; install bakeoff[server,gpu] in an "
            "environment that has no onnxruntime of its own"
        )
    elif len(runtimes) > 1:
        causes.append(
            f"{' and '.join(runtimes)} are both installed and overwrite each other; make a "
            "new environment with bakeoff[server,gpu] only"
        )
    return "; ".join(causes)


def explain(failure: str) -> str:
    """Add to a loader's message what would help, where it names a library that is missing."""
    library = _MISSING_LIBRARY.search(failure)
    if library is None or "cannot open shared object" not in failure:
        return failure
    return (
        f"library {library[1]} is missing; install bakeoff[server,gpu], which brings the CUDA and "
        f"cuDNN libraries, or put the folder that holds it on LD_LIBRARY_PATH ({failure})"
    )


async def _probe(device: str, provider_name: str, home_path: Path) -> Provider:
    """Make and run a session on a device, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        _PROBE_MODULE,
        "--device",
        device,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=worker_environment(home_path),
        cwd=home_path,
    )
    try:
        async with asyncio.timeout(_PROBE_DEADLINE_S):
            stdout, stderr = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        failure = f"a session on it did not run within {_PROBE_DEADLINE_S:.0f} s"
        return Provider(name=provider_name, failure=failure)
    try:
        found = json.loads(stdout)
        return Provider(
            name=found["provider"], loads=found["loads"], failure=found.get("failure") or ""
        )
    except (ValueError, KeyError, TypeError):
        last_line = stderr.decode(errors="replace").strip().rpartition("\n")[2]
        failure = f"trying it ended with status {process.returncode}: {last_line[:500]}"
        return Provider(name=provider_name, failure=failure)


def _installed(*distributions: str) -> tuple[str, ...]:
    found: list[str] = []
    for name in distributions:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(name)
    return tuple(found)
