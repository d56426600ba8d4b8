"""Promises of CUDA, where a device is at hand."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bakeoff.server.worker.batching import TokenBudgetPolicy
from bakeoff.server.worker.device_memory import device_memory
from bakeoff.server.worker.inspection import inspect
from bakeoff.server.worker.model import Model, load
from bakeoff.server.worker.pipeline import Answered, Pipeline
from bakeoff.server.worker.probe import probe
from bakeoff.server.worker.providers import device_named
from bakeoff.server.worker.session import SessionSettings

if TYPE_CHECKING:
    from conftest import Workshop

CUDA = device_named("cuda:0")
# Devices since Ampere multiply with the 10 bits of mantissa of TF32.
TF32_TOLERANCE = 1e-2

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not Path("/dev/nvidia0").exists(), reason="there is no NVIDIA device"),
]


def loaded(workshop: "Workshop", limit_bytes: int = 0) -> Model:
    return load(workshop.bundle(), CUDA, SessionSettings(1, limit_bytes))


def values_of(
    model: Model, workshop: "Workshop"
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    texts = workshop.sentences(100)
    found = np.zeros((len(texts), model.label_count), dtype=np.float32)
    pipeline = Pipeline(model, TokenBudgetPolicy(512, 64), caller_count=2)
    for item in pipeline.outcomes(workshop.examples(texts)):
        if isinstance(item, Answered):
            found[list(item.batch.positions)] = item.answer.values.values
    return found


def test_cuda_loads_and_runs() -> None:
    assert "" == probe(CUDA).failure


def test_a_candidate_answers_as_on_the_processor(workshop: "Workshop") -> None:
    on_device = values_of(loaded(workshop), workshop)
    on_processor = values_of(workshop.model(), workshop)
    np.testing.assert_allclose(on_device, on_processor, atol=TF32_TOLERANCE)


def test_the_shares_tell_what_the_device_ran(workshop: "Workshop") -> None:
    placement = inspect(loaded(workshop), SessionSettings())
    assert ["CUDAExecutionProvider", "CPUExecutionProvider"] == list(placement.actual_providers)
    share = next(item for item in placement.shares if item.provider == "CUDAExecutionProvider")
    assert share.node_share > 0.5


def test_the_limit_of_device_memory_is_in_force(workshop: "Workshop") -> None:
    model = loaded(workshop, limit_bytes=1 << 30)
    assert str(1 << 30) == model.session.settings["CUDAExecutionProvider.gpu_mem_limit"]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("arena_extend_strategy", "kSameAsRequested"),
        ("cudnn_conv_algo_search", "HEURISTIC"),
        ("device_id", "0"),
    ],
)
def test_options_that_change_speed_and_memory_are_recorded(
    workshop: "Workshop", option: str, expected: str
) -> None:
    settings = loaded(workshop).session.settings
    assert expected == settings[f"CUDAExecutionProvider.{option}"]


def test_copies_to_and_from_the_device_are_timed(workshop: "Workshop") -> None:
    model = loaded(workshop)
    answer = model.answer([model.encoder.probe(7, largest_id=False)])
    assert answer.copy_in_ns > 0
    assert answer.copy_out_ns > 0


def test_tensorrt_answers_as_the_processor(workshop: "Workshop") -> None:
    device = device_named("tensorrt:0")
    failure = probe(device).failure
    if failure:
        pytest.skip(failure)
    on_device = values_of(load(workshop.bundle(), device, SessionSettings()), workshop)
    on_processor = values_of(workshop.model(), workshop)
    np.testing.assert_allclose(on_device, on_processor, atol=TF32_TOLERANCE)


def test_device_memory_is_told_or_has_its_reason(workshop: "Workshop") -> None:
    loaded(workshop)
    found = device_memory(CUDA)
    assert (found.used_bytes is None) == bool(found.absent_reason)
