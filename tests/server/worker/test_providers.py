"""Promises of the registrations of execution providers."""

import json

import pytest

from bakeoff.server.errors import NoSuchTargetError
from bakeoff.server.worker.providers import (
    CPU,
    CUDA,
    OPENVINO,
    PROVIDERS,
    TENSORRT,
    Allotment,
    Device,
    Layout,
    Provider,
    device_named,
)


def test_each_provider_is_found_by_its_kind() -> None:
    expected = {"cpu": CPU, "cuda": CUDA, "tensorrt": TENSORRT, "openvino": OPENVINO}
    assert expected == dict(PROVIDERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cpu", Device(CPU, 0)),
        ("cuda", Device(CUDA, 0)),
        ("cuda:3", Device(CUDA, 3)),
        ("tensorrt:1", Device(TENSORRT, 1)),
        ("openvino", Device(OPENVINO, 0)),
    ],
)
def test_a_device_is_found_by_its_name(name: str, expected: Device) -> None:
    assert expected == device_named(name)


@pytest.mark.parametrize(
    "name",
    ["", "tpu", "cpu:1", "cuda:", "cuda:x", "cuda:0 ", "CUDA:0", "openvino:0"],
)
def test_an_unknown_device_is_refused(name: str) -> None:
    with pytest.raises(NoSuchTargetError, match="cpu, cuda:N, tensorrt:N, openvino, got"):
        device_named(name)


def test_the_name_of_a_device_finds_it_again() -> None:
    assert ["cpu", "cuda:2"] == [Device(CPU, 0).name, Device(CUDA, 2).name]


@pytest.mark.parametrize(
    ("provider", "option"),
    [(CUDA, "gpu_mem_limit"), (TENSORRT, "trt_max_workspace_size")],
)
def test_a_device_is_told_its_number_and_its_limit(provider: Provider, option: str) -> None:
    assert "1" == provider.options(Allotment(1))["device_id"]
    assert option not in provider.options(Allotment(1))
    assert str(1 << 30) == provider.options(Allotment(1, 1 << 30))[option]


def test_the_arena_of_cuda_takes_what_is_asked_for() -> None:
    assert "kSameAsRequested" == CUDA.options(Allotment())["arena_extend_strategy"]


def test_cuda_searches_no_algorithm_while_it_is_measured() -> None:
    assert "HEURISTIC" == CUDA.options(Allotment())["cudnn_conv_algo_search"]


def test_openvino_is_told_its_threads_and_to_keep_the_precision() -> None:
    options = OPENVINO.options(Allotment(intra_op_thread_count=3))
    assert {"CPU": {"INFERENCE_NUM_THREADS": "3", "INFERENCE_PRECISION_HINT": "f32"}} == json.loads(
        options["load_config"]
    )


def test_the_processor_has_no_options() -> None:
    assert {} == CPU.options(Allotment(0, 1 << 30, 4))


@pytest.mark.parametrize(
    ("provider", "expected"),
    [(CPU, ()), (CUDA, (CPU,)), (TENSORRT, (CUDA, CPU)), (OPENVINO, (CPU,))],
)
def test_what_a_provider_does_not_take_falls_to_the_next(
    provider: Provider, expected: tuple[Provider, ...]
) -> None:
    assert expected == provider.fallbacks


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
