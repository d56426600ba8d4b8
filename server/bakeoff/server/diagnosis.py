"""What `doctor` finds: what can run on this machine, and why the rest cannot."""

import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from bakeoff.server.errors import BakeoffError
from bakeoff.server.floor import Floor, measure_floor
from bakeoff.server.jobs import discover
from bakeoff.server.runtimes import installed_versions, runtime_fault
from bakeoff.v1 import Target


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found. `runtime_fault` is empty when exactly one onnxruntime is installed.

    `floor_fault` says why the floor is absent, where that was tried.
    """

    versions: Mapping[str, str]
    runtime_fault: str
    targets: Sequence[Target]
    floor: Floor | None = None
    floor_fault: str = ""

    @property
    def can_evaluate(self) -> bool:
        """Whether at least one target can be used, and nothing is wrong with the runtime."""
        return not self.runtime_fault and any(target.available for target in self.targets)

    def as_json(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "canEvaluate": self.can_evaluate,
            "python": platform.python_version(),
            "versions": dict(self.versions),
            "runtimeFault": self.runtime_fault,
            "targets": [MessageToDict(target) for target in self.targets],
            "floor": None if self.floor is None else self.floor.as_json(),
            "floorFault": self.floor_fault,
        }

    def as_text(self) -> str:
        """As a person reads it."""
        lines = [f"Python {platform.python_version()} on {platform.platform()}"]
        lines += [f"{name} {version}" for name, version in self.versions.items()]
        if self.runtime_fault:
            lines += ["", f"onnxruntime: {self.runtime_fault}"]
        for target in self.targets:
            lines += ["", *_target_lines(target)]
        if self.floor is not None:
            lines += ["", *self.floor.as_lines()]
        if self.floor_fault:
            lines += ["", f"the cost of measuring is not known: {self.floor_fault}"]
        verdict = (
            "Evaluations can run here." if self.can_evaluate else "No evaluation can run here."
        )
        return "\n".join([*lines, "", verdict])


async def diagnose() -> Diagnosis:
    """Looks at versions, tries every device with a session, and measures the engine's own cost.

    Sessions and the engine are tried in processes of their own.
    """
    installed = installed_versions()
    floor, floor_fault = None, ""
    with tempfile.TemporaryDirectory(prefix="bakeoff-doctor-") as home:
        targets = await discover(Path(home) / "home")
        try:
            floor = await measure_floor(Path(home) / "floor")
        except BakeoffError as error:
            floor_fault = error.message
    return Diagnosis(installed, runtime_fault(installed), targets.all, floor, floor_fault)


def _target_lines(target: Target) -> list[str]:
    state = "can be used" if target.available else f"cannot be used: {target.unavailable_reason}"
    lines = [f"{target.name} ({target.device}) {state}"]
    for provider in target.providers:
        why = f" ({provider.failure})" if provider.failure != target.unavailable_reason else ""
        lines.append(f"  {provider.name} {'loads' if provider.loads else 'does not load' + why}")
    if target.HasField("fingerprint"):
        found = target.fingerprint
        lines.append(f"  fingerprint {found.sha256[:16]}: {found.cpu_model}")
        lines.append(
            f"  {found.usable_cpu_count:g} processors, "
            f"{found.memory_limit_bytes / 2**30:.1f} GiB of memory, {found.platform}"
        )
        if found.cpu_features:
            lines.append(f"  features {', '.join(found.cpu_features)}")
        if found.accelerator_model:
            driver = found.accelerator_driver_version
            lines.append(f"  {found.accelerator_model}, driver {driver}")
    return lines
