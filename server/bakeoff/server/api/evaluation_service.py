"""EvaluationService: evaluations asked for, watched, read."""
# ruff: noqa: N802 - methods are named by the contract

import asyncio
from collections.abc import AsyncIterator

from bakeoff.server.api.artifacts import Artifacts
from bakeoff.server.api.comparing import compare
from bakeoff.server.api.creation import Creation
from bakeoff.server.api.evaluation_views import EvaluationViews
from bakeoff.server.api.handlers import Context
from bakeoff.server.api.model_histories import history_of
from bakeoff.server.api.predictions import list_predictions
from bakeoff.server.api.regeneration import regenerate_report
from bakeoff.server.api.rescoring import Rescoring
from bakeoff.server.api.threads import in_thread
from bakeoff.server.jobs import Engine
from bakeoff.server.store import Store
from bakeoff.v1 import (
    CancelEvaluationRequest,
    CancelEvaluationResponse,
    CompareEvaluationsRequest,
    CompareEvaluationsResponse,
    CreateEvaluationRequest,
    CreateEvaluationResponse,
    DeleteEvaluationRequest,
    DeleteEvaluationResponse,
    GetEvaluationRequest,
    GetEvaluationResponse,
    GetModelHistoryRequest,
    GetModelHistoryResponse,
    ListEvaluationsRequest,
    ListEvaluationsResponse,
    ListPredictionsRequest,
    ListPredictionsResponse,
    ReadArtifactRequest,
    ReadArtifactResponse,
    RegenerateReportRequest,
    RegenerateReportResponse,
    RescoreEvaluationRequest,
    RescoreEvaluationResponse,
    WatchEvaluationRequest,
    WatchEvaluationResponse,
)
from bakeoff.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer


class EvaluationService(EvaluationServiceServicer):
    """Reads a request, calls the room that knows, answers."""

    def __init__(
        self, store: Store, engine: Engine, creation: Creation, views: EvaluationViews
    ) -> None:
        self._store = store
        self._engine = engine
        self._creation = creation
        self._views = views
        self._rescoring = Rescoring(store)
        self._artifacts = Artifacts(store)

    async def CreateEvaluation(
        self, request: CreateEvaluationRequest, _context: Context
    ) -> CreateEvaluationResponse:
        """Accepts an evaluation."""
        evaluation = await self._creation.create(request)
        return CreateEvaluationResponse(evaluation=evaluation)

    async def GetEvaluation(
        self, request: GetEvaluationRequest, _context: Context
    ) -> GetEvaluationResponse:
        """Gives one evaluation."""
        evaluation = await asyncio.to_thread(self._views.get, request)
        return GetEvaluationResponse(evaluation=evaluation)

    async def ListEvaluations(
        self, request: ListEvaluationsRequest, _context: Context
    ) -> ListEvaluationsResponse:
        """Lists evaluations."""
        page = await asyncio.to_thread(self._views.list, request)
        return ListEvaluationsResponse(evaluations=page.items, next_page_token=page.next_page_token)

    async def CancelEvaluation(
        self, request: CancelEvaluationRequest, _context: Context
    ) -> CancelEvaluationResponse:
        """Ends an evaluation."""
        evaluation = await self._engine.cancel(request.name)
        return CancelEvaluationResponse(evaluation=evaluation)

    async def DeleteEvaluation(
        self, request: DeleteEvaluationRequest, _context: Context
    ) -> DeleteEvaluationResponse:
        """Removes an evaluation."""
        await asyncio.to_thread(self._store.delete_evaluation, request.name)
        return DeleteEvaluationResponse()

    async def RescoreEvaluation(
        self, request: RescoreEvaluationRequest, _context: Context
    ) -> RescoreEvaluationResponse:
        """Answers other metrics, constraints or objectives."""
        evaluation = await self._rescoring.rescore(request)
        return RescoreEvaluationResponse(evaluation=evaluation)

    async def WatchEvaluation(
        self, request: WatchEvaluationRequest, _context: Context
    ) -> AsyncIterator[WatchEvaluationResponse]:
        """Sends an evaluation whenever it changes."""
        async for evaluation in self._engine.changes(request.name, request.since_revision):
            yield WatchEvaluationResponse(evaluation=evaluation)

    async def ListPredictions(
        self, request: ListPredictionsRequest, _context: Context
    ) -> ListPredictionsResponse:
        """Lists what one candidate answered."""
        page = await asyncio.to_thread(list_predictions, self._store, request)
        return ListPredictionsResponse(predictions=page.items, next_page_token=page.next_page_token)

    async def RegenerateReport(
        self, request: RegenerateReportRequest, _context: Context
    ) -> RegenerateReportResponse:
        """Makes the report anew from what is stored."""
        return await in_thread(regenerate_report, self._store, request)

    async def CompareEvaluations(
        self, request: CompareEvaluationsRequest, _context: Context
    ) -> CompareEvaluationsResponse:
        """Sets an evaluation against an earlier one."""
        comparison = await in_thread(compare, self._store, request)
        return CompareEvaluationsResponse(comparison=comparison)

    async def GetModelHistory(
        self, request: GetModelHistoryRequest, _context: Context
    ) -> GetModelHistoryResponse:
        """Gives how the figures of a model went from version to version."""
        history = await in_thread(history_of, self._store, request)
        return GetModelHistoryResponse(history=history)

    async def ReadArtifact(
        self, request: ReadArtifactRequest, _context: Context
    ) -> AsyncIterator[ReadArtifactResponse]:
        """Reads a file that an evaluation has made."""
        async for data in self._artifacts.read(request):
            yield ReadArtifactResponse(data=data)
