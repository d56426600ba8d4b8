"""What was observed in a block, as it is told and as it is kept."""

import os
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.system import Run, Tally, stages
from bakeoff.v1 import ObservationBlock, StageTimes

# Fields with a value for each query or reading: kept in the file, and too large for an answer.
_PER_QUERY_FIELDS: Final = (
    "end_to_end_ns",
    "model_only_ns",
    "example_indices",
    "scheduled_ns",
    "lateness_ns",
    "batch_sizes",
    "token_counts",
    "stage_times",
    "memory_samples",
    "output_values",
)


def observed(setting: Setting, start_ns: int, duration_ns: int, tally: Tally) -> ObservationBlock:
    """A block with its times and the stages of its queries together."""
    return ObservationBlock(
        scenario=setting.scenario_id,
        round=setting.command.round,
        start_ns=start_ns,
        duration_ns=duration_ns,
        stage_ns=tally.stage_ns,
        token_count=tally.token_count,
        padded_token_count=tally.padded_token_count,
    )


def tally_of(runs: Iterable[Run]) -> Tally:
    """Stages and tokens of runs together. A run that answered several queries counts once."""
    tally = Tally()
    for run in {id(run): run for run in runs}.values():
        tally.add(run)
    return tally


def add_queries(block: ObservationBlock, runs: Sequence[Run], token_counts: Sequence[int]) -> None:
    """Add what the run of each query took, and the tokens of each query."""
    block.model_only_ns.extend(run.run_ns for run in runs)
    # Every input has a token; where the graph itself tokenises, none are known.
    if any(token_counts):
        block.token_counts.extend(token_counts)
    times = [stages(run) for run in runs]
    for stage in times[0] if times else ():
        durations_ns = [of_query[stage] for of_query in times]
        block.stage_times.append(StageTimes(stage=stage, durations_ns=durations_ns))


def append(path: Path, block: ObservationBlock) -> None:
    """Add a block to the end of a file, preceded by its length, and have it on the disk."""
    buffer = BytesIO()
    serialize_length_prefixed(block, buffer)
    with path.open("ab") as file:
        file.write(buffer.getvalue())
        file.flush()
        os.fsync(file.fileno())


def forget_queries(block: ObservationBlock) -> None:
    """Leave of a block what is of all its queries together."""
    for name in _PER_QUERY_FIELDS:
        block.ClearField(name)
