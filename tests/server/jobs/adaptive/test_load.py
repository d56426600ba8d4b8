"""After a round of load, candidates are judged by what may be used of their measurements."""

from io import BytesIO
from pathlib import Path

import pytest
from google.protobuf.proto import serialize_length_prefixed

from bakeoff.server.jobs.adaptive.load import usable_figures
from bakeoff.server.selection import Outcome, check_constraint, parse_constraint
from bakeoff.server.types import Figure, ScenarioEvidence
from bakeoff.v1 import EvaluationSpec, ObservationBlock, Scenario, Server, ThreadLayout

_SCENARIO = "server:qps=50"
_BOUND = parse_constraint(f"latency_p50_ms@{_SCENARIO}<=20")


def _p50(path: Path, lateness_ms: int) -> Figure:
    """Of three rounds whose queries took 40 ms, some of that the load generator's."""
    written = BytesIO()
    for number in range(3):
        block = ObservationBlock(
            scenario=_SCENARIO,
            round=number,
            duration_ns=4 * 10**9,
            sample_count=200,
            end_to_end_ns=[40_000_000 + 1000 * (query * 77 % 200) for query in range(200)],
            lateness_ns=[lateness_ms * 1_000_000] * 200,
        )
        serialize_length_prefixed(block, written)
    path.write_bytes(written.getvalue())
    evidence = ScenarioEvidence(
        scenario=_SCENARIO,
        observations_path=path,
        layout=ThreadLayout(),
        positions=(0,) * 3,
        start_times_ns=(0,) * 3,
        warm_up_settled=True,
    )
    settings = Scenario(server=Server(poisson_qps=50))
    return usable_figures(evidence, settings, EvaluationSpec(), 0.95)[_BOUND.key]


@pytest.mark.parametrize(
    ("lateness_ms", "outcome"), [(0, Outcome.VIOLATED), (30, Outcome.UNDECIDED)]
)
def test_no_bound_is_broken_by_a_measurement_whose_load_generator_was_late(
    tmp_path: Path, lateness_ms: int, outcome: Outcome
) -> None:
    figure = _p50(tmp_path / "observations", lateness_ms)

    assert outcome is check_constraint(_BOUND, figure).outcome
    assert (outcome is Outcome.UNDECIDED) == (figure.value is None)
    assert (figure.interval is None) == (figure.value is None)
