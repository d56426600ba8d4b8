from pathlib import Path

import pytest

from bakeoff.server.jobs.machine.accelerator import Accelerator
from bakeoff.server.jobs.machine.cgroup import ControlGroup
from bakeoff.server.jobs.machine.fingerprint import digest, fingerprint, usable_cpu_count
from bakeoff.v1 import Fingerprint


def quota_of(tmp_path: Path, quota: str) -> ControlGroup:
    (tmp_path / "membership").write_text("0::/\n")
    (tmp_path / "cgroup.procs").touch()
    (tmp_path / "cpu.max").write_text(quota)
    return ControlGroup(tmp_path / "membership", tmp_path)


def test_a_fingerprint_is_stable() -> None:
    assert fingerprint() == fingerprint()


def test_a_fingerprint_tells_what_this_machine_is() -> None:
    found = fingerprint()

    assert found.cpu_model
    assert found.usable_cpu_count > 0
    assert found.memory_limit_bytes > 0
    assert found.platform.startswith("Linux ")
    assert {"bakeoff", "numpy", "onnxruntime", "tokenizers"} <= set(found.software_versions)
    assert found.sha256 == digest(found)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cpu_model", "another"),
        ("usable_cpu_count", 0.25),
        ("memory_limit_bytes", 17),
        ("accelerator_model", "another"),
        ("accelerator_memory_bytes", 0),
        ("accelerator_driver_version", "1"),
        ("platform", "another"),
    ],
)
def test_the_digest_changes_with_every_field(field: str, value: object) -> None:
    found = fingerprint()
    setattr(found, field, value)

    assert digest(found) != found.sha256


def test_the_digest_changes_with_features_and_versions() -> None:
    found = fingerprint()
    more_features, more_software = Fingerprint(), Fingerprint()
    more_features.CopyFrom(found)
    more_features.cpu_features.append("new")
    more_software.CopyFrom(found)
    more_software.software_versions["numpy"] = "0"

    assert len({digest(found), digest(more_features), digest(more_software)}) == 3


def test_features_are_those_that_kernels_choose_by(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(
        "processor : 0\nmodel name : Fast One\nflags : smep fpu avx2 avx512_vnni fma\n\n"
        "processor : 1\nmodel name : Slow One\nflags : fpu\n"
    )
    (tmp_path / "meminfo").write_text("MemTotal: 1000 kB\nMemFree: 1 kB\n")

    found = fingerprint(control_group=ControlGroup(tmp_path / "none"), proc_path=tmp_path)

    assert found.cpu_model == "Fast One"
    assert list(found.cpu_features) == ["avx2", "avx512_vnni", "fma"]
    assert found.memory_limit_bytes == 1000 * 1024


def test_a_processor_without_a_model_name_is_named_by_the_platform(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nFeatures : fp asimd asimddp i8mm\n")
    (tmp_path / "meminfo").write_text("MemTotal: 1000 kB\n")

    found = fingerprint(control_group=ControlGroup(tmp_path / "none"), proc_path=tmp_path)

    assert found.cpu_model
    assert list(found.cpu_features) == ["asimd", "asimddp", "i8mm"]


def test_a_quota_bounds_the_usable_processors(tmp_path: Path) -> None:
    assert usable_cpu_count(quota_of(tmp_path, "50000 100000")) == 0.5


def test_a_generous_quota_leaves_the_affinity(tmp_path: Path) -> None:
    unlimited = usable_cpu_count(quota_of(tmp_path, "max 100000"))

    assert usable_cpu_count(quota_of(tmp_path, "900000000 100000")) == unlimited
    assert unlimited >= 1


def test_a_device_is_part_of_the_fingerprint() -> None:
    found = fingerprint(Accelerator(0, "A Device", 80, "555.1"))

    assert found.accelerator_model == "A Device"
    assert found.accelerator_memory_bytes == 80
    assert found.accelerator_driver_version == "555.1"
    assert found.sha256 != fingerprint().sha256


def test_memory_of_a_device_that_is_not_known_is_absent() -> None:
    assert not fingerprint(Accelerator(0)).HasField("accelerator_memory_bytes")
