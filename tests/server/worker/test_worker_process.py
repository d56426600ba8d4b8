"""Promises of the process as the server sees it: over its socket, and by its signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from google.protobuf.proto import parse_length_prefixed
from onnx import TensorProto, helper, numpy_helper

from bakeoff.server.worker.bundle import Bundle
from bakeoff.v1 import (
    BatchPolicy,
    DynamicBatching,
    FixedSize,
    ObservationBlock,
    Offline,
    Scenario,
    Server,
)
from bakeoff.worker.v1 import (
    ChooseLayout,
    Command,
    Event,
    Inspect,
    Measure,
    MeasureFloor,
    Predict,
)

if TYPE_CHECKING:
    from conftest import WorkerProcess, Workshop

StartWorker = Callable[..., "WorkerProcess"]
WAIT_S = 30.0


def predict_command(inputs: Path, output: Path, count: int) -> Command:
    return Command(
        predict=Predict(
            inputs_path=str(inputs), output_path=str(output), example_count=count, caller_count=2
        )
    )


def endless_bundle(workshop: "Workshop") -> Bundle:
    """A classifier whose graph loops for ever."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["carried"], ["carried_on"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("carried", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("carried_on", TensorProto.FLOAT, None),
        ],
    )
    loop = helper.make_node("Loop", ["", "true", "raw_logits"], ["logits"], body=body)
    true = numpy_helper.from_array(np.array([True])[0], "true")
    return workshop.bundle(workshop.continued([loop], [true]))


def absurd_bundle(workshop: "Workshop") -> Bundle:
    """A classifier whose graph asks for 64 GiB."""
    nodes = [
        helper.make_node("Mul", ["width", "start"], ["nothing"]),
        helper.make_node("Add", ["nothing", "size"], ["sizes"]),
        helper.make_node("ConstantOfShape", ["sizes"], ["filled"]),
        helper.make_node("ReduceMax", ["filled"], ["summit"], keepdims=0),
        helper.make_node("Add", ["raw_logits", "summit"], ["logits"]),
    ]
    size = numpy_helper.from_array(np.array([1 << 34]), "size")
    return workshop.bundle(workshop.continued(nodes, [size]))


def failed(event: Event) -> tuple[str, str]:
    assert "failed" == event.WhichOneof("kind"), event
    return event.failed.reason, event.failed.message


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ends(pid: int) -> bool:
    """Whether a process ends while it is waited for."""
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        if not is_running(pid):
            return True
        time.sleep(0.01)
    return False


def test_a_candidate_goes_through_every_command(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    worker = start_worker()
    inputs = workshop.inputs(workshop.sentences(300))
    loaded = worker.load(workshop.bundle()).loaded
    assert loaded.session_ns > 0
    assert loaded.tokenizer_ns > 0
    inspected = worker.ask(Command(inspect=Inspect())).inspected
    assert ["CPUExecutionProvider"] == [item.provider for item in inspected.placement.shares]
    choose = ChooseLayout(inputs_path=str(inputs), usable_cpu_count=2)
    layout = worker.ask(Command(choose_layout=choose)).layout_chosen.layout
    assert 2 == len(layout.trials)
    predicted = worker.ask(predict_command(inputs, tmp_path / "out", 300)).predicted
    assert 300 == predicted.example_count == len(workshop.predictions(tmp_path / "out"))
    measure = Measure(
        scenario=Scenario(offline=Offline()),
        inputs_path=str(inputs),
        observations_path=str(tmp_path / "observations"),
        caller_count=layout.caller_count,
        max_duration_ns=10**9,
        min_query_count=10,
    )
    assert worker.ask(Command(measure=measure)).measured.block.sample_count >= 10
    assert (0, b"", b"") == worker.close()


def test_a_worker_keeps_to_a_schedule_of_arrivals(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    """With runs side by side, and on from where the last block ended."""
    worker = start_worker()
    inputs = workshop.inputs(workshop.sentences(50))
    worker.load(workshop.bundle())
    batching = DynamicBatching(max_batch_size=4)
    for number in range(2):
        measure = Measure(
            scenario=Scenario(server=Server(poisson_qps=300, dynamic_batching=batching)),
            inputs_path=str(inputs),
            observations_path=str(tmp_path / "observations"),
            caller_count=2,
            round=number,
            max_duration_ns=10**9,
            min_query_count=25,
        )
        assert 25 == worker.ask(Command(measure=measure)).measured.block.sample_count
    with (tmp_path / "observations").open("rb") as file:
        blocks = [parse_length_prefixed(ObservationBlock, file) for _ in range(2)]
    taken = [index for block in blocks if block for index in block.example_indices]
    assert list(range(50)) == sorted(taken)


def test_a_worker_measures_the_engine_itself_without_a_bundle(start_worker: StartWorker) -> None:
    worker = start_worker()
    command = Command(measure_floor=MeasureFloor(duration_ns=20_000_000, qps=1000))
    blocks = worker.ask(command).floor_measured.blocks
    assert ["single-stream", "multi-stream:n=8", "server:qps=1000", "offline"] == [
        block.scenario for block in blocks
    ]
    assert all(block.sample_count > 0 for block in blocks)


def test_a_bundle_can_be_loaded_anew_with_the_same_answers(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    worker = start_worker()
    inputs = workshop.inputs(workshop.sentences(50))
    digests = set()
    for _ in range(2):
        worker.load(workshop.bundle())
        digests.add(worker.ask(predict_command(inputs, tmp_path / "out", 50)).predicted.sha256)
    assert 1 == len(digests)


def test_the_layout_never_changes_an_answer(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    worker = start_worker()
    inputs = workshop.inputs(workshop.sentences(50))
    worker.load(workshop.bundle())
    before = worker.ask(predict_command(inputs, tmp_path / "out", 50)).predicted.sha256
    for count in (1, 2):
        choose = ChooseLayout(inputs_path=str(inputs), usable_cpu_count=count)
        assert worker.ask(Command(choose_layout=choose)).HasField("layout_chosen")
        after = worker.ask(predict_command(inputs, tmp_path / "out", 50)).predicted.sha256
        assert before == after


def test_progress_is_told_on_the_way(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    """A pass of many single runs takes several times the interval of progress."""
    worker = start_worker()
    worker.load(workshop.bundle(workshop.classifier(hidden=256)))
    inputs = workshop.inputs(workshop.sentences(6000))
    command = predict_command(inputs, tmp_path / "out", 6000)
    alone = BatchPolicy(fixed_size=FixedSize(batch_size=1))
    command.predict.batch_policy.CopyFrom(alone)
    worker.send(command.SerializeToString())
    done = []
    while (event := worker.receive()).WhichOneof("kind") == "progressed":
        assert 6000 == event.progressed.total_count
        done.append(event.progressed.done_count)
    assert 6000 == event.predicted.example_count
    assert done
    assert sorted(done) == done


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"\xff\xff", "MALFORMED_MESSAGE"),
        (b"", "INVALID_FIELD"),
        (Command(inspect=Inspect()).SerializeToString(), "INVALID_FIELD"),
        (Command(predict=Predict()).SerializeToString(), "INVALID_FIELD"),
        (Command(choose_layout=ChooseLayout()).SerializeToString(), "INVALID_FIELD"),
    ],
)
def test_a_command_that_cannot_be_is_refused_and_the_worker_lives(
    start_worker: StartWorker, workshop: "Workshop", frame: bytes, reason: str
) -> None:
    worker = start_worker()
    worker.send(frame)
    assert reason == failed(worker.receive())[0]
    assert "loaded" == worker.load(workshop.bundle()).WhichOneof("kind")


def test_a_bundle_that_does_not_load_is_told_and_the_worker_lives(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    worker = start_worker()
    reasons = []
    for name, content in (
        ("model.onnx", b"garbage"),
        (
            "tokenizer.json",
            b'{"model":{"type":"BPE","vocab":{"a":0,"b":1,"c":2},"merges":[["a","b"]]}}',
        ),
    ):
        bundle = workshop.bundle()
        (bundle.path / name).write_bytes(content)
        reason, message = failed(worker.load(bundle))
        reasons.append(reason)
        assert str(workshop.folder) not in message
    linked = workshop.bundle()
    os.link(linked.path / "model.onnx", workshop.folder / "outside.onnx")
    reasons.append(failed(worker.load(linked))[0])
    reasons.append(failed(worker.load(workshop.bundle(), device="tpu"))[0])
    assert [
        "MODEL_UNPARSEABLE",
        "TOKENIZER_UNPARSEABLE",
        "EXTERNAL_DATA",
        "NO_SUCH_TARGET",
    ] == reasons
    assert "loaded" == worker.load(workshop.bundle()).WhichOneof("kind")


def test_a_panic_of_the_tokenizer_leaves_the_worker_alive(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    worker = start_worker()
    worker.load(workshop.bundle(tokenizer=workshop.panicking_tokenizer()))
    inputs = workshop.inputs(["w1", workshop.panicking_text])
    for _ in range(2):
        worker.ask(predict_command(inputs, tmp_path / "out", 2))
        assert ["", "TOKENIZER_PANIC"] == [
            item.failure for item in workshop.predictions(tmp_path / "out")
        ]


def test_an_error_that_nobody_knows_is_told_by_an_id(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    """Its text may hold anything, and goes to the log alone."""
    worker = start_worker()
    worker.load(workshop.bundle())
    missing = tmp_path / "secret-name"
    event = worker.ask(predict_command(missing, tmp_path / "out", 1))
    reason, message = failed(event)
    assert "WORKER_FAILED" == reason
    assert "secret-name" not in message
    error_id = event.failed.metadata["error_id"]
    _, _, error = worker.close()
    assert f"error {error_id}" in error.decode()
    assert "secret-name" in error.decode()


def test_memory_beyond_the_limit_is_told_and_the_worker_lives(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    worker = start_worker("--memory-limit-bytes", str(8 << 30))
    assert "loaded" == worker.load(absurd_bundle(workshop)).WhichOneof("kind")
    inputs = workshop.inputs(["w1"])
    reason, _ = failed(worker.ask(predict_command(inputs, tmp_path / "out", 1)))
    assert "WORKER_OUT_OF_MEMORY" == reason
    assert "loaded" == worker.load(workshop.bundle()).WhichOneof("kind")


def test_nothing_is_printed_and_the_end_of_the_socket_is_the_end(
    start_worker: StartWorker,
) -> None:
    assert (0, b"", b"") == start_worker().close()


def test_a_broken_frame_ends_the_worker(start_worker: StartWorker) -> None:
    worker = start_worker()
    worker.connection.sendall(b"\xff\xff\xff\xff")
    status, output, error = worker.close()
    assert (1, b"") == (status, output)
    assert b"the channel to the server broke" in error


def test_sigterm_ends_a_worker_within_a_run_that_never_ends(
    start_worker: StartWorker, workshop: "Workshop", tmp_path: Path
) -> None:
    worker = start_worker()
    assert "loaded" == worker.load(endless_bundle(workshop)).WhichOneof("kind")
    inputs = workshop.inputs(["w1"])
    worker.send(predict_command(inputs, tmp_path / "out", 1).SerializeToString())
    worker.process.send_signal(signal.SIGTERM)
    assert -signal.SIGTERM == worker.process.wait(WAIT_S)


def test_sigint_is_left_to_the_parent(start_worker: StartWorker, workshop: "Workshop") -> None:
    """The terminal sends it to both; the parent decides what becomes of the worker."""
    worker = start_worker()
    assert "loaded" == worker.load(workshop.bundle()).WhichOneof("kind")
    worker.process.send_signal(signal.SIGINT)
    assert "loaded" == worker.load(workshop.bundle()).WhichOneof("kind")


PARENT = """
import socket, subprocess, sys, time
near, far = socket.socketpair()
child = subprocess.Popen(
    [sys.executable, "-m", "bakeoff.server.worker", "--fd", str(far.fileno())],
    pass_fds=[far.fileno()],
)
near.sendall(bytes(4))  # an empty command, which is answered
near.recv(1)
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_worker_dies_with_its_parent() -> None:
    """Though the socket stays open: another process holds its other end too."""
    near, far = socket.socketpair()
    with (
        near,
        far,
        subprocess.Popen(
            [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
        ) as parent,
    ):
        assert parent.stdout is not None
        worker_pid = int(parent.stdout.readline())
        assert is_running(worker_pid)
        parent.kill()
        assert ends(worker_pid)


def test_a_worker_whose_parent_is_gone_does_not_begin() -> None:
    """Its socket was made by a process that is not its parent."""
    near, far = socket.socketpair()
    between = (
        "import subprocess, sys; "
        "sys.exit(subprocess.call([sys.executable, '-m', 'bakeoff.server.worker', "
        "'--fd', sys.argv[1]], pass_fds=[int(sys.argv[1])]))"
    )
    with near, far:
        finished = subprocess.run(
            [sys.executable, "-c", between, str(far.fileno())],
            pass_fds=[far.fileno()],
            capture_output=True,
            timeout=WAIT_S,
            check=False,
        )
    assert (0, b"", b"") == (finished.returncode, finished.stdout, finished.stderr)


def test_a_worker_gains_no_privileges_and_goes_first_when_memory_ends(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    worker = start_worker()
    worker.load(workshop.bundle())
    place = Path(f"/proc/{worker.process.pid}")
    assert "NoNewPrivs:\t1\n" in (place / "status").read_text(encoding="ascii")
    assert 800 == int((place / "oom_score_adj").read_text(encoding="ascii"))


def test_a_worker_imports_neither_transport_nor_training() -> None:
    script = "import sys, bakeoff.server.worker.__main__; print(*sys.modules)"
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=WAIT_S, check=True
    )
    loaded = {name.partition(".")[0] for name in finished.stdout.split()}
    assert {"onnxruntime", "tokenizers"} <= loaded
    assert set() == loaded & {"grpc", "scipy", "torch", "transformers", "onnx", "sqlalchemy"}
