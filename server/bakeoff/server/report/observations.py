"""Raw observations of a scenario, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from google.protobuf.proto import parse_length_prefixed

from bakeoff.server.statistics import quantile
from bakeoff.server.types import ScenarioEvidence
from bakeoff.v1 import ObservationBlock

END_TO_END = "end-to-end"
MODEL_ONLY = "model-only"

Nanoseconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Observations:
    """The blocks of one candidate in one scenario, in the order of rounds."""

    evidence: ScenarioEvidence
    blocks: tuple[ObservationBlock, ...]

    def latencies_ns(self, boundary: str) -> Nanoseconds:
        """Latency of every query over all blocks, sorted, in nanoseconds."""
        together = [ns for block in self.blocks for ns in block_latencies_ns(block, boundary)]
        return np.sort(np.asarray(together, dtype=np.int64))

    @property
    def query_count(self) -> int:
        """Queries over all blocks."""
        return sum(query_count(block) for block in self.blocks)


def read_observations(evidence: ScenarioEvidence) -> Observations:
    """Read the blocks that the evidence counts; what a crash left behind them is passed over."""
    if not evidence.positions:
        return Observations(evidence, ())
    file = BytesIO(evidence.observations_path.read_bytes())
    size = file.getbuffer().nbytes
    blocks: list[ObservationBlock] = []
    while file.tell() < size and len(blocks) < len(evidence.positions):
        blocks.append(parse_length_prefixed(ObservationBlock, file))
    return Observations(evidence, tuple(blocks))


def block_latencies_ns(block: ObservationBlock, boundary: str) -> Sequence[int]:
    """Latencies of a block in the order of its queries, in nanoseconds."""
    return block.end_to_end_ns if boundary == END_TO_END else block.model_only_ns


def query_count(block: ObservationBlock) -> int:
    """Queries of a block; where no query is timed on its own, each sample counts as one."""
    return len(block.end_to_end_ns) or block.sample_count


def samples_per_s(block: ObservationBlock) -> float:
    """Samples that ended in a block over the time it took, in samples per second."""
    return block.sample_count / (block.duration_ns / 1e9)


def span_s(block: ObservationBlock) -> float:
    """Time over which the queries of a block came and were answered, in seconds.

    An arrival takes the time until the next one, also the last, which may be answered sooner: with
    less, more would seem to be answered than was offered.
    """
    duration_s = block.duration_ns / 1e9
    if not block.offered_qps:
        return duration_s
    return max(duration_s, len(block.end_to_end_ns) / block.offered_qps)


def median_ns(block: ObservationBlock) -> float:
    """Median end-to-end latency of a block, one that was observed, in nanoseconds."""
    return quantile(sorted(block.end_to_end_ns), 0.5)
