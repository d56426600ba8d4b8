"""Reports of made-up evaluations, as a gate sees them."""

from collections.abc import Mapping, Sequence

from google.rpc import code_pb2, status_pb2

from bakeoff import v1

MET = v1.ConstraintResult.OUTCOME_MET
VIOLATED = v1.ConstraintResult.OUTCOME_VIOLATED
UNDECIDED = v1.ConstraintResult.OUTCOME_UNDECIDED

BASE, SMALL, TINY = "candidates/base.fp32", "candidates/small.int8", "candidates/tiny.int8"
ACCURATE, QUICK = "accuracy >= baseline - 0.5pt", "latency_p99_ms@single-stream <= 20"

Outcomes = Mapping[str, Mapping[str, v1.ConstraintResult.Outcome.ValueType]]
HOLDING: Outcomes = {name: {ACCURATE: MET, QUICK: MET} for name in (BASE, SMALL, TINY)}


def made_report(
    outcomes: Outcomes = HOLDING,
    *,
    state: v1.Selection.State.ValueType = v1.Selection.STATE_RECOMMENDED,
    recommended: str = SMALL,
    slices: Sequence[str] = (),
    deltas: Sequence[v1.SliceDelta] = (),
    failed: str = "",
) -> v1.Report:
    """A report of the candidates of `outcomes`, the first of which is the baseline."""
    report = v1.Report(
        evaluation="evaluations/e1",
        spec=v1.EvaluationSpec(candidates=outcomes),
        candidates=[v1.CandidateResult(candidate=v1.Candidate(name=name)) for name in outcomes],
        selection=v1.Selection(
            state=state,
            recommended=recommended,
            summary="Deploy small.int8.",
            candidates=[
                v1.CandidateSelection(candidate=name, constraints=constraint_results(found))
                for name, found in outcomes.items()
            ],
        ),
        slices=[v1.Slice(id=one) for one in slices],
        slice_deltas=deltas,
    )
    for result in report.candidates:
        if result.candidate.name == failed:
            result.error.CopyFrom(status_pb2.Status(code=code_pb2.ABORTED, message="it crashed"))
    return report


def constraint_results(
    found: Mapping[str, v1.ConstraintResult.Outcome.ValueType],
) -> list[v1.ConstraintResult]:
    """Results with a word of explanation each."""
    words = {MET: "It holds.", VIOLATED: "86.1 % is too little.", UNDECIDED: "It is not told."}
    return [
        v1.ConstraintResult(expression=expression, outcome=outcome, explanation=words[outcome])
        for expression, outcome in found.items()
    ]


def delta(
    candidate: str,
    part: str,
    outcome: v1.SliceDelta.Outcome.ValueType = v1.SliceDelta.OUTCOME_BROKEN,
    values: tuple[float, float] | None = (0.71, 0.8),
) -> v1.SliceDelta:
    """How a slice fares under a candidate and under the baseline."""
    made = v1.SliceDelta(
        candidate=candidate,
        reference=BASE,
        slice=part,
        figure_id="accuracy",
        outcome=outcome,
        p_value=0.01,
    )
    if values is not None:
        made.candidate_value, made.reference_value = values
    return made
