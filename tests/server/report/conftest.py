"""Evidence of made-up evaluations, and the report of one."""

from collections.abc import Callable

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble
from bakeoff.server.types import Evidence
from bakeoff.v1 import Report

from .bare_evidence import evidence_of_predictions
from .whole_evidence import whole_evidence


@pytest.fixture(scope="session")
def make_evidence(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Evidence]:
    """A function that makes evidence; see `whole_evidence` for what can be set."""

    def make(**settings: object) -> Evidence:
        return whole_evidence(tmp_path_factory.mktemp("evidence"), **settings)  # type: ignore[arg-type] # passed on as they come

    return make


@pytest.fixture(scope="session")
def bare_evidence() -> Callable[..., Evidence]:
    """A function that makes evidence of predictions alone, for a head, labels and raw outputs."""
    return evidence_of_predictions


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
