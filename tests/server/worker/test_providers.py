"""Promises of the registrations of execution providers."""

import pytest

from bakeoff.server.errors import NoSuchTargetError
from bakeoff.server.worker.providers import CPU, CUDA, PROVIDERS, Device, Layout, device_named


def test_each_provider_is_found_by_its_kind() -> None:
    assert {"cpu": CPU, "cuda": CUDA} == dict(PROVIDERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("cpu", Device(CPU, 0)), ("cuda", Device(CUDA, 0)), ("cuda:3", Device(CUDA, 3))],
)
def test_a_device_is_found_by_its_name(name: str, expected: Device) -> None:
    assert expected == device_named(name)


@pytest.mark.parametrize("name", ["", "tpu", "cpu:1", "cuda:", "cuda:x", "cuda:0 ", "CUDA:0"])
def test_an_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(NoSuchTargetError, match="cpu or cuda:N"):
        device_named(name)


def test_the_name_of_a_device_finds_it_again() -> None:
    assert ["cpu", "cuda:2"] == [Device(CPU, 0).name, Device(CUDA, 2).name]


def test_cuda_is_told_its_device_and_its_limit() -> None:
    assert {} == CPU.options(0, 1 << 30)
    assert "1" == CUDA.options(1, 0)["device_id"]
    assert "gpu_mem_limit" not in CUDA.options(1, 0)
    assert str(1 << 30) == CUDA.options(1, 1 << 30)["gpu_mem_limit"]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, (Layout(1, 1),)), (2, (Layout(2, 1), Layout(1, 2))), (8, (Layout(8, 1), Layout(1, 8)))],
)
def test_layouts_of_the_processor_use_what_there_is(
    count: int, expected: tuple[Layout, ...]
) -> None:
    assert expected == CPU.layouts(count)


def test_layouts_of_a_device_need_few_processors() -> None:
    assert (Layout(1, 1), Layout(1, 2)) == CUDA.layouts(64)
