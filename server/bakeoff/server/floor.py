"""What the measurement engine itself costs, on a model that does nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bakeoff.server.jobs.supervisor import WorkerLaunch, WorkerProcess
from bakeoff.server.scenarios import MULTI_STREAM, OFFLINE, SERVER, SINGLE_STREAM, kind_of
from bakeoff.server.statistics import quantile
from bakeoff.v1 import ObservationBlock
from bakeoff.worker.v1 import Command, MeasureFloor

# A 99th percentile needs 299 queries.
_DURATION_NS: Final = 500_000_000
_QPS: Final = 1000.0
_DEADLINE_S: Final = 120.0
_NS_PER_MS: Final = 1e6


@dataclass(frozen=True, slots=True)
class Floor:
    """Latencies that a model which answers at once is told to have, in milliseconds.

    No candidate can be told to be faster. Lateness is that of the load generator at `server_qps`.
    """

    single_stream_p50_ms: float
    single_stream_p99_ms: float
    multi_stream_p50_ms: float
    multi_stream_p99_ms: float
    server_qps: float
    server_p50_ms: float
    server_p99_ms: float
    lateness_p50_ms: float
    lateness_p99_ms: float
    offline_samples_per_s: float

    def as_json(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    def as_lines(self) -> list[str]:
        """As a person reads it."""
        server = f"server at {self.server_qps:g} arrivals a second"
        return [
            "what measuring itself costs, with a model that does nothing",
            f"  single-stream {_latency(self.single_stream_p50_ms, self.single_stream_p99_ms)}",
            f"  multi-stream {_latency(self.multi_stream_p50_ms, self.multi_stream_p99_ms)}",
            f"  {server} {_latency(self.server_p50_ms, self.server_p99_ms)}",
            f"  its lateness {_latency(self.lateness_p50_ms, self.lateness_p99_ms)}",
            f"  offline {self.offline_samples_per_s:,.0f} samples a second",
        ]


async def measure_floor(home_path: Path) -> Floor:
    """Measure in a worker process whose home is the private folder `home_path`.

    Raises what a worker process raises.
    """
    worker = await WorkerProcess.start(WorkerLaunch(home_path))
    try:
        command = MeasureFloor(duration_ns=_DURATION_NS, qps=_QPS)
        event = await worker.request(Command(measure_floor=command), _DEADLINE_S)
    finally:
        await worker.close()
    blocks = {kind_of(block.scenario): block for block in event.floor_measured.blocks}
    single, multi = blocks[SINGLE_STREAM], blocks[MULTI_STREAM]
    server, offline = blocks[SERVER], blocks[OFFLINE]
    return Floor(
        single_stream_p50_ms=_ms(single.end_to_end_ns, 0.5),
        single_stream_p99_ms=_ms(single.end_to_end_ns, 0.99),
        multi_stream_p50_ms=_ms(multi.end_to_end_ns, 0.5),
        multi_stream_p99_ms=_ms(multi.end_to_end_ns, 0.99),
        server_qps=_QPS,
        server_p50_ms=_ms(server.end_to_end_ns, 0.5),
        server_p99_ms=_ms(server.end_to_end_ns, 0.99),
        lateness_p50_ms=_ms(server.lateness_ns, 0.5),
        lateness_p99_ms=_ms(server.lateness_ns, 0.99),
        offline_samples_per_s=_rate_per_s(offline),
    )


def _latency(p50_ms: float, p99_ms: float) -> str:
    return f"p50 {p50_ms:.3f} ms, p99 {p99_ms:.3f} ms"


def _ms(durations_ns: Sequence[int], share: float) -> float:
    return quantile(sorted(durations_ns), share) / _NS_PER_MS


def _rate_per_s(block: ObservationBlock) -> float:
    return block.sample_count / block.duration_ns * 1e9
