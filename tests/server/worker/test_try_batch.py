"""Promises of trying a batch, in a process that has run nothing larger."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bakeoff.server.errors import CandidateError
from bakeoff.server.worker.device_memory import DeviceBefore
from bakeoff.server.worker.providers import device_named
from bakeoff.server.worker.try_batch import try_batch
from bakeoff.worker.v1 import BatchTried, Command, TryBatch

if TYPE_CHECKING:
    from conftest import WorkerProcess, Workshop

MIB = 1 << 20
FLOAT_BYTES = 4

StartWorker = Callable[..., "WorkerProcess"]


def tried(
    start_worker: StartWorker, workshop: "Workshop", batch_size: int, token_count: int
) -> BatchTried:
    worker = start_worker()
    graph = workshop.classifier()
    bundle = workshop.bundle(graph, workshop.manifest(graph, max_length=512))
    assert "loaded" == worker.load(bundle).WhichOneof("kind")
    command = TryBatch(batch_size=batch_size, token_count=token_count)
    event = worker.ask(Command(try_batch=command))
    assert "batch_tried" == event.WhichOneof("kind"), event
    return event.batch_tried


def test_the_peak_holds_what_the_batch_must_take(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    """Scores of attention are a batch of squares: 64 of 512 by 512 floats are 64 MiB."""
    one = tried(start_worker, workshop, 1, 512)
    many = tried(start_worker, workshop, 64, 512)
    scores_bytes = 64 * 512 * 512 * FLOAT_BYTES
    assert scores_bytes < many.peak_bytes - one.peak_bytes < 8 * scores_bytes
    assert "VmHWM of loading and running" == many.method


def test_longer_examples_take_more(start_worker: StartWorker, workshop: "Workshop") -> None:
    short = tried(start_worker, workshop, 64, 16)
    long = tried(start_worker, workshop, 64, 256)
    assert long.peak_bytes > short.peak_bytes + 8 * MIB


def test_the_same_batch_has_the_same_peak(start_worker: StartWorker, workshop: "Workshop") -> None:
    """Within 3 %, in fresh processes."""
    peaks = [tried(start_worker, workshop, 32, 128).peak_bytes for _ in range(3)]
    assert max(peaks) <= 1.03 * min(peaks)


def test_a_batch_that_does_not_fit_says_so_and_the_worker_lives(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    worker = start_worker(f"--memory-limit-bytes={1024 * MIB}")
    graph = workshop.classifier()
    bundle = workshop.bundle(graph, workshop.manifest(graph, max_length=512))
    assert "loaded" == worker.load(bundle).WhichOneof("kind")
    event = worker.ask(Command(try_batch=TryBatch(batch_size=2048, token_count=512)))
    assert "WORKER_OUT_OF_MEMORY" == event.failed.reason
    event = worker.ask(Command(try_batch=TryBatch(batch_size=1, token_count=16)))
    assert "batch_tried" == event.WhichOneof("kind")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (TryBatch(batch_size=0, token_count=8), "batch_size must be at least 1, got 0"),
        (TryBatch(batch_size=1, token_count=0), "token_count must be 1 to 32, got 0"),
        (TryBatch(batch_size=1, token_count=33), "token_count must be 1 to 32, got 33"),
    ],
)
def test_an_impossible_batch_is_refused(
    start_worker: StartWorker, workshop: "Workshop", command: TryBatch, said: str
) -> None:
    worker = start_worker()
    worker.load(workshop.bundle())
    event = worker.ask(Command(try_batch=command))
    assert ("INVALID_FIELD", said) == (event.failed.reason, event.failed.message)


def test_a_batch_needs_a_loaded_bundle(start_worker: StartWorker) -> None:
    event = start_worker().ask(Command(try_batch=TryBatch(batch_size=1, token_count=8)))
    assert "a bundle must be loaded first, none is" == event.failed.message


def test_a_graph_that_tokenises_itself_needs_no_length(
    start_worker: StartWorker, workshop: "Workshop"
) -> None:
    worker = start_worker()
    worker.load(workshop.text_bundle(column=True))
    event = worker.ask(Command(try_batch=TryBatch(batch_size=4)))
    assert event.batch_tried.peak_bytes > 0


def test_a_device_of_unknown_memory_fails_the_trial(
    workshop: "Workshop", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never the memory of the host in its place. The graph runs here, the device is pretended."""
    model = workshop.model()
    monkeypatch.setattr(model.session, "device", device_named("cuda:7"))
    with pytest.raises(CandidateError, match="the memory of cuda:7 is not known"):
        try_batch(model, 1, 8, DeviceBefore(used_bytes=0, process_count=0))
