"""Promises of load without a pause with memory read all along, and of a leak that it finds."""

import itertools
import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.proto import parse_length_prefixed
from scipy import stats

from bakeoff.server.errors import InvalidExampleError, InvalidFieldError
from bakeoff.server.worker.blocks.spool import Spool
from bakeoff.server.worker.encoding import Encoded, Encoder
from bakeoff.server.worker.examples import ExampleFile
from bakeoff.server.worker.load.soak import SoakBlock, soak
from bakeoff.server.worker.load.system_under_test import Bounds
from bakeoff.server.worker.measure import Measurer
from bakeoff.server.worker.memory import own_memory
from bakeoff.server.worker.model import Answer, Answering
from bakeoff.server.worker.rotation import Rotations
from bakeoff.v1 import ObservationBlock, Scenario, Soak
from bakeoff.worker.v1 import Measure

if TYPE_CHECKING:
    from conftest import Workshop

KIB = 1 << 10
MIB = 1 << 20
LEAK_BYTES = 16 * KIB
STAGES = ("tokenise", "copy-in", "run", "copy-out", "decode")


class NullSystem:
    """Answers at once; sample 1 cannot be answered. Writes down what it is asked."""

    def __init__(self) -> None:
        self.story: list[tuple[str, int]] = []

    def query(self, sample: int) -> int:
        return sample

    def answer(self, queries: Sequence[int]) -> list[int | None]:
        (sample,) = queries
        self.story.append(("asked", sample))
        return [None if sample == 1 else 10 * sample]

    def query_ended(self, sample: int, latency_ns: int, answer: int) -> None:
        assert latency_ns >= 0
        assert 10 * sample == answer
        self.story.append(("ended", sample))

    def memory_due(self, elapsed_ns: int, query_count: int) -> None:
        assert elapsed_ns >= 0
        self.story.append(("memory", query_count))


def soaked(interval_ns: int, query_count: int = 3) -> tuple[NullSystem, SoakBlock]:
    system = NullSystem()
    bounds = Bounds(0, min_query_count=query_count, max_duration_ns=60_000_000_000)
    return system, soak(system, itertools.cycle([0, 1, 2]), bounds, interval_ns, system)


def test_memory_is_read_at_both_ends_and_between_queries() -> None:
    """A query without an answer is not counted, and memory is read after it all the same."""
    system, block = soaked(interval_ns=1)
    assert [
        ("memory", 0),
        ("asked", 0),
        ("ended", 0),
        ("memory", 1),
        ("asked", 1),
        ("memory", 1),
        ("asked", 2),
        ("ended", 2),
        ("memory", 2),
        ("asked", 0),
        ("ended", 0),
        ("memory", 3),
        ("memory", 3),
    ] == system.story
    assert 3 == block.query_count


def test_memory_is_not_read_before_its_interval() -> None:
    system, _ = soaked(interval_ns=60_000_000_000, query_count=500)
    assert [0, 500] == [count for kind, count in system.story if kind == "memory"]


def test_rows_come_back_from_the_disk_in_their_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 3)
    for row in range(5000):
        spool.add(row, -row, 1 << 62)
    first, second, third = spool.columns().tolist()
    spool.close()
    assert list(range(5000)) == first
    assert [-row for row in range(5000)] == second
    assert {1 << 62} == set(third)
    assert [] == list(tmp_path.iterdir())


def test_keeping_rows_takes_no_memory(tmp_path: Path) -> None:
    """Four million numbers would be 32 MiB."""
    spool = Spool(tmp_path, 8)
    before = own_memory()
    for row in range(1 << 19):
        spool.add(row, row, row, row, row, row, row, row)
    after = own_memory()
    spool.close()
    assert after.unbacked_bytes - before.unbacked_bytes < MIB


def test_memory_of_its_own_has_no_pages_of_files(tmp_path: Path) -> None:
    """What is mapped of a file is resident, and goes when the kernel wants it back."""
    path = tmp_path / "file"
    path.write_bytes(bytes(16 * MIB))
    before = own_memory()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert 0 == sum(mapped[:: mmap.PAGESIZE])
        after = own_memory()
    assert after.resident_bytes - before.resident_bytes > 15 * MIB
    assert after.unbacked_bytes - before.unbacked_bytes < MIB


class LeakyModel:
    """A real model that keeps as many bytes of each batch for ever."""

    def __init__(self, model: Answering, leak_bytes: int) -> None:
        self._model = model
        self._leak_bytes = leak_bytes
        self._kept: list[mmap.mmap] = []

    @property
    def encoder(self) -> Encoder:
        return self._model.encoder

    def answer(self, batch: Sequence[Encoded]) -> Answer:
        if self._leak_bytes:
            memory = mmap.mmap(-1, self._leak_bytes)
            memory[:: mmap.PAGESIZE] = bytes(self._leak_bytes // mmap.PAGESIZE)
            self._kept.append(memory)
        return self._model.answer(batch)


def blocks_of(
    workshop: "Workshop", model: Answering, texts: list[str], **command: object
) -> Iterator[ObservationBlock]:
    """Three blocks of a soak, from their file."""
    measurer = Measurer(model, Rotations())
    observations = workshop.folder / "observations"
    examples = ExampleFile(workshop.inputs(texts))
    for number in range(3):
        whole = {
            "scenario": Scenario(soak=Soak(reading_interval=Duration(nanos=4_000_000))),
            "min_query_count": 1500,
            "max_duration_ns": 60_000_000_000,
            "seed": 5,
            "warm_up": number == 0,
            "round": number,
        }
        measured = measurer.measure(
            examples,
            Measure(observations_path=str(observations), **{**whole, **command}),
        )
        assert not measured.block.memory_samples
    with observations.open("rb") as file:
        while (block := parse_length_prefixed(ObservationBlock, file)) is not None:
            yield block


def slope_bytes(block: ObservationBlock) -> float:
    """Bytes a query, by Theil and Sen."""
    counts = [sample.query_count for sample in block.memory_samples]
    memory = [sample.uss_bytes for sample in block.memory_samples]
    return float(stats.theilslopes(memory, counts).slope)


def test_a_leak_of_known_size_is_found_within_3_percent(workshop: "Workshop") -> None:
    model = LeakyModel(workshop.model(), LEAK_BYTES)
    slopes = [slope_bytes(block) for block in blocks_of(workshop, model, workshop.sentences(200))]
    assert pytest.approx(LEAK_BYTES, rel=0.03) == np.median(slopes)


def test_a_sound_model_has_no_leak(workshop: "Workshop") -> None:
    """Nor does the engine add one of its own: 16 bytes a query at most."""
    model = LeakyModel(workshop.model(), 0)
    slopes = [slope_bytes(block) for block in blocks_of(workshop, model, workshop.sentences(200))]
    assert abs(np.median(slopes)) <= 16


def test_a_block_holds_every_query_and_every_reading(workshop: "Workshop") -> None:
    texts = ["w1", "x" * 1_000_001, *workshop.sentences(20)]
    blocks = list(blocks_of(workshop, workshop.model(), texts, min_query_count=50))
    assert [0, 1, 2] == [block.round for block in blocks]
    for block in blocks:
        assert "soak" == block.scenario
        assert 50 == block.sample_count == len(block.end_to_end_ns) == len(block.example_indices)
        assert 50 == len(block.model_only_ns) == len(block.token_counts)
        assert 1 not in block.example_indices
        assert STAGES == tuple(times.stage for times in block.stage_times)
        whole = {times.stage: sum(times.durations_ns) for times in block.stage_times}
        assert whole == dict(block.stage_ns)
        assert list(block.model_only_ns) == list(block.stage_times[2].durations_ns)
        assert sum(block.token_counts) == block.token_count == block.padded_token_count
        assert sum(whole.values()) <= sum(block.end_to_end_ns) <= block.duration_ns
        first, *_, last = block.memory_samples
        assert (0, 0, 50) == (first.elapsed_ns, first.query_count, last.query_count)
        assert last.elapsed_ns <= block.duration_ns
        assert all(0 < one.uss_bytes < one.rss_bytes for one in block.memory_samples)


def test_a_graph_that_tokenises_itself_has_no_token_counts(workshop: "Workshop") -> None:
    model = workshop.model(workshop.text_bundle(column=False))
    blocks = blocks_of(workshop, model, ["warm", "cold"], min_query_count=20)
    assert [[], [], []] == [list(block.token_counts) for block in blocks]


def test_a_set_without_any_input_cannot_be_soaked(workshop: "Workshop") -> None:
    texts = ["x" * 1_000_001]
    with pytest.raises(InvalidExampleError, match="no example of the set"):
        list(blocks_of(workshop, workshop.model(), texts, max_duration_ns=5_000_000, warm_up=False))


def test_readings_need_an_interval(workshop: "Workshop") -> None:
    said = "soak.reading_interval must be positive, got 0 ns"
    with pytest.raises(InvalidFieldError, match=said):
        list(blocks_of(workshop, workshop.model(), ["w1"], scenario=Scenario(soak=Soak())))
