"""Proofs that the ledger tells what a candidate takes, on candidates of known size."""

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import helper, numpy_helper

from bakeoff.server.worker.bundle import Bundle
from bakeoff.worker.v1 import Command, Load, Profile

if TYPE_CHECKING:
    from conftest import WorkerProcess, Workshop

MIB = 1 << 20
KNOWN_BYTES = 512 * MIB
TOLERANCE = 0.03
# For every 256 bytes of its arena onnxruntime keeps a note of 8 bytes beside it.
ARENA_NOTES = 8 / 256

StartWorker = Callable[[], "WorkerProcess"]


def readings(start_worker: StartWorker, workshop: "Workshop", bundle: Bundle) -> dict[str, int]:
    """Bytes by reading, of one fresh process."""
    worker = start_worker()
    command = Profile(
        load=Load(
            bundle_path=str(bundle.path),
            manifest=bundle.manifest,
            device="cpu",
            intra_op_thread_count=1,
        ),
        inputs_path=str(workshop.inputs(workshop.sentences(40))),
        process_start_ns=worker.start_ns,
        example_count=16,
    )
    event = worker.ask(Command(profile=command))
    assert "profiled" == event.WhichOneof("kind"), event
    found = event.profiled.memory.readings
    return {reading.id: reading.bytes for reading in found if reading.HasField("bytes")}


def with_weights(workshop: "Workshop", size_bytes: int) -> Bundle:
    """A classifier that also holds weights of a known size, and reads one of them."""
    nodes = [
        helper.make_node("Mul", ["width", "start"], ["nothing"]),
        helper.make_node("Gather", ["ballast", "nothing"], ["one_of_ballast"]),
        helper.make_node("Add", ["raw_logits", "one_of_ballast"], ["logits"]),
    ]
    ballast = np.zeros(size_bytes // 4, dtype=np.float32)
    return workshop.bundle(workshop.continued(nodes, [numpy_helper.from_array(ballast, "ballast")]))


def with_scratch(workshop: "Workshop", size_bytes: int) -> Bundle:
    """A classifier one of whose kernels takes scratch memory of a known size while it runs.

    Transposed convolution first makes a column of every product of a tap and a place.
    """
    tap_count = 1024
    nodes = [
        # Hangs on the input, so that nothing is computed while loading.
        helper.make_node("Mul", ["width", "start"], ["nothing"]),
        helper.make_node("Add", ["nothing", "signal_shape"], ["shape_now"]),
        helper.make_node("ConstantOfShape", ["shape_now"], ["signal"]),
        helper.make_node("ConvTranspose", ["signal", "taps"], ["spread"]),
        helper.make_node("ReduceMax", ["spread"], ["nought"], keepdims=0),
        helper.make_node("Add", ["raw_logits", "nought"], ["logits"]),
    ]
    place_count = size_bytes // 4 // tap_count
    initializers = [
        numpy_helper.from_array(np.array([1, 1, 1, place_count]), "signal_shape"),
        numpy_helper.from_array(np.ones((1, 1, 1, tap_count), dtype=np.float32), "taps"),
    ]
    return workshop.bundle(workshop.continued(nodes, initializers))


ARENA = dict.fromkeys(("arena_reserved", "arena_used"), KNOWN_BYTES)
HOST = dict.fromkeys(("run_peak", "host_peak"), KNOWN_BYTES * (1 + ARENA_NOTES))


@pytest.mark.parametrize(
    ("make", "known"),
    [
        (with_weights, dict.fromkeys(("steady", "run_peak"), KNOWN_BYTES)),
        (with_scratch, {**ARENA, **HOST}),
    ],
    ids=["weights", "scratch"],
)
def test_an_allocation_of_512_mib_shows_within_3_percent(
    start_worker: StartWorker,
    workshop: "Workshop",
    make: Callable[["Workshop", int], Bundle],
    known: dict[str, float],
) -> None:
    """Against a candidate without it, so that the process's own memory cancels out."""
    small = readings(start_worker, workshop, make(workshop, MIB))
    bundle = make(workshop, KNOWN_BYTES)
    large = readings(start_worker, workshop, bundle)
    # Folders of past tests are kept for a while, and this one is large.
    shutil.rmtree(bundle.path)
    for reading, known_bytes in known.items():
        grown_bytes = large[reading] - small[reading]
        assert pytest.approx(known_bytes, rel=TOLERANCE) == grown_bytes, reading


def test_loading_takes_the_file_and_the_weights_at_a_time(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    """The peak of the host is that of loading, which a steady reading does not show."""
    small = readings(start_worker, workshop, with_weights(workshop, MIB))
    large = readings(start_worker, workshop, with_weights(workshop, 64 * MIB + MIB))
    for reading in ("load_peak", "host_peak"):
        assert large[reading] - small[reading] > 1.9 * 64 * MIB


def test_five_fresh_processes_agree_within_3_percent(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    """Not the two set sizes: what a library's pages count there hangs on who else maps them."""
    bundle = with_scratch(workshop, 8 * MIB)
    repeats = [readings(start_worker, workshop, bundle) for _ in range(5)]
    for reading in repeats[0].keys() - {"pss", "uss"}:
        values = [repeat[reading] for repeat in repeats]
        assert max(values) <= (1 + TOLERANCE) * min(values), reading
