"""Promises of loading and running graphs, on the real onnxruntime."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime import OrtValue, get_available_providers

from bakeoff.server.errors import (
    BakeoffError,
    ExternalDataError,
    InferenceError,
    InvalidFieldError,
    ProviderUnavailableError,
    UnparseableModelError,
    UnsupportedModelError,
    WorkerOutOfMemoryError,
)
from bakeoff.server.worker.providers import device_named
from bakeoff.server.worker.runtime_errors import load_error, public_text
from bakeoff.server.worker.session import Port, Session, SessionSettings, _provider_settings
from bakeoff.server.worker.transport import DeviceTransport

if TYPE_CHECKING:
    from conftest import Workshop

CPU = device_named("cpu")


def doubling(workshop: "Workshop", operator: str = "Add", domain: str = "") -> ModelProto:
    return workshop.graph(
        [helper.make_node(operator, ["x", "x"], ["y"], name="/layer/Add", domain=domain)],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
    )


def weighed_outside(workshop: "Workshop", location: str, **more: str) -> ModelProto:
    """A graph whose weight of 16 bytes is in another file."""
    weight = numpy_helper.from_array(np.ones((2, 2), dtype=np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        weight.external_data.add(key=key, value=value)
    return workshop.graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [weight],
    )


def session_of(folder: Path, graph: ModelProto | bytes) -> Session:
    path = folder / "model.onnx"
    path.write_bytes(graph if isinstance(graph, bytes) else graph.SerializeToString())
    return Session(path, CPU, SessionSettings())


def test_a_session_tells_its_ports_and_its_provider(workshop: "Workshop") -> None:
    session = session_of(workshop.folder, doubling(workshop))
    assert (Port("x", "float32", ("n", 2)),) == session.inputs
    assert (Port("y", "float32", ("n", 2)),) == session.outputs
    assert ("CPUExecutionProvider",) == session.requested_providers == session.providers
    assert "1" == session.settings["intra_op_num_threads"]


@pytest.mark.parametrize("through_device", [False, True])
def test_both_ways_of_running_give_the_same(workshop: "Workshop", *, through_device: bool) -> None:
    """Binding is CUDA's way; bound to host memory it runs anywhere."""
    session = session_of(workshop.folder, doubling(workshop))
    transport = session.transport("y")
    if through_device:
        transport = DeviceTransport(session._session, "y", "cpu", 0, OrtValue.ortvalue_from_numpy)
    inputs = transport.copy_in({"x": np.array([[1, 2], [3, 4]], dtype=np.float32)})
    output = transport.copy_out(transport.run(inputs))
    assert [[2, 4], [6, 8]] == output.tolist()


@pytest.mark.parametrize("content", [b"", b"no graph at all" * 9, "half"])
def test_what_is_no_graph_is_unparseable(workshop: "Workshop", content: bytes | str) -> None:
    whole = doubling(workshop).SerializeToString()
    given = content if isinstance(content, bytes) else whole[: len(whole) // 2]
    with pytest.raises(UnparseableModelError, match="not a valid ONNX model"):
        session_of(workshop.folder, given)


def test_a_graph_that_contradicts_itself_is_unparseable(workshop: "Workshop") -> None:
    graph = doubling(workshop)
    graph.graph.node[0].input[0] = "absent"
    with pytest.raises(UnparseableModelError, match="absent"):
        session_of(workshop.folder, graph)


@pytest.mark.parametrize("odd", ["opset", "operator", "domain", "ir", "kernel"])
def test_what_the_runtime_lacks_is_unsupported(workshop: "Workshop", odd: str) -> None:
    match odd:
        case "opset":
            graph = doubling(workshop)
            graph.opset_import[0].version = 999
        case "operator":
            graph = doubling(workshop, "Frobnicate")
        case "domain":
            graph = doubling(workshop, "Frobnicate", "elsewhere")
            graph.opset_import.append(helper.make_opsetid("elsewhere", 1))
        case "ir":
            graph = doubling(workshop)
            graph.ir_version = 99
        case _:
            graph = workshop.graph(
                [helper.make_node("Det", ["x"], ["y"])],
                [helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", 2, 2])],
                [helper.make_tensor_value_info("y", TensorProto.DOUBLE, ["n"])],
            )
    with pytest.raises(UnsupportedModelError, match="onnxruntime does not run this graph"):
        session_of(workshop.folder, graph)


@pytest.mark.parametrize("case", ["missing", "short", "escaping", "absolute", "symlink"])
def test_weights_that_cannot_be_had_are_external_data(workshop: "Workshop", case: str) -> None:
    folder = workshop.folder / "bundle"
    folder.mkdir()
    outside = workshop.folder / "outside.bin"
    outside.write_bytes(bytes(16))
    match case:
        case "missing":
            graph = weighed_outside(workshop, "absent.bin")
        case "short":
            (folder / "short.bin").write_bytes(bytes(8))
            graph = weighed_outside(workshop, "short.bin", length="16")
        case "escaping":
            graph = weighed_outside(workshop, "../outside.bin")
        case "absolute":
            graph = weighed_outside(workshop, str(outside))
        case _:
            (folder / "link.bin").symlink_to(outside)
            graph = weighed_outside(workshop, "link.bin")
    with pytest.raises(ExternalDataError) as caught:
        session_of(folder, graph)
    assert str(workshop.folder) not in caught.value.message


def test_weights_beside_the_graph_are_loaded(workshop: "Workshop") -> None:
    weights = np.array([[1, 2], [3, 4]], dtype=np.float32)
    (workshop.folder / "weights.bin").write_bytes(weights.tobytes())
    session = session_of(workshop.folder, weighed_outside(workshop, "weights.bin"))
    output = session.run("y", {"x": np.eye(2, dtype=np.float32)})
    assert weights.tolist() == output.tolist()


def test_an_input_that_does_not_fit_is_a_failed_inference(workshop: "Workshop") -> None:
    session = session_of(workshop.folder, doubling(workshop))
    with pytest.raises(InferenceError, match="x"):
        session.run("y", {"x": np.zeros((2, 3), dtype=np.float32)})


def test_an_absurd_allocation_is_out_of_memory(workshop: "Workshop") -> None:
    """Four TiB, which no address space limit is needed to refuse."""
    graph = workshop.graph(
        [helper.make_node("ConstantOfShape", ["size"], ["y"])],
        [helper.make_tensor_value_info("size", TensorProto.INT64, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    )
    session = session_of(workshop.folder, graph)
    with pytest.raises(WorkerOutOfMemoryError, match="more memory than it may have"):
        session.run("y", {"size": np.array([2**40])})


def test_a_message_holds_no_path_of_the_machine(workshop: "Workshop") -> None:
    """Names of nodes look like paths, and stay."""
    graph = doubling(workshop, "Frobnicate")
    with pytest.raises(BakeoffError) as caught:
        session_of(workshop.folder, graph)
    assert "/layer/Add" in caught.value.message
    assert str(workshop.folder) not in caught.value.message
    assert "onnxruntime_src" not in caught.value.message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "[ONNXRuntimeError] : 1 : FAIL : Load model from /srv/a b/m.onnx failed:odd",
            "odd",
        ),
        ("no file /usr/share/secret/w.bin, sorry", "no file w.bin, sorry"),
        ("node /bert/layer.0/Add failed", "node /bert/layer.0/Add failed"),
        ("tensorprotoutils.cc:461 Validate path", "Validate path"),
        (
            (
                "[ONNXRuntimeError] : 1 : FAIL : Exception during initialization: "
                "basic_backend.cc:136 openvino_ep::BasicBackend(long, signature) [OpenVINO-EP] "
                "Exception while Reading network: OpenVINO does not support the following ONNX "
                "operations: odd"
            ),
            (
                "Exception while Reading network: OpenVINO does not support the following ONNX "
                "operations: odd"
            ),
        ),
        ("x" * 500, "x" * 400 + " ..."),
    ],
)
def test_public_text_keeps_what_helps(said: str, expected: str) -> None:
    assert expected == public_text(said)


def test_what_openvino_lacks_is_unsupported() -> None:
    """It refuses some graphs whole, those with a loop among them."""
    said = "[OpenVINO-EP] OpenVINO does not support the following ONNX operations: odd"
    assert isinstance(load_error(RuntimeError(said)), UnsupportedModelError)


def test_no_thread_is_refused(workshop: "Workshop") -> None:
    bundle = workshop.bundle()
    with pytest.raises(InvalidFieldError, match="at least 1, got 0"):
        Session(bundle.path / "model.onnx", CPU, SessionSettings(intra_op_thread_count=0))


def test_options_of_a_provider_that_does_not_tell_them_are_those_asked_for() -> None:
    found = _provider_settings(
        {"A": {"threads": "2", "limit": "1"}, "B": {"x": "y"}},
        {"A": {"limit": "5"}, "C": {"z": "0"}},
    )
    assert {"A.threads": "2", "A.limit": "5", "C.z": "0"} == found


@pytest.mark.skipif(
    "CUDAExecutionProvider" in get_available_providers(), reason="onnxruntime-gpu is installed"
)
def test_cuda_without_its_wheel_is_unavailable(workshop: "Workshop") -> None:
    """Onnxruntime by itself would run on the processor and say nothing."""
    bundle = workshop.bundle()
    with pytest.raises(ProviderUnavailableError, match=r"install bakeoff\[server,gpu\]"):
        Session(bundle.path / "model.onnx", device_named("cuda:0"), SessionSettings())
