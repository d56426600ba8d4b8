"""A block of `soak`."""

import gc
from contextlib import closing
from pathlib import Path
from typing import Final

from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.worker import memory
from bakeoff.server.worker.blocks.observation import observed
from bakeoff.server.worker.blocks.setting import Setting
from bakeoff.server.worker.blocks.spool import Spool
from bakeoff.server.worker.blocks.warming import warm_queries
from bakeoff.server.worker.load.soak import soak
from bakeoff.server.worker.system import QueryAnswer, Run, ServedModel, Tally, stages
from bakeoff.v1 import ObservationBlock
from bakeoff.worker.v1 import Measured

_FIELDS: Final = Run._fields
# Number of the field of a run that each stage is in.
_STAGES: Final = stages(Run(*range(len(_FIELDS))))


def measure_soak(setting: Setting) -> Measured:
    """One example a query, the next when the last one ends; memory is read between queries.

    Garbage is collected as ever: what only a collection gives back is no leak.
    """
    interval_ns = setting.command.scenario.soak.reading_interval.ToNanoseconds()
    if interval_ns < 1:
        message = f"soak.reading_interval must be positive, got {interval_ns} ns"
        raise InvalidFieldError(message)
    measured = Measured()
    system = ServedModel(setting.model, setting.examples)
    if setting.command.warm_up:
        warm_queries(measured, system, setting, [1])
    gc.collect()
    with closing(_Journal(Path(setting.command.observations_path).parent)) as journal:
        block = soak(system, setting.samples(), setting.bounds, interval_ns, journal)
        tally = journal.tally()
        measured.block.CopyFrom(observed(setting, block.start_ns, block.duration_ns, tally))
        measured.block.sample_count = block.query_count
        journal.add_to(measured.block)
    return measured


class _Journal:
    """What happens in a block, on the disk."""

    def __init__(self, folder: Path) -> None:
        # Sample and latency, then the run of the query; its tokens are the example's.
        self._queries = Spool(folder, 2 + len(Run._fields))
        self._readings = Spool(folder, 4)

    def query_ended(self, sample: int, latency_ns: int, answer: QueryAnswer) -> None:
        """Keep the query and its run."""
        self._queries.add(sample, latency_ns, *answer.run)

    def memory_due(self, elapsed_ns: int, query_count: int) -> None:
        """Read memory, and keep it."""
        found = memory.own_memory()
        self._readings.add(elapsed_ns, query_count, found.unbacked_bytes, found.resident_bytes)

    def tally(self) -> Tally:
        """Stages and tokens of all runs together."""
        tally = Tally()
        tally.add(Run(*self._queries.columns()[2:].sum(axis=1).tolist()))
        return tally

    def add_to(self, block: ObservationBlock) -> None:
        """Add every query and every reading."""
        samples, latencies_ns, *runs = self._queries.columns()
        block.example_indices.extend(samples.tolist())
        block.end_to_end_ns.extend(latencies_ns.tolist())
        block.model_only_ns.extend(runs[_FIELDS.index("run_ns")].tolist())
        token_counts = runs[_FIELDS.index("token_count")]
        # Every input has a token; where the graph itself tokenises, none are known.
        if token_counts.any():
            block.token_counts.extend(token_counts.tolist())
        for stage, field in _STAGES.items():
            block.stage_times.add(stage=stage, durations_ns=runs[field].tolist())
        for elapsed_ns, query_count, unbacked_bytes, resident_bytes in self._readings.columns().T:
            block.memory_samples.add(
                elapsed_ns=elapsed_ns,
                query_count=query_count,
                uss_bytes=unbacked_bytes,
                rss_bytes=resident_bytes,
            )

    def close(self) -> None:
        """Let the files go."""
        self._queries.close()
        self._readings.close()
