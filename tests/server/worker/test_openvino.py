"""Promises of OpenVINO, where onnxruntime-openvino is installed in place of onnxruntime."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnxruntime import get_available_providers

from bakeoff.server.worker.inspection import inspect
from bakeoff.server.worker.model import Model, load
from bakeoff.server.worker.probe import probe
from bakeoff.server.worker.providers import OPENVINO, device_named
from bakeoff.server.worker.session import SessionSettings
from bakeoff.v1 import TextInput

if TYPE_CHECKING:
    from conftest import Workshop

DEVICE = device_named("openvino")
SETTINGS = SessionSettings(intra_op_thread_count=2)

pytestmark = pytest.mark.skipif(
    OPENVINO.name not in get_available_providers(), reason="onnxruntime-openvino is not installed"
)


@pytest.fixture
def model(workshop: "Workshop") -> Model:
    return load(workshop.bundle(), DEVICE, SETTINGS)


def test_openvino_loads_and_runs() -> None:
    assert "" == probe(DEVICE).failure


def test_a_candidate_answers_as_on_onnxruntimes_own_kernels(
    workshop: "Workshop", model: Model
) -> None:
    batch = [model.encoder.probe(length, largest_id=False) for length in (3, 9, 5)]
    expected = workshop.model().answer(batch).values.values
    np.testing.assert_allclose(model.answer(batch).values.values, expected, atol=1e-4)


def test_openvino_runs_the_graph(model: Model) -> None:
    placement = inspect(model, SETTINGS)
    assert [OPENVINO.name, "CPUExecutionProvider"] == list(placement.actual_providers)
    share = next(one for one in placement.shares if one.provider == OPENVINO.name)
    assert share.time_share > 0


def test_what_openvino_does_not_take_runs_on_the_processor(workshop: "Workshop") -> None:
    """It knows no operators for strings."""
    bundle = workshop.text_bundle(column=False)
    model = load(bundle, DEVICE, SETTINGS)
    batch = model.encoder.encode([TextInput(text=text) for text in ("warm", "cold", "else")])
    expected = workshop.model(bundle).answer(batch).values.values
    assert expected.tolist() == model.answer(batch).values.values.tolist()
    assert "CPUExecutionProvider" in [one.provider for one in inspect(model, SETTINGS).shares]


def test_its_threads_are_recorded(model: Model) -> None:
    assert '"INFERENCE_NUM_THREADS": "2"' in model.session.settings[f"{OPENVINO.name}.load_config"]
