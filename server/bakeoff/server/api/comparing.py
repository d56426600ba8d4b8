"""Two stored evaluations set against each other. No model runs."""

from collections.abc import Iterable, Sequence

from bakeoff.server.api.slice_fields import check_conditions_of_constraints
from bakeoff.server.api.spec_fields import check_expressions, fill_statistics
from bakeoff.server.api.stored_set import check_set_is_there
from bakeoff.server.errors import WrongStateError
from bakeoff.server.history import (
    Evaluated,
    compare_evaluations,
    given_pairs,
    has_same_examples,
    matching_pairs,
    read_constraints,
)
from bakeoff.server.jobs import gather
from bakeoff.server.report.certainty import certainty
from bakeoff.server.report.observations import Observations, read_observations
from bakeoff.server.report.slices import drawn_slices, parts_of
from bakeoff.server.report.validity import is_usable
from bakeoff.server.selection import conditions_named
from bakeoff.server.store import Store
from bakeoff.server.tasks import task_named
from bakeoff.server.types import CandidateEvidence
from bakeoff.v1 import (
    CompareEvaluationsRequest,
    Evaluation,
    EvaluationComparison,
    EvaluationSpec,
    Report,
    StatisticsSettings,
)


def compare(store: Store, request: CompareEvaluationsRequest) -> EvaluationComparison:
    """An evaluation against an earlier one, from what is stored of both. Blocks.

    Raises NotFoundError, WrongStateError when one of them has no report, InvalidFieldError,
    ExpressionError, UnknownFigureError, PreconditionError when both are of one set that is no
    longer there, CorruptStoreError.
    """
    now, before = (_report(store, name) for name in (request.name, request.against))
    settings = _statistics(request, now)
    check_expressions("constraints", request.constraints)
    constraints = read_constraints(request.constraints, now)
    check_conditions_of_constraints("constraints", request.constraints, now.evaluation_set)
    if request.pairs:
        pairs = given_pairs(now, before, request.pairs)
    else:
        pairs = matching_pairs(now, before)
    if not has_same_examples(now, before):
        # Nothing is paired then, and the sets are not needed.
        return compare_evaluations(
            Evaluated(now, certainty(now.spec.statistics, ())),
            Evaluated(before, certainty(before.spec.statistics, ())),
            pairs,
            certainty(settings, ()),
            constraints,
        )
    for report in (now, before):
        check_set_is_there(store, report.evaluation)
    keys = store.keys(now.evaluation_set.name)
    conditions = conditions_named(request.constraints, ())
    return compare_evaluations(
        _evaluated(store, now, (pair.candidate for pair in pairs), conditions),
        _evaluated(store, before, (pair.baseline for pair in pairs), conditions),
        pairs,
        certainty(settings, keys),
        constraints,
    )


def _report(store: Store, name: str) -> Report:
    evaluation = store.evaluation(name)
    if not evaluation.HasField("report"):
        state = Evaluation.State.Name(evaluation.state)
        msg = f"{name} must have a report to be compared, it is {state}"
        raise WrongStateError(msg, name=name, state=state)
    return evaluation.report


def _evaluated(
    store: Store, report: Report, candidates: Iterable[str], conditions: Sequence[str]
) -> Evaluated:
    """What is stored of these candidates of an evaluation whose set is there.

    `conditions` are slices besides those of its spec.
    """
    spec = EvaluationSpec()
    spec.CopyFrom(report.spec)
    spec.ClearField("candidates")
    spec.candidates.extend(dict.fromkeys(candidates))
    evidence = gather(store, report.evaluation, spec)
    task = task_named(evidence.evaluation_set.task)
    samples = {
        found.candidate.name: task.sample(
            evidence.keys,
            found.predictions,
            found.candidate.manifest.classification,
            spec.label_mapping,
        )
        for found in evidence.candidates
        if len(found.predictions) == len(evidence.keys)
    }
    return Evaluated(
        report=report,
        certainty=certainty(spec.statistics, evidence.keys),
        samples=samples,
        parts=parts_of(evidence, samples, drawn_slices(evidence, samples, conditions)),
        observations={found.candidate.name: _usable(found) for found in evidence.candidates},
    )


def _usable(found: CandidateEvidence) -> dict[str, Observations]:
    observed = {name: read_observations(scenario) for name, scenario in found.scenarios.items()}
    return {name: one for name, one in observed.items() if is_usable(one)}


def _statistics(request: CompareEvaluationsRequest, now: Report) -> StatisticsSettings:
    settings = StatisticsSettings()
    given = request.HasField("statistics")
    settings.CopyFrom(request.statistics if given else now.spec.statistics)
    fill_statistics(settings, "statistics")
    return settings
