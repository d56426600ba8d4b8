"""Everything that an evaluation found, gathered from what is stored. No model runs."""

from google.protobuf.struct_pb2 import ListValue
from google.rpc.status_pb2 import Status

from bakeoff.server import types
from bakeoff.server.jobs.findings import Findings
from bakeoff.server.jobs.machine.environment import merged
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.store import Store
from bakeoff.v1 import (
    BatchSensitivity,
    Candidate,
    ColdStart,
    EarlyStop,
    Environment,
    EvaluationSpec,
    MemoryFit,
    MemoryLedger,
    PeakLoadSearch,
    Placement,
    Prediction,
    PredictionPass,
    ScenarioResult,
    Target,
)
from bakeoff.worker.v1 import Measured


def gather(store: Store, evaluation: str, spec: EvaluationSpec) -> types.Evidence:
    """Gather what an evaluation has stored, to be scored as a spec asks.

    `spec` has its defaults filled in; its candidates and scenarios are those of the evaluation,
    or some of them. Predictions count only when all are there. Blocks. Raises NotFoundError, and
    CorruptStoreError when what is stored is damaged.
    """
    findings = Findings(store, evaluation)
    evaluation_set = store.evaluation_set_of(evaluation)
    target = findings.get(Target) or Target(name=spec.target)
    scenarios = [scenario_id(scenario) for scenario in spec.scenarios]
    environments = [findings.get(Environment, scenario=name) for name in scenarios]
    candidates = {candidate.name: candidate for candidate in store.candidates_of(evaluation)}
    return types.Evidence(
        evaluation=evaluation,
        spec=spec,
        evaluation_set=evaluation_set,
        target=target,
        environment=merged([one for one in environments if one is not None], target.fingerprint),
        keys=store.keys(evaluation_set.name),
        texts=store.texts(evaluation_set.name),
        candidates=[
            _candidate_evidence(findings, candidates[name], scenarios, evaluation_set.example_count)
            for name in spec.candidates
        ],
    )


def _candidate_evidence(
    findings: Findings, candidate: Candidate, scenarios: list[str], example_count: int
) -> types.CandidateEvidence:
    name = candidate.name
    predictions: list[Prediction] = list(findings.store.predictions(findings.evaluation, name))
    complete = len(predictions) == example_count
    early_stop = findings.get(EarlyStop, candidate=name)
    measured = {scenario: _scenario_evidence(findings, name, scenario) for scenario in scenarios}
    return types.CandidateEvidence(
        candidate=candidate,
        error=findings.get(Status, candidate=name),
        predictions=predictions if complete else (),
        prediction_pass=findings.get(PredictionPass, candidate=name) if complete else None,
        batch_sensitivity=findings.get(BatchSensitivity, candidate=name),
        cold_start=findings.get(ColdStart, candidate=name),
        memory=findings.get(MemoryLedger, candidate=name),
        memory_fit=findings.get(MemoryFit, candidate=name),
        placement=findings.get(Placement, candidate=name),
        scenarios={scenario: one for scenario, one in measured.items() if one is not None},
        # What came back into play has an empty one.
        early_stop=early_stop if early_stop is not None and early_stop.stage else None,
    )


def _scenario_evidence(
    findings: Findings, candidate: str, scenario: str
) -> types.ScenarioEvidence | None:
    result = findings.get(ScenarioResult, candidate=candidate, scenario=scenario)
    first = findings.get(Measured, candidate=candidate, scenario=scenario)
    if result is None or first is None:
        return None
    shortfalls = findings.get(ListValue, candidate=candidate, scenario=scenario) or ListValue()
    search = findings.get(PeakLoadSearch, candidate=candidate, scenario=scenario)
    return types.ScenarioEvidence(
        scenario=scenario,
        observations_path=findings.store.observations_path(
            findings.evaluation, candidate, scenario
        ),
        layout=result.thread_layout,
        positions=tuple(block.position for block in result.blocks),
        start_times_ns=tuple(block.start_time.ToNanoseconds() for block in result.blocks),
        warm_up_settled=first.warm_up_settled,
        suspicions=tuple(result.validity.reasons),
        shortfalls=tuple(str(one) for one in shortfalls),
        energy=result.energy if result.HasField("energy") else None,
        probes=tuple(search.probes) if search else (),
        no_rate_reason=search.absent_reason if search else "",
    )
