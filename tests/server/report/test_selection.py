"""The answer of a whole report carries what it rests on, and comes out the same each time."""

from collections.abc import Callable

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.report import assemble
from bakeoff.server.types import Evidence
from bakeoff.v1 import CandidateSelection, ConstraintResult, Report

_CONSTRAINTS = (
    "accuracy >= baseline - 1pt",
    "error_rate <= 1.2 x baseline",
    "latency_p50_ms@single-stream <= 3 x baseline",
    "host_peak_mib<=135",
)
_FRONTIER = ("accuracy", "latency_p99_ms@single-stream", "host_peak_mib")


@pytest.fixture(scope="module")
def asked(make_evidence: Callable[..., Evidence]) -> Evidence:
    """Six candidates, bounds against one of them, a weighted objective, three frontier figures."""
    evidence = make_evidence(
        size=800, constraints=_CONSTRAINTS, metrics=("accuracy", "error_rate", "f1.macro")
    )
    evidence.spec.baseline = "candidates/tiny.fp32"
    evidence.spec.objectives[:] = [
        "max:f1.macro - 0.01*latency_p99_ms",
        "min:host_peak_mib within 5%",
    ]
    evidence.spec.frontier_figures[:] = _FRONTIER
    return evidence


@pytest.fixture(scope="module")
def answered(asked: Evidence, create_time: Timestamp) -> Report:
    return assemble(asked, create_time=create_time, bakeoff_version="0.1.0")


def _of(report: Report, name: str) -> CandidateSelection:
    return next(one for one in report.selection.candidates if one.candidate.endswith(name))


def test_the_answer_says_its_rate_of_error_its_figures_and_its_resamples(answered: Report) -> None:
    selection = answered.selection

    asked_for = answered.spec.statistics.resample_count
    assert (0.05, asked_for) == (selection.error_rate, selection.resample_count)
    assert _FRONTIER == tuple(selection.frontier_figures)


def test_a_bound_against_the_baseline_carries_what_was_set_against_it(answered: Report) -> None:
    accuracy, errors, latency, memory = _of(answered, "tiny.int8-dynamic").constraints

    assert [
        ConstraintResult.RELATION_DIFFERENCE,
        ConstraintResult.RELATION_RATIO,
        ConstraintResult.RELATION_RATIO,
        ConstraintResult.RELATION_VALUE,
    ] == [one.relation for one in (accuracy, errors, latency, memory)]
    assert ["tango-score", "paired-ratio-score", "t-of-log-ratios", ""] == [
        one.relation_interval.method for one in (accuracy, errors, latency, memory)
    ]
    # Six candidates, four constraints.
    assert pytest.approx(1 - 0.05 / 6) == accuracy.relation_interval.level
    assert pytest.approx(accuracy.figure.value - accuracy.bound) == accuracy.slack
    assert pytest.approx(135 - memory.figure.value) == memory.slack


def test_probabilities_are_shares_that_agree_with_each_other(answered: Report) -> None:
    found = [one for one in answered.selection.candidates if one.rank_probabilities]

    assert len(found) == 5
    for one in found:
        assert pytest.approx(one.qualification_probability) == sum(one.rank_probabilities)
        assert one.frontier_probability <= one.qualification_probability
    assert sum(one.rank_probabilities[0] for one in found) <= 1 + 1e-9
    failed = _of(answered, "tiny.fp16")
    assert not failed.HasField("qualification_probability")
    assert not failed.HasField("frontier_probability")


def test_each_candidate_has_the_figures_of_its_objectives(answered: Report) -> None:
    utility, memory = _of(answered, "tiny.int8-dynamic").objectives
    quality = {one.id: one.value for one in answered.candidates[4].quality}
    latency = next(
        figure.value
        for scenario in answered.candidates[4].scenarios
        for figure in scenario.figures
        if (figure.id, figure.scenario) == ("latency_p99_ms", "single-stream")
    )

    assert ("utility", "host_peak_mib") == (utility.id, memory.id)
    assert pytest.approx(quality["f1.macro"] - 0.01 * latency) == utility.value
    assert utility.interval.lower < utility.value < utility.interval.upper


def test_everyone_but_the_leader_is_told_why_not_and_what_would_change(answered: Report) -> None:
    for one in answered.selection.candidates:
        leads = one.candidate == answered.selection.recommended
        assert leads == (not one.why_not)
        assert bool(one.what_would_change) == (
            not leads and not one.why_not.startswith("It failed")
        )


def test_the_same_evidence_and_seed_give_the_same_bytes(
    asked: Evidence, answered: Report, create_time: Timestamp
) -> None:
    again = assemble(asked, create_time=create_time, bakeoff_version="0.1.0")

    assert answered.SerializeToString(deterministic=True) == again.SerializeToString(
        deterministic=True
    )
