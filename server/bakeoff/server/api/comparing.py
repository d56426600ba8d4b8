"""Two stored evaluations set against each other. No model runs."""

from collections.abc import Iterable, Sequence

from bakeoff.server.api.spec_fields import check_group, fill_statistics
from bakeoff.server.api.stored_set import check_set_is_there
from bakeoff.server.errors import WrongStateError
from bakeoff.server.history import (
    Evaluated,
    compare_evaluations,
    given_pairs,
    matching_pairs,
)
from bakeoff.server.history.comparison import has_same_examples
from bakeoff.server.report.certainty import certainty
from bakeoff.server.store import Store
from bakeoff.server.tasks import Sample, task_named
from bakeoff.v1 import (
    CompareEvaluationsRequest,
    Evaluation,
    EvaluationComparison,
    ExampleKey,
    Report,
    StatisticsSettings,
)


def compare(store: Store, request: CompareEvaluationsRequest) -> EvaluationComparison:
    """An evaluation against an earlier one, from what is stored of both. Blocks.

    Raises NotFoundError, WrongStateError when one of them has no report, InvalidFieldError,
    PreconditionError when both are of one set that is no longer there, CorruptStoreError.
    """
    now, before = (report_of(store, name) for name in (request.name, request.against))
    settings = _statistics(request, now)
    if request.pairs:
        pairs = given_pairs(now, before, request.pairs)
    else:
        pairs = matching_pairs(now, before)
    if not has_same_examples(now, before):
        return compare_evaluations(
            Evaluated(now), Evaluated(before), pairs, certainty(settings, ())
        )
    check_set_is_there(store, now.evaluation)
    keys = store.keys(now.evaluation_set.name)
    return compare_evaluations(
        Evaluated(now, samples_of(store, now, (pair.candidate for pair in pairs), keys)),
        Evaluated(before, samples_of(store, before, (pair.baseline for pair in pairs), keys)),
        pairs,
        certainty(settings, keys),
    )


def report_of(store: Store, name: str) -> Report:
    """The report of an evaluation. Raises NotFoundError, or WrongStateError when it has none."""
    evaluation = store.evaluation(name)
    if not evaluation.HasField("report"):
        state = Evaluation.State.Name(evaluation.state)
        msg = f"{name} must have a report to be compared, it is {state}"
        raise WrongStateError(msg, name=name, state=state)
    return evaluation.report


def samples_of(
    store: Store, report: Report, candidates: Iterable[str], keys: Sequence[ExampleKey]
) -> dict[str, Sample]:
    """Samples of those of the candidates whose predictions are all stored.

    `keys` are of the set that the evaluation ran on.
    """
    task = task_named(report.evaluation_set.task)
    manifests = {one.candidate.name: one.candidate.manifest for one in report.candidates}
    samples: dict[str, Sample] = {}
    for name in dict.fromkeys(candidates):
        predictions = store.predictions(report.evaluation, name)
        if len(predictions) == len(keys):
            head = manifests[name].classification
            samples[name] = task.sample(keys, predictions, head, report.spec.label_mapping)
    return samples


def _statistics(request: CompareEvaluationsRequest, now: Report) -> StatisticsSettings:
    settings = StatisticsSettings()
    given = request.HasField("statistics")
    settings.CopyFrom(request.statistics if given else now.spec.statistics)
    fill_statistics(settings, "statistics")
    check_group(settings, now.evaluation_set.attribute_names, "statistics")
    return settings
