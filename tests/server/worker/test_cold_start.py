"""Promises of cold start and the memory ledger, in processes that do nothing else."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import helper, numpy_helper

from bakeoff.server.worker.batching import TokenBudgetPolicy
from bakeoff.server.worker.bundle import Bundle
from bakeoff.server.worker.cold_start import BeforeLoad, profile
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.v1 import MemoryReading
from bakeoff.worker.v1 import Command, Load, Profile, Profiled

if TYPE_CHECKING:
    from conftest import WorkerProcess, Workshop

MIB = 1 << 20
# What else a process may need between two readings.
SLACK_BYTES = 24 * MIB

StartWorker = Callable[[], "WorkerProcess"]


def profiled(
    start_worker: StartWorker,
    workshop: "Workshop",
    bundle: Bundle,
    texts: Sequence[str] = (),
) -> Profiled:
    worker = start_worker()
    load = Load(
        bundle_path=str(bundle.path),
        manifest=bundle.manifest,
        device="cpu",
        intra_op_thread_count=1,
    )
    command = Profile(
        load=load,
        inputs_path=str(workshop.inputs(texts or workshop.sentences(40))),
        process_start_ns=worker.start_ns,
        example_count=16,
    )
    event = worker.ask(Command(profile=command))
    assert "profiled" == event.WhichOneof("kind"), event
    return event.profiled


def readings_of(found: Profiled) -> dict[str, MemoryReading]:
    return {reading.id: reading for reading in found.memory.readings}


def heavy_bundle(workshop: "Workshop", weights_mib: int, run_mib: int) -> Bundle:
    """A classifier with weights of one size that allocates another size when it runs."""
    width = run_mib * MIB // 4
    nodes = [
        # Hangs on the input, so that nothing is computed while loading.
        helper.make_node("Mul", ["width", "start"], ["nothing"]),
        helper.make_node("Add", ["nothing", "run_size"], ["size"]),
        helper.make_node("ConstantOfShape", ["size"], ["filled"]),
        helper.make_node("Gather", ["filled", "nothing"], ["one_filled"]),
        helper.make_node("Gather", ["ballast", "nothing"], ["one_of_ballast"]),
        helper.make_node("Add", ["one_filled", "one_of_ballast"], ["zeros"]),
        helper.make_node("Add", ["raw_logits", "zeros"], ["logits"]),
    ]
    ballast = np.random.default_rng(1).normal(size=weights_mib * MIB // 4).astype(np.float32)
    ballast[0] = 0
    initializers = [
        numpy_helper.from_array(ballast, "ballast"),
        numpy_helper.from_array(np.array([width]), "run_size"),
    ]
    return workshop.bundle(workshop.continued(nodes, initializers))


def test_times_are_told_in_the_order_of_a_start(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    found = profiled(start_worker, workshop, workshop.bundle())
    assert found.process_start_ns > 0
    assert found.load_ns >= found.loaded.session_ns + found.loaded.tokenizer_ns > 0
    assert found.first_inference_ns > 0
    assert found.second_inference_ns > 0
    assert found.new_shape_ns > 0
    assert found.known_shape_ns > 0
    assert ["CPUExecutionProvider"] == list(found.loaded.placement.actual_providers)


def test_texts_of_one_length_have_no_time_of_a_new_shape(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    found = profiled(start_worker, workshop, workshop.bundle(), ["w1 w2", "w3 w4"])
    assert found.first_inference_ns > 0
    assert not found.HasField("new_shape_ns")
    assert not found.HasField("known_shape_ns")


def test_a_graph_that_takes_texts_has_no_time_of_a_new_shape(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    bundle = workshop.text_bundle(column=True)
    found = profiled(start_worker, workshop, bundle, ["warm", "a longer and cold one"])
    assert found.first_inference_ns > 0
    assert not found.HasField("new_shape_ns")
    assert not found.HasField("known_shape_ns")


def test_the_arena_is_tried_with_the_new_shape_too(workshop: "Workshop") -> None:
    """In the order in which the process ran them, each as often as memory can tell."""
    before = BeforeLoad(resident_bytes=1, peak_bytes=1, peak_was_reset=True, device=None)
    examples = ExampleFile(workshop.inputs(["w1", "w1 w2 w3 w4"]))
    found = profile(before, workshop.model(), examples, TokenBudgetPolicy(512, 64), 2)
    shapes = [arrays["input_ids"].shape for arrays in found.arena_trial.inputs]
    assert [(1, 3), (1, 3), (1, 6), (1, 6), (2, 6)] == shapes


def test_the_ledger_has_every_line_with_its_method(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    found = profiled(start_worker, workshop, workshop.bundle())
    readings = readings_of(found)
    assert [
        "process",
        "load_peak",
        "steady",
        "run_peak",
        "host_peak",
        "pss",
        "uss",
        "device_peak",
        "arena_reserved",
        "arena_used",
    ] == list(readings)
    device = readings.pop("device_peak")
    assert not device.HasField("bytes")
    assert "the processor has no memory of its own" == device.absent_reason
    for reading in readings.values():
        assert reading.method
        assert reading.bytes == reading.min_bytes == reading.max_bytes > 0
    assert readings["host_peak"].bytes >= readings["run_peak"].bytes
    assert readings["host_peak"].bytes >= readings["load_peak"].bytes


@pytest.mark.parametrize(("weights_mib", "run_mib"), [(96, 8), (8, 128)])
def test_memory_of_weights_and_of_running_is_told_apart(
    start_worker: StartWorker, workshop: "Workshop", weights_mib: int, run_mib: int
) -> None:
    """Against a small candidate, so that the libraries' own memory cancels out."""
    small = readings_of(profiled(start_worker, workshop, heavy_bundle(workshop, 1, 1)))
    large = readings_of(
        profiled(start_worker, workshop, heavy_bundle(workshop, weights_mib, run_mib))
    )

    def grown_bytes(reading: str) -> int:
        return large[reading].bytes - small[reading].bytes

    assert abs(grown_bytes("process")) < SLACK_BYTES
    assert abs((weights_mib - 1) * MIB - grown_bytes("steady")) < SLACK_BYTES
    assert grown_bytes("load_peak") > (weights_mib - 1) * MIB - SLACK_BYTES
    # For a shape that comes again onnxruntime plans one block, and keeps what it had before.
    least_bytes = (weights_mib + run_mib) * MIB
    most_bytes = (weights_mib + 2 * run_mib) * MIB
    for reading in ("run_peak", "uss"):
        assert least_bytes - SLACK_BYTES < grown_bytes(reading) < most_bytes + SLACK_BYTES


def test_a_process_that_has_loaded_is_not_fresh(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    worker = start_worker()
    bundle = workshop.bundle()
    assert "loaded" == worker.load(bundle).WhichOneof("kind")
    event = worker.ask(Command(profile=Profile()))
    assert "INVALID_FIELD" == event.failed.reason
    assert "first command of a process" in event.failed.message


def test_a_set_without_any_input_cannot_be_profiled(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    worker = start_worker()
    bundle = workshop.bundle()
    load = Load(
        bundle_path=str(bundle.path),
        manifest=bundle.manifest,
        device="cpu",
        intra_op_thread_count=1,
    )
    inputs = workshop.inputs(["x" * 1_000_001])
    event = worker.ask(Command(profile=Profile(load=load, inputs_path=str(inputs))))
    assert "EXAMPLE_INVALID" == event.failed.reason


def test_peaks_that_the_kernel_does_not_reset_say_so(workshop: "Workshop") -> None:
    """They then hold all that was before, and the method tells."""
    before = BeforeLoad(resident_bytes=1, peak_bytes=1 << 50, peak_was_reset=False, device=None)
    examples = ExampleFile(workshop.inputs(["x" * 1_000_001, "w1"]))
    found = profile(before, workshop.model(), examples, TokenBudgetPolicy(512, 64), 2)
    readings = {reading.id: reading for reading in found.memory.readings}
    assert "VmHWM since the start of the process" == readings["load_peak"].method
    assert 1 << 50 == readings["host_peak"].bytes
    assert found.queries.start.first.duration_ns > 0
