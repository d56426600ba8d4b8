"""Uploads of candidates: announced, received, tried, registered."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from bakeoff.server.api.bundle_files import BundleFiles
from bakeoff.server.api.bundle_manifest import announced_candidate
from bakeoff.server.api.staging import staging
from bakeoff.server.api.threads import in_thread
from bakeoff.server.errors import UploadIncompleteError
from bakeoff.server.jobs import Engine
from bakeoff.server.store import Store
from bakeoff.v1 import Candidate, Manifest, UploadCandidateRequest


class CandidateUploads:
    """Takes candidates in. What does not end well leaves nothing behind."""

    def __init__(self, store: Store, engine: Engine, max_candidate_bytes: int) -> None:
        self._store = store
        self._engine = engine
        self._max_candidate_bytes = max_candidate_bytes

    async def take(self, requests: AsyncIterator[UploadCandidateRequest]) -> Candidate:
        """Registers the candidate that comes in. One that is there already is given at once.

        Raises RequestError for what was sent wrongly, ConflictError when the name is taken, and
        what loading the graph raises.
        """
        header = await _header(requests)
        candidate = announced_candidate(header, self._max_candidate_bytes)
        existing = await asyncio.to_thread(self._store.find_same_candidate, candidate)
        if existing is not None:
            return existing
        async with staging(self._store) as folder:
            await _receive(requests, candidate.manifest, folder)
            await self._engine.inspect_bundle(folder, candidate.manifest)
            return await in_thread(self._store.add_candidate, candidate, folder)


async def _header(
    requests: AsyncIterator[UploadCandidateRequest],
) -> UploadCandidateRequest.Header:
    async for request in requests:
        if request.WhichOneof("part") != "header":
            break
        return request.header
    msg = "the first message of an upload must be its header"
    raise UploadIncompleteError(msg, field="header")


async def _receive(
    requests: AsyncIterator[UploadCandidateRequest], manifest: Manifest, folder: Path
) -> None:
    files = BundleFiles(manifest.files, folder)
    try:
        async for request in requests:
            if request.WhichOneof("part") != "chunk":
                msg = "every message after the header must be a chunk"
                raise UploadIncompleteError(msg, field="chunk")
            await in_thread(files.take, request.chunk.path, request.chunk.data)
        await in_thread(files.finish)
    finally:
        files.close()
