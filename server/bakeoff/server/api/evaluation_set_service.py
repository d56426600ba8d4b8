"""EvaluationSetService: evaluation sets that the server holds."""
# ruff: noqa: N802 - methods are named by the contract

import asyncio
from collections.abc import AsyncIterator

from bakeoff.server.api.evaluation_set_uploads import EvaluationSetUploads
from bakeoff.server.api.handlers import Context
from bakeoff.server.store import Store
from bakeoff.v1 import (
    DeleteEvaluationSetRequest,
    DeleteEvaluationSetResponse,
    GetEvaluationSetRequest,
    GetEvaluationSetResponse,
    ListEvaluationSetsRequest,
    ListEvaluationSetsResponse,
    UploadEvaluationSetRequest,
    UploadEvaluationSetResponse,
)
from bakeoff.v1.evaluation_set_service_pb2_grpc import EvaluationSetServiceServicer


class EvaluationSetService(EvaluationSetServiceServicer):
    """Reads a request, calls store or uploads, answers."""

    def __init__(self, store: Store, uploads: EvaluationSetUploads) -> None:
        self._store = store
        self._uploads = uploads

    async def UploadEvaluationSet(
        self, request_iterator: AsyncIterator[UploadEvaluationSetRequest], _context: Context
    ) -> UploadEvaluationSetResponse:
        """Registers an evaluation set."""
        evaluation_set = await self._uploads.take(request_iterator)
        return UploadEvaluationSetResponse(evaluation_set=evaluation_set)

    async def GetEvaluationSet(
        self, request: GetEvaluationSetRequest, _context: Context
    ) -> GetEvaluationSetResponse:
        """Gives one evaluation set."""
        evaluation_set = await asyncio.to_thread(self._store.evaluation_set, request.name)
        return GetEvaluationSetResponse(evaluation_set=evaluation_set)

    async def ListEvaluationSets(
        self, request: ListEvaluationSetsRequest, _context: Context
    ) -> ListEvaluationSetsResponse:
        """Lists evaluation sets."""
        page = await asyncio.to_thread(
            self._store.list_evaluation_sets, request.page_size, request.page_token
        )
        return ListEvaluationSetsResponse(
            evaluation_sets=page.items, next_page_token=page.next_page_token
        )

    async def DeleteEvaluationSet(
        self, request: DeleteEvaluationSetRequest, _context: Context
    ) -> DeleteEvaluationSetResponse:
        """Removes an evaluation set."""
        await asyncio.to_thread(self._store.delete_evaluation_set, request.name)
        return DeleteEvaluationSetResponse()
