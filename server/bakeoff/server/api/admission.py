"""Whether an evaluation can be run as things are: everything it names is there and fits."""

import asyncio
from collections.abc import Sequence

from bakeoff.server.api.metric_fields import metric_of_field
from bakeoff.server.api.slice_fields import complete_slices
from bakeoff.server.api.spec_fields import check_group, filled
from bakeoff.server.errors import (
    NotFoundError,
    UnknownFigureError,
)
from bakeoff.server.jobs import Engine
from bakeoff.server.metrics import METRICS
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.selection import extras_of, known_parts, read_requirements
from bakeoff.server.store import Store
from bakeoff.server.tasks import task_named
from bakeoff.server.tasks.classification_head import REGRESSION
from bakeoff.server.types import Direction
from bakeoff.v1 import Candidate, EvaluationSet, EvaluationSpec, Manifest

_VERBS = {Direction.HIGHER_IS_BETTER: "max", Direction.LOWER_IS_BETTER: "min"}
_BINARY_CLASS_COUNT = 2


class Admission:
    """Checks what an evaluation is asked for, and fills in what was left to the server."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine

    async def admit(self, spec: EvaluationSpec) -> EvaluationSpec:
        """The spec with all defaults filled in, when it can be run.

        Raises RequestError for what cannot be right, NotFoundError naming all candidates and the
        set that are not there, PreconditionError for what does not fit.
        """
        full = filled(spec)
        candidates, evaluation_set = await asyncio.to_thread(self._resources, full)
        self._engine.usable_target(full.target)
        complete(full, candidates, evaluation_set)
        return full

    def _resources(self, spec: EvaluationSpec) -> tuple[Sequence[Candidate], EvaluationSet]:
        missing: list[str] = []
        candidates: list[Candidate] = []
        evaluation_set = EvaluationSet()
        for name in spec.candidates:
            try:
                candidates.append(self._store.candidate(name))
            except NotFoundError:
                missing.append(name)
        try:
            evaluation_set = self._store.evaluation_set(spec.evaluation_set)
        except NotFoundError:
            missing.append(spec.evaluation_set)
        if missing:
            msg = f"there is no {', no '.join(missing)}: upload it first"
            raise NotFoundError(msg, name=missing[0])
        return candidates, evaluation_set


def complete(
    spec: EvaluationSpec, candidates: Sequence[Candidate], evaluation_set: EvaluationSet
) -> None:
    """Fills metrics and objectives of a spec in place, once all that it names fits together.

    Raises TaskMismatchError, MissingLabelsError, UnknownLabelError, UnknownFigureError,
    InvalidFieldError or ExpressionError.
    """
    manifests = {candidate.name: candidate.manifest for candidate in candidates}
    task = task_named(evaluation_set.task)
    task.check_set(evaluation_set, manifests, spec.label_mapping)
    check_group(spec.statistics, evaluation_set.attribute_names, "spec.statistics")
    head = candidates[0].manifest.classification
    class_count = max(len(one.manifest.classification.labels) for one in candidates)
    if spec.metrics:
        _check_metrics(spec.metrics, candidates[0].manifest, class_count)
    else:
        spec.metrics.extend(task.default_metrics(head.problem_type, class_count))
    complete_slices(spec, candidates, evaluation_set)
    if not spec.objectives:
        main = task.main_metric(head.problem_type)
        chosen = main if main in spec.metrics else spec.metrics[0]
        spec.objectives.append(f"{_VERBS[METRICS[chosen].direction]}:{chosen}")
    read_requirements(
        spec.constraints,
        spec.objectives,
        metric_ids=spec.metrics,
        scenarios=[scenario_id(one) for one in spec.scenarios],
        main_metric=task.main_metric(head.problem_type),
        extras=extras_of(spec),
        frontier_figures=spec.frontier_figures,
        parts=known_parts(spec, _classes(candidates), evaluation_set),
    )


def _classes(candidates: Sequence[Candidate]) -> list[str]:
    """Classes that candidates answer; none for regression."""
    heads = [candidate.manifest.classification for candidate in candidates]
    return [label for head in heads if head.problem_type != REGRESSION for label in head.labels]


def _check_metrics(metric_ids: Sequence[str], manifest: Manifest, class_count: int) -> None:
    seen: set[str] = set()
    for index, metric_id in enumerate(metric_ids):
        field = f"spec.metrics[{index}]"
        metric = metric_of_field(field, metric_id, manifest.classification.problem_type)
        if metric_id in seen:
            msg = f"{field}: {metric_id} must be asked for once"
            raise UnknownFigureError(msg, field=field, figure=metric_id)
        seen.add(metric_id)
        if metric.binary and class_count != _BINARY_CLASS_COUNT:
            msg = f"{field}: {metric_id} is defined for two classes, there are {class_count}"
            raise UnknownFigureError(msg, field=field, figure=metric_id)
