"""What identifies the hardware and software that a figure was measured on."""

import hashlib
import json
import os
import platform
import re
from importlib import metadata
from pathlib import Path

from google.protobuf.json_format import MessageToDict

from bakeoff.server.jobs.machine.accelerator import Accelerator
from bakeoff.server.jobs.machine.cgroup import ControlGroup
from bakeoff.server.runtimes import RUNTIMES
from bakeoff.v1 import Fingerprint

# Distributions whose version changes speed or results.
_DISTRIBUTIONS = (
    "bakeoff",
    "numpy",
    "nvidia-cublas",
    "nvidia-cublas-cu12",
    "nvidia-cudnn-cu12",
    "nvidia-cudnn-cu13",
    *RUNTIMES,
    "tensorrt",
    "tokenizers",
)

# Instructions by which onnxruntime's kernels choose, on x86-64 and on AArch64.
_FEATURE = re.compile(r"(avx|amx|sse4|asimd|sve).*|fma|f16c|i8mm|bf16|sme|sme2")


def fingerprint(
    accelerator: Accelerator | None = None,
    *,
    control_group: ControlGroup | None = None,
    proc_path: Path = Path("/proc"),
) -> Fingerprint:
    """Identify this machine, with a device of it when one is given."""
    group = ControlGroup() if control_group is None else control_group
    processor = _processor(proc_path / "cpuinfo")
    flags = processor.get("flags", processor.get("Features", "")).split()
    found = Fingerprint(
        cpu_model=processor.get("model name", "") or platform.processor() or platform.machine(),
        usable_cpu_count=usable_cpu_count(group),
        cpu_features=sorted(f for f in set(flags) if _FEATURE.fullmatch(f)),
        memory_limit_bytes=_memory_limit_bytes(group, proc_path / "meminfo"),
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        software_versions=_software_versions(),
    )
    if accelerator is not None:
        found.accelerator_model = accelerator.model
        if accelerator.memory_bytes is not None:
            found.accelerator_memory_bytes = accelerator.memory_bytes
        found.accelerator_driver_version = accelerator.driver_version
    found.sha256 = digest(found)
    return found


def digest(found: Fingerprint) -> str:
    """SHA-256 in hexadecimal over every field of a fingerprint but the digest itself."""
    fields = MessageToDict(found, preserving_proto_field_name=True)
    fields.pop("sha256", None)
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def usable_cpu_count(control_group: ControlGroup | None = None) -> float:
    """Processors that this process may use, from affinity and quota. May be a fraction."""
    group = ControlGroup() if control_group is None else control_group
    affinity_count = len(os.sched_getaffinity(0))
    quota = group.cpu_quota()
    return float(affinity_count) if quota is None else min(float(affinity_count), quota)


def _processor(cpuinfo_path: Path) -> dict[str, str]:
    """What the kernel says of the first processor."""
    fields: dict[str, str] = {}
    for line in cpuinfo_path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if not colon and fields:
            break
        fields[name.strip()] = value.strip()
    return fields


def _memory_limit_bytes(group: ControlGroup, meminfo_path: Path) -> int:
    """Bytes that the control group allows, at most what the host has."""
    total = next(
        int(line.split()[1]) * 1024
        for line in meminfo_path.read_text(encoding="ascii").splitlines()
        if line.startswith("MemTotal:")
    )
    limit = group.memory_limit_bytes()
    return total if limit is None else min(total, limit)


def _software_versions() -> dict[str, str]:
    versions: dict[str, str] = {}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
