"""Evidence of made-up evaluations, and the report of one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from google.protobuf.proto import serialize_length_prefixed
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble, render_html
from bakeoff.server.report.observations import Observations, read_observations
from bakeoff.server.types import Evidence, ScenarioEvidence
from bakeoff.v1 import ObservationBlock, Pricing, Report, ThreadLayout, TrafficHistogram

from .bare_evidence import evidence_of_predictions
from .html_page import Page, read_page
from .load_evidence import EVERY_SCENARIO
from .slice_evidence import evidence_of_a_broken_part
from .whole_evidence import whole_evidence


@pytest.fixture(scope="session")
def make_evidence(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Evidence]:
    """A function that makes evidence; see `whole_evidence` for what can be set."""

    def make(**settings: object) -> Evidence:
        return whole_evidence(tmp_path_factory.mktemp("evidence"), **settings)

    return make


@pytest.fixture(scope="session")
def bare_evidence() -> Callable[..., Evidence]:
    """A function that makes evidence of predictions alone, for a head, labels and raw outputs."""
    return evidence_of_predictions


@pytest.fixture
def broken_evidence(bare_evidence: Callable[..., Evidence]) -> Evidence:
    """Three candidates: fp32, its int8 that fails in part 7 of 21, and a linear one, the baseline.

    Parts are a column; the length of a text is its part.
    """
    return evidence_of_a_broken_part(bare_evidence)


@pytest.fixture(scope="session")
def evidence(make_evidence: Callable[..., Evidence]) -> Evidence:
    """Six candidates of which one failed, both scenarios, two constraints."""
    return make_evidence()


@pytest.fixture(scope="session")
def create_time() -> Timestamp:
    return Timestamp(seconds=1_790_000_300)


@pytest.fixture(scope="session")
def report(evidence: Evidence, create_time: Timestamp) -> Report:
    """The report of `evidence`."""
    return assemble(evidence, create_time=create_time, bakeoff_version="0.1.0")


@pytest.fixture(scope="session")
def full_report(make_evidence: Callable[..., Evidence], create_time: Timestamp) -> Report:
    """The report of an evaluation that was asked for everything there is."""
    evidence = make_evidence(
        size=200,
        scenarios=EVERY_SCENARIO,
        constraints=(
            "latency_p99_ms@single-stream<=5ms",
            "latency_p99_ms@server:qps=50<=8ms",
            "peak_qps@peak-load>=100",
        ),
        metrics=("accuracy",),
        traffic=TrafficHistogram(max_token_counts=[16, 32, 64], weights=[1, 2, 7]),
        pricing=Pricing(price_per_hour_usd=0.4, wanted_samples_per_s=5000),
        fit_memory_bytes=1 << 30,
    )
    return assemble(evidence, create_time=create_time, bakeoff_version="0.1.0")


@pytest.fixture(scope="session")
def html(report: Report) -> str:
    return render_html(report)


@pytest.fixture(scope="session")
def page(html: str) -> Page:
    return read_page(html)


@pytest.fixture(scope="session")
def full_page(full_report: Report) -> Page:
    """The page of an evaluation that was asked for everything there is."""
    return read_page(render_html(full_report))


@pytest.fixture
def observe(tmp_path: Path) -> Callable[..., Observations]:
    """Write blocks to a file and read them back as evidence of a scenario."""

    def run(
        blocks: Sequence[ObservationBlock],
        scenario: str = "single-stream",
        *,
        settled: bool = True,
        counted: int | None = None,
        threads: int = 2,
        **found: object,
    ) -> Observations:
        path = tmp_path / "observations"
        with path.open("wb") as file:
            for block in blocks:
                serialize_length_prefixed(block, file)
        count = len(blocks) if counted is None else counted
        evidence = ScenarioEvidence(
            scenario=scenario,
            observations_path=path,
            layout=ThreadLayout(intra_op_thread_count=threads, caller_count=1),
            positions=tuple(range(count)),
            start_times_ns=tuple(1_000_000_000 * number for number in range(count)),
            warm_up_settled=settled,
            **found,
        )
        return read_observations(evidence)

    return run
