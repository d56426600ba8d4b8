"""CandidateService: candidates that the server holds."""
# ruff: noqa: N802 - methods are named by the contract

import asyncio
from collections.abc import AsyncIterator

from bakeoff.server.api.candidate_uploads import CandidateUploads
from bakeoff.server.api.handlers import Context
from bakeoff.server.store import Store
from bakeoff.v1 import (
    DeleteCandidateRequest,
    DeleteCandidateResponse,
    GetCandidateRequest,
    GetCandidateResponse,
    ListCandidatesRequest,
    ListCandidatesResponse,
    UploadCandidateRequest,
    UploadCandidateResponse,
)
from bakeoff.v1.candidate_service_pb2_grpc import CandidateServiceServicer


class CandidateService(CandidateServiceServicer):
    """Reads a request, calls store or uploads, answers."""

    def __init__(self, store: Store, uploads: CandidateUploads) -> None:
        self._store = store
        self._uploads = uploads

    async def UploadCandidate(
        self, request_iterator: AsyncIterator[UploadCandidateRequest], _context: Context
    ) -> UploadCandidateResponse:
        """Registers a candidate."""
        candidate = await self._uploads.take(request_iterator)
        return UploadCandidateResponse(candidate=candidate)

    async def GetCandidate(
        self, request: GetCandidateRequest, _context: Context
    ) -> GetCandidateResponse:
        """Gives one candidate."""
        candidate = await asyncio.to_thread(self._store.candidate, request.name)
        return GetCandidateResponse(candidate=candidate)

    async def ListCandidates(
        self, request: ListCandidatesRequest, _context: Context
    ) -> ListCandidatesResponse:
        """Lists candidates."""
        page = await asyncio.to_thread(
            self._store.list_candidates, request.page_size, request.page_token
        )
        return ListCandidatesResponse(candidates=page.items, next_page_token=page.next_page_token)

    async def DeleteCandidate(
        self, request: DeleteCandidateRequest, _context: Context
    ) -> DeleteCandidateResponse:
        """Removes a candidate."""
        await asyncio.to_thread(self._store.delete_candidate, request.name)
        return DeleteCandidateResponse()
