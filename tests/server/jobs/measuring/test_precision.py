"""How wide intervals are while observations are added to a file."""

import math
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.jobs.measuring.observed import ObservedBlocks
from bakeoff.server.jobs.measuring.precision import Precision
from bakeoff.v1 import ObservationBlock


def append(path: Path, *blocks: ObservationBlock) -> None:
    with path.open("ab") as file:
        for block in blocks:
            serialize_length_prefixed(block, file)


def offline(samples_per_s: int) -> ObservationBlock:
    return ObservationBlock(sample_count=samples_per_s, duration_ns=1_000_000_000)


def stream(*latencies_ns: int) -> ObservationBlock:
    return ObservationBlock(
        sample_count=len(latencies_ns), duration_ns=sum(latencies_ns), end_to_end_ns=latencies_ns
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "observations"


def test_blocks_are_read_as_they_are_added(path: Path) -> None:
    observed = ObservedBlocks(path)
    assert observed.added() == []
    append(path, offline(1), offline(2))
    assert observed.added() == [offline(1), offline(2)]
    assert observed.added() == []
    append(path, offline(3))
    assert observed.added() == [offline(3)]


def test_nothing_has_no_precision(path: Path) -> None:
    assert Precision(ObservedBlocks(path), 0.95).relative_half_width() == math.inf


def test_a_throughput_has_the_precision_of_its_rounds(path: Path) -> None:
    """Student's t of 90, 100, 110: 4.3027 * 10 / sqrt(3) around 100."""
    precision = Precision(ObservedBlocks(path), 0.95)
    append(path, offline(90))
    assert precision.relative_half_width() == math.inf
    append(path, offline(100), offline(110))
    assert precision.relative_half_width() == pytest.approx(0.2484, abs=1e-4)


def test_a_tail_has_no_precision_until_it_can_be_told(path: Path) -> None:
    precision = Precision(ObservedBlocks(path), 0.95)
    append(path, stream(*range(1, 299)))
    assert precision.relative_half_width() == math.inf


def test_a_tail_becomes_more_precise_with_more_queries(path: Path) -> None:
    precision = Precision(ObservedBlocks(path), 0.95)
    generator = np.random.default_rng(1)
    widths = []
    for count in (1_000, 10_000, 100_000):
        append(path, stream(*generator.integers(1_000_000, 2_000_000, count).tolist()))
        widths.append(precision.relative_half_width())
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.001


def test_the_tail_of_queries_that_waited_for_each_other_is_told_less_precisely(path: Path) -> None:
    """Latencies that wander are worth fewer than as many that were drawn one by one."""
    generator = np.random.default_rng(2)
    wandering = 10_000_000 + 10_000 * np.abs(np.cumsum(generator.normal(size=(10, 2_000)), axis=1))
    alone, waiting = path.with_name("alone"), path.with_name("waiting")
    for latencies in wandering.astype(np.int64).tolist():
        append(alone, stream(*latencies))
        block = stream(*latencies)
        block.scheduled_ns.extend(range(len(latencies)))
        append(waiting, block)
    widths = [
        Precision(ObservedBlocks(one), 0.95).relative_half_width() for one in (alone, waiting)
    ]
    assert widths[0] < widths[1]
