"""A measurement says whether it can be trusted, and nobody uses one that cannot."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf.proto import serialize_length_prefixed
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.messages import result_figures
from bakeoff.server.report.observations import Observations
from bakeoff.server.types import Evidence
from bakeoff.v1 import (
    CandidateResult,
    ConstraintResult,
    ObservationBlock,
    Scenario,
    Selection,
    Server,
    Validity,
)

from .load_evidence import SERVER

_MS = 1_000_000
_SETTINGS = Scenario(server=Server(poisson_qps=50))


def _block(latency_ms: float, late_ms: float, late_count: int = 20) -> ObservationBlock:
    """A thousand queries, of which some were sent late."""
    return ObservationBlock(
        duration_ns=20_000 * _MS,
        sample_count=1000,
        end_to_end_ns=[int(latency_ms * _MS)] * 1000,
        lateness_ns=[10_000] * (1000 - late_count) + [int(late_ms * _MS)] * late_count,
        offered_qps=50,
    )


@pytest.mark.parametrize(
    ("latency_ms", "late_ms", "late_count", "state"),
    [
        (5, 0.9, 20, Validity.STATE_VALID),
        (5, 1.1, 20, Validity.STATE_INVALID),
        (20, 1.9, 20, Validity.STATE_VALID),
        (20, 2.1, 20, Validity.STATE_INVALID),
        (5, 9.0, 9, Validity.STATE_VALID),
    ],
)
def test_a_generator_late_by_a_millisecond_and_a_tenth_of_the_latency_makes_it_invalid(
    observe: Callable[..., Observations],
    latency_ms: float,
    late_ms: float,
    late_count: int,
    state: Validity.State.ValueType,
) -> None:
    observations = observe([_block(latency_ms, late_ms, late_count)], "server:qps=50")

    assert state == scenario_result(observations, _SETTINGS, 0.95).validity.state


def test_lateness_is_told_over_all_rounds(observe: Callable[..., Observations]) -> None:
    blocks = [_block(5, 0.1), _block(5, 2.5, late_count=30), _block(5, 0.1)]

    validity = scenario_result(observe(blocks, "server:qps=50"), _SETTINGS, 0.95).validity

    assert Validity.STATE_VALID == validity.state


def test_queries_that_were_given_up_make_it_invalid(observe: Callable[..., Observations]) -> None:
    block = _block(5, 0.1)
    block.batch_sizes.extend([1] * 998)

    validity = scenario_result(observe([block], "server:qps=50"), _SETTINGS, 0.95).validity

    assert Validity.STATE_INVALID == validity.state
    assert validity.reasons[0].startswith("2 queries had no answer when the block ended")


def test_where_every_query_was_given_up_the_measurement_is_invalid(
    observe: Callable[..., Observations],
) -> None:
    """Not one run of the graph ended in time, so that no size of a batch is known either."""
    block = _block(5, 0.1)
    block.sample_count = 0

    validity = scenario_result(observe([block], "server:qps=50"), _SETTINGS, 0.95).validity

    assert Validity.STATE_INVALID == validity.state
    assert validity.reasons[0].startswith("1,000 queries had no answer when the block ended")


def test_the_reason_says_how_late_the_generator_was(
    observe: Callable[..., Observations],
) -> None:
    blocks = [_block(5, 0.1), _block(5, 2.5, late_count=40), _block(5, 0.1)]

    validity = scenario_result(observe(blocks, "server:qps=50"), _SETTINGS, 0.95).validity

    assert Validity.STATE_INVALID == validity.state
    assert "late by 2.50 ms at the 99th percentile" in validity.reasons[0]


def test_figures_of_an_invalid_measurement_are_shown_and_not_used(
    observe: Callable[..., Observations],
) -> None:
    result = scenario_result(observe([_block(5, 2.5)], "server:qps=50"), _SETTINGS, 0.95)

    kept = {figure.id: figure.value for figure in result.figures}
    used = {figure.id: figure for figure in result_figures(CandidateResult(scenarios=[result]))}

    assert 5.0 == kept["latency_p99_ms"]
    assert used["latency_p99_ms"].value is None
    assert "the measurement is invalid" == used["latency_p99_ms"].absent_reason
    assert "needs 1,995 more observations" == used["latency_p99_9_ms"].absent_reason


def _with_late_second(evidence: Evidence, path: Path) -> Evidence:
    """The evidence, with a load generator that was late for the second candidate."""
    second = evidence.candidates[1]
    with path.open("wb") as file:
        for number in range(5):
            block = _block(5, 2.5)
            block.round = number
            serialize_length_prefixed(block, file)
    late = replace(second.scenarios["server:qps=50"], observations_path=path)
    second = replace(second, scenarios={"server:qps=50": late})
    return replace(evidence, candidates=[evidence.candidates[0], second, *evidence.candidates[2:]])


def test_an_invalid_measurement_decides_no_constraint_and_enters_no_ratio(
    make_evidence: Callable[..., Evidence], create_time: Timestamp, tmp_path: Path
) -> None:
    evidence = _with_late_second(
        make_evidence(
            size=60,
            scenarios=[SERVER],
            constraints=["latency_p99_ms<=500"],
            metrics=("accuracy",),
        ),
        tmp_path / "late",
    )
    second = evidence.candidates[1]

    report = assemble(evidence, create_time=create_time, bakeoff_version="0.1.0")

    outcome = report.selection.candidates[1].constraints[0].outcome
    assert ConstraintResult.OUTCOME_UNDECIDED == outcome
    assert second.candidate.name not in {ratio.candidate for ratio in report.cost_ratios}
    assert any("measurement of nano.fp32 is invalid" in warning for warning in report.warnings)


def test_an_invalid_measurement_decides_no_objective(
    make_evidence: Callable[..., Evidence], create_time: Timestamp, tmp_path: Path
) -> None:
    """Its latency is not known, so that it may be the best of all."""
    evidence = _with_late_second(
        make_evidence(
            size=60, scenarios=[SERVER], objectives=["min:latency_p50_ms"], metrics=("accuracy",)
        ),
        tmp_path / "late",
    )

    selection = assemble(evidence, create_time=create_time, bakeoff_version="0.1.0").selection

    assert Selection.STATE_UNDECIDED == selection.state
    missing = "is not known of nano.fp32 (the measurement is invalid), and tells nothing"
    assert f"{missing}; measuring again would decide." in (selection.summary)
    assert [] == [one for one in selection.candidates if one.rank_probabilities]
