"""Evaluations as callers see them: live where they run, cut to what was asked for."""

from google.protobuf.field_mask_pb2 import FieldMask

from bakeoff.server.errors import InvalidFieldError, NotFoundError
from bakeoff.server.jobs import Engine
from bakeoff.server.store import Page, Store
from bakeoff.v1 import Evaluation, GetEvaluationRequest, ListEvaluationsRequest


class EvaluationViews:
    """Reads evaluations. Its methods block."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine

    def get(self, request: GetEvaluationRequest) -> Evaluation:
        """One evaluation as it stands, cut to the read mask.

        Raises NotFoundError, and InvalidFieldError for a mask of unknown fields.
        """
        mask = request.read_mask if request.HasField("read_mask") else None
        if mask is not None:
            _check_mask(mask)
        evaluation = self._engine.current(request.name)
        if mask is None or "*" in mask.paths:
            return evaluation
        cut = Evaluation()
        mask.MergeMessage(evaluation, cut)
        return cut

    def list(self, request: ListEvaluationsRequest) -> Page[Evaluation]:
        """A page of evaluations without reports, those that run as they stand."""
        for index, state in enumerate(request.states):
            if state == Evaluation.STATE_UNSPECIFIED or state not in Evaluation.State.values():
                msg = f"states[{index}] must be a state of an evaluation, got {state}"
                raise InvalidFieldError(msg, field=f"states[{index}]")
        page = self._store.list_evaluations(request.page_size, request.page_token, request.states)
        return Page([self._live(one) for one in page.items], page.next_page_token)

    def _live(self, stored: Evaluation) -> Evaluation:
        if stored.state != Evaluation.STATE_RUNNING:
            return stored
        live = Evaluation()
        try:
            live.CopyFrom(self._engine.current(stored.name))
        except NotFoundError:
            # Cancelled and deleted since the page was read.
            return stored
        live.ClearField("report")
        return live


def _check_mask(mask: FieldMask) -> None:
    for path in mask.paths:
        if path != "*" and not FieldMask(paths=[path]).IsValidForDescriptor(Evaluation.DESCRIPTOR):
            msg = f"read_mask must name fields of an evaluation, got {path[:160]!r}"
            raise InvalidFieldError(msg, field="read_mask")
