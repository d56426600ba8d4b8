import stat
from pathlib import Path

import pytest

from bakeoff.server.jobs.machine.accelerator import Accelerator, accelerators, ordinal_of, parse

LISTING = """\
0, GPU-aaaa, Model A, 81559, 555.10
1, GPU-bbbb, Model B, [N/A], 555.10
"""
FIRST = Accelerator(0, "Model A", 81559 * 1024**2, "555.10")


def driver_tool(folder: Path, script: str) -> dict[str, str]:
    """An environment whose only driver tool is a script of ours."""
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(stat.S_IRWXU)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """A device folder with two CUDA devices."""
    folder = tmp_path / "dev"
    folder.mkdir()
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm"):
        (folder / name).touch()
    return folder


def test_a_listing_tells_model_memory_and_driver() -> None:
    second = Accelerator(1, "Model B", None, "555.10")

    assert parse(LISTING, None) == (FIRST, second)


@pytest.mark.parametrize(
    ("visible", "models"),
    [
        ("1,0", ["Model B", "Model A"]),
        ("GPU-bb", ["Model B"]),
        ("0,7,1", ["Model A"]),
        ("", []),
        ("-1", []),
    ],
)
def test_visible_devices_are_chosen_and_ordered_as_cuda_does(
    visible: str, models: list[str]
) -> None:
    found = parse(LISTING, visible)

    assert [one.model for one in found] == models
    assert [one.device for one in found] == [f"cuda:{i}" for i in range(len(models))]


async def test_without_device_nodes_there_is_no_device(tmp_path: Path) -> None:
    assert await accelerators({}, tmp_path) == ()


async def test_devices_are_told_by_the_drivers_tool(devices: Path, tmp_path: Path) -> None:
    environment = driver_tool(tmp_path, f"printf '{LISTING}'")

    found = await accelerators(environment | {"CUDA_VISIBLE_DEVICES": "0"}, devices)

    assert found == (FIRST,)


@pytest.mark.parametrize("script", ["exit 9", "kill -9 $$"])
async def test_devices_are_counted_when_the_tool_fails(
    devices: Path, tmp_path: Path, script: str
) -> None:
    found = await accelerators(driver_tool(tmp_path, script), devices)

    assert found == (Accelerator(0), Accelerator(1))


async def test_devices_are_counted_when_there_is_no_tool(devices: Path) -> None:
    assert await accelerators({"PATH": "/nowhere"}, devices) == (Accelerator(0), Accelerator(1))


async def test_a_tool_that_hangs_is_ended(
    devices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakeoff.server.jobs.machine.accelerator._DEADLINE_S", 0.2)

    found = await accelerators(driver_tool(tmp_path, "exec sleep 60"), devices)

    assert found == (Accelerator(0), Accelerator(1))


async def test_a_device_behind_wsl_is_counted(tmp_path: Path) -> None:
    (tmp_path / "dxg").touch()

    assert await accelerators({"PATH": "/nowhere"}, tmp_path) == (Accelerator(0),)


async def test_a_part_of_a_device_is_a_device_of_unknown_model(devices: Path) -> None:
    environment = {"CUDA_VISIBLE_DEVICES": "MIG-aaaa,MIG-bbbb", "PATH": "/nowhere"}

    assert await accelerators(environment, devices) == (Accelerator(0),)


@pytest.mark.parametrize(
    ("device", "expected"),
    [("cpu", None), ("openvino", None), ("cuda:0", 0), ("cuda:12", 12), ("tensorrt:1", 1)],
)
def test_a_device_that_is_on_cuda_has_its_number(device: str, expected: int | None) -> None:
    assert ordinal_of(device) == expected
