"""Other answers from what is stored: new metrics, constraints, objectives, without any model."""

import asyncio
from dataclasses import replace
from importlib.metadata import version

from bakeoff.server.api.admission import complete
from bakeoff.server.api.creation import check_request_id, new_evaluation, request_sha256
from bakeoff.server.api.spec_fields import filled
from bakeoff.server.api.stored_set import check_set_is_there
from bakeoff.server.api.threads import in_thread
from bakeoff.server.errors import InvalidFieldError, WrongStateError
from bakeoff.server.jobs import gather
from bakeoff.server.report import assemble
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation, EvaluationSpec, RescoreEvaluationRequest

# What a rescoring may change; everything else stands as it was measured.
_FREE_FIELDS = (
    "metrics",
    "constraints",
    "objectives",
    "baseline",
    "statistics",
    "slices",
    "frontier_figures",
)


class Rescoring:
    """Scores stored predictions and observations anew."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rescore(self, request: RescoreEvaluationRequest) -> Evaluation:
        """A new evaluation that has succeeded already; the same request again gives the same one.

        Raises NotFoundError, WrongStateError when the first one has not succeeded,
        InvalidFieldError when the spec changes what was measured, and what a new evaluation with
        such a spec raises.
        """
        check_request_id(request.request_id)
        digest = request_sha256(request)
        earlier = await asyncio.to_thread(
            self._store.evaluation_of_request, request.request_id, digest
        )
        if earlier is not None:
            return earlier
        return await in_thread(self._rescore, request, digest)

    def _rescore(self, request: RescoreEvaluationRequest, digest: str) -> Evaluation:
        source = self._store.evaluation(request.name)
        if source.state != Evaluation.STATE_SUCCEEDED:
            state = Evaluation.State.Name(source.state)
            msg = f"{source.name} must have succeeded to be scored anew, it is {state}"
            raise WrongStateError(msg, name=source.name, state=state)
        check_set_is_there(self._store, source.name)
        rescored = new_evaluation(request.evaluation_id)
        spec = _new_spec(source.spec, request.spec)
        candidates = self._store.candidates_of(source.name)
        complete(spec, candidates, self._store.evaluation_set_of(source.name))
        evidence = replace(
            gather(self._store, source.name, spec), evaluation=rescored.name, spec=spec
        )
        rescored.spec.CopyFrom(spec)
        rescored.state = Evaluation.STATE_SUCCEEDED
        rescored.progress.share = 1
        rescored.start_time.CopyFrom(rescored.create_time)
        report = assemble(
            evidence, create_time=rescored.create_time, bakeoff_version=version("bakeoff")
        )
        rescored.report.CopyFrom(report)
        rescored.end_time.GetCurrentTime()
        stored, _ = self._store.create_evaluation(
            rescored, request.request_id, digest, work_of=source.name
        )
        return stored


def _new_spec(measured: EvaluationSpec, wanted: EvaluationSpec) -> EvaluationSpec:
    """The measured spec with what may change taken from the wanted one."""
    for field, value in wanted.ListFields():
        if field.name not in _FREE_FIELDS and value != getattr(measured, field.name):
            msg = (
                f"spec.{field.name} must be as it was, or left out: what was measured cannot "
                f"change; {', '.join(_FREE_FIELDS)} can"
            )
            raise InvalidFieldError(msg, field=f"spec.{field.name}")
    spec = EvaluationSpec()
    spec.CopyFrom(measured)
    for name in _FREE_FIELDS:
        spec.ClearField(name)  # type: ignore[arg-type] # the stubs want the literal names
    chosen = EvaluationSpec(
        metrics=wanted.metrics,
        constraints=wanted.constraints,
        objectives=wanted.objectives,
        baseline=wanted.baseline,
        statistics=wanted.statistics,
        slices=wanted.slices,
        frontier_figures=wanted.frontier_figures,
    )
    spec.MergeFrom(chosen)
    return filled(spec)
