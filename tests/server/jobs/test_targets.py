import dataclasses
from pathlib import Path

import pytest

from bakeoff.server import errors
from bakeoff.server.jobs.targets import Targets, _probe, cuda_obstacle, discover, explain
from bakeoff.server.worker.providers import OPENVINO, PROVIDERS
from bakeoff.v1 import Target

CPU_ONLY = not any(Path("/dev").glob("nvidia[0-9]*"))


async def test_the_processor_is_a_target_that_truly_ran_a_session(tmp_path: Path) -> None:
    target = (await discover(tmp_path / "home")).usable("targets/cpu")

    assert target.device == "cpu"
    assert [(p.name, p.loads) for p in target.providers] == [("CPUExecutionProvider", True)]
    assert target.fingerprint.sha256


@pytest.mark.skipif(not CPU_ONLY, reason="this machine has a CUDA device")
async def test_cuda_without_a_device_is_listed_with_the_cause(tmp_path: Path) -> None:
    targets = await discover(tmp_path / "home")
    target = targets.named("targets/cuda-0")

    assert not target.available
    assert "no CUDA device is seen" in target.unavailable_reason
    assert not target.HasField("fingerprint")
    with pytest.raises(errors.ProviderUnavailableError, match="no CUDA device is seen"):
        targets.usable("targets/cuda-0")


@pytest.mark.skipif(not CPU_ONLY, reason="this machine has a CUDA device")
async def test_a_provider_that_does_not_load_is_told_with_the_cause(tmp_path: Path) -> None:
    provider = await _probe("cuda:0", "CUDAExecutionProvider", tmp_path)

    assert not provider.loads
    assert "CUDAExecutionProvider" in provider.name
    assert provider.failure


async def test_a_probe_that_cannot_run_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.server.jobs.targets._PROBE_MODULE", "bakeoff.server.nowhere")

    target = (await discover(tmp_path / "home")).named("targets/cpu")

    assert not target.available
    assert "No module named" in target.unavailable_reason


async def test_a_probe_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bakeoff.server.jobs.targets._PROBE_DEADLINE_S", 0.01)

    target = (await discover(tmp_path / "home")).named("targets/cpu")

    assert not target.available
    assert "did not run within" in target.unavailable_reason


async def test_without_a_runtime_no_target_is_available(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.server.jobs.targets.RUNTIMES", ("no-such-distribution",))

    targets = await discover(tmp_path / "home")

    assert [target.available for target in targets.all] == [False, False]
    assert "onnxruntime is not installed" in targets.named("targets/cpu").unavailable_reason


async def test_a_provider_whose_package_is_installed_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a package that is not the right one, so that the provider does not load."""
    openvino = dataclasses.replace(OPENVINO, packages=("numpy",))
    monkeypatch.setattr(
        "bakeoff.server.jobs.targets.providers.PROVIDERS", {**PROVIDERS, "openvino": openvino}
    )

    target = (await discover(tmp_path / "home")).named("targets/openvino")

    assert ("openvino", "OpenVINOExecutionProvider") == (target.device, target.providers[0].name)
    assert target.available == target.providers[0].loads
    assert target.available == (not target.unavailable_reason)
    assert target.fingerprint.sha256


async def test_a_provider_without_its_package_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openvino = dataclasses.replace(OPENVINO, packages=("no-such-distribution",))
    monkeypatch.setattr(
        "bakeoff.server.jobs.targets.providers.PROVIDERS", {**PROVIDERS, "openvino": openvino}
    )

    targets = await discover(tmp_path / "home")

    assert "targets/openvino" not in [target.name for target in targets.all]


def test_a_name_that_is_no_target_is_refused_with_those_that_are() -> None:
    targets = Targets((Target(name="targets/cpu"), Target(name="targets/cuda-0")))

    with pytest.raises(errors.NoSuchTargetError, match=r"targets/cpu, targets/cuda-0, got 'tpu'"):
        targets.named("tpu")


@pytest.mark.parametrize(
    ("runtimes", "device_found", "cause"),
    [
        (("onnxruntime",), True, "built without CUDA"),
        (("onnxruntime", "onnxruntime-gpu"), True, "overwrite each other"),
        ((), True, "not installed"),
        (("onnxruntime-gpu",), False, "no CUDA device"),
    ],
)
def test_each_obstacle_is_told_with_what_would_help(
    *, runtimes: tuple[str, ...], device_found: bool, cause: str
) -> None:
    told = cuda_obstacle(runtimes, device_found=device_found)

    assert cause in told
    assert "install" in told or "environment" in told


def test_nothing_stops_the_right_wheel_on_a_device() -> None:
    assert cuda_obstacle(("onnxruntime-gpu",), device_found=True) == ""


def test_a_missing_library_is_named_with_what_would_help() -> None:
    failure = "libcudnn.so.9: cannot open shared object file: No such file or directory"

    assert explain(failure).startswith("library libcudnn.so.9 is missing; install bakeoff[server,")


def test_another_failure_is_told_as_it_is() -> None:
    assert explain("CUDA driver version is insufficient") == "CUDA driver version is insufficient"
