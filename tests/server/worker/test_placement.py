"""Promises of what is read from onnxruntime's own profile of a run."""

import pytest

from bakeoff.server.errors import PlacementError
from bakeoff.server.worker.inspection import check_used
from bakeoff.server.worker.placement import shares_of
from bakeoff.server.worker.providers import device_named

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


def node(
    index: int, provider: str, duration_us: int, operator: str = "MatMul", name: str = ""
) -> dict[str, object]:
    """An event as onnxruntime writes it when a node has run."""
    return {
        "cat": "Node",
        "pid": 4711,
        "tid": 4711,
        "dur": duration_us,
        "ts": 1000 + index,
        "ph": "X",
        "name": f"{name or operator}_kernel_time",
        "args": {
            "op_name": operator,
            "provider": provider,
            "node_index": str(index),
            "output_size": "512",
            "thread_scheduling_stats": "",
        },
    }


def session_on_cuda() -> list[dict[str, object]]:
    """A session of which the processor computes a shape, from one copy, that two go back from."""
    return [
        {"cat": "Session", "name": "model_run", "dur": 99, "args": {}},
        {"cat": "Node", "name": "MatMul_fence_before", "dur": 9, "args": {"op_name": "MatMul"}},
        # What the device itself recorded is not what a node took.
        {"cat": "Kernel", "name": "ampere_sgemm", "dur": 50, "args": {"stream": 7}},
        node(0, CUDA, 40),
        node(9, CUDA, 10, "MemcpyToHost", "Memcpy_token_3"),
        node(4, CPU, 20, "Gather"),
        node(7, CUDA, 6, "MemcpyFromHost", "Memcpy"),
        node(8, CUDA, 4, "MemcpyFromHost", "Memcpy_token_2"),
        node(5, CUDA, 20, "Softmax"),
    ]


def test_shares_count_nodes_runs_and_time() -> None:
    events = [node(1, "A", 30), node(1, "A", 30), node(2, "B", 10), node(3, "A", 30)]

    shares = shares_of(events)

    assert ["A", "B"] == [share.provider for share in shares]
    assert [2, 1] == [share.node_count for share in shares]
    assert [0.75, 0.25] == [share.node_share for share in shares]
    assert [0.9, 0.1] == [share.time_share for share in shares]
    assert [0, 0] == [share.copy_to_device_count for share in shares]
    assert [] == shares_of([])


def test_copies_that_onnxruntime_put_in_are_counted_with_their_time() -> None:
    on_device, on_host = shares_of(session_on_cuda())

    assert (CUDA, 5, 0.8) == (on_device.provider, on_device.node_count, on_device.time_share)
    assert (2, 1, 0.2) == (
        on_device.copy_to_device_count,
        on_device.copy_to_host_count,
        on_device.copy_time_share,
    )
    assert (CPU, 1, 0.2) == (on_host.provider, on_host.node_count, on_host.time_share)
    assert (0, 0, 0.0) == (
        on_host.copy_to_device_count,
        on_host.copy_to_host_count,
        on_host.copy_time_share,
    )


def test_a_copy_that_ran_twice_is_one_copy() -> None:
    (share,) = shares_of([node(9, CUDA, 10, "MemcpyToHost"), node(9, CUDA, 30, "MemcpyToHost")])

    assert (1, 1.0) == (share.copy_to_host_count, share.copy_time_share)


def test_a_provider_that_only_copied_is_refused() -> None:
    """The graph itself ran elsewhere."""
    copies = [node(9, CUDA, 10, "MemcpyToHost"), node(7, CUDA, 6, "MemcpyFromHost")]
    check_used(device_named("cuda:0"), shares_of(session_on_cuda()))

    with pytest.raises(PlacementError, match="CUDAExecutionProvider was asked for and ran no node"):
        check_used(device_named("cuda:0"), shares_of([*copies, node(4, CPU, 20)]))
