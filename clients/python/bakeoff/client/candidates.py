"""Candidates: what a client asks of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff import v1
from bakeoff.client.bundles import Bundle, read_bundle
from bakeoff.client.errors import AlreadyExistsError, NotFoundError
from bakeoff.client.names import CANDIDATES, id_from, resource_name
from bakeoff.client.paging import all_items, all_items_async
from bakeoff.client.progress import OnTransfer, unheard
from bakeoff.client.transport import AsyncTransport, Transport
from bakeoff.v1.candidate_service_pb2_grpc import CandidateServiceStub

if TYPE_CHECKING:
    from bakeoff.v1.candidate_service_pb2_grpc import CandidateServiceAsyncStub

# Of a digest, in an id: enough that two bundles of one name differ.
DIGEST_CHARACTERS = 8


class CandidateMethods:
    """Calls that block."""

    _transport: Transport

    @cached_property
    def _candidates(self) -> CandidateServiceStub:
        return CandidateServiceStub(self._transport.channel)

    def upload_candidate(
        self,
        folder: str | Path,
        candidate_id: str | None = None,
        *,
        on_progress: OnTransfer = unheard,
    ) -> v1.Candidate:
        """Registers the bundle in a folder; its name is the default id.

        The answer comes when the server has checked every file and run the graph
        once. A bundle that is there already is given back as it is. Raises
        BundleFolderError for a folder that is no bundle, AlreadyExistsError when
        another bundle has the id, and what the server finds wrong with its files.
        """
        bundle = read_bundle(Path(folder))
        return self._send(bundle, candidate_id or default_id(bundle), on_progress)

    def ensure_candidate(
        self, folder: str | Path, *, on_progress: OnTransfer = unheard
    ) -> v1.Candidate:
        """The candidate for the bundle in a folder, sent only when it is not there yet.

        When another bundle has the folder's name as id, a part of the digest is
        put behind it. Raises what `upload_candidate` raises, but for that.
        """
        bundle = read_bundle(Path(folder))
        try:
            held = self.get_candidate(default_id(bundle))
        except NotFoundError:
            held = v1.Candidate()
        if held.manifest == bundle.manifest and bundle.is_intact():
            return held
        try:
            return self._send(bundle, default_id(bundle), on_progress)
        except AlreadyExistsError:
            return self._send(bundle, distinct_id(bundle), on_progress)

    def get_candidate(self, name: str) -> v1.Candidate:
        """One candidate, by its name or id. Raises NotFoundError."""
        request = v1.GetCandidateRequest(name=resource_name(CANDIDATES, name))
        return self._transport.ask(self._candidates.GetCandidate, request).candidate

    def list_candidates(self) -> Iterator[v1.Candidate]:
        """All candidates, in the order of their names."""
        return all_items(
            lambda token: self._transport.ask(
                self._candidates.ListCandidates, v1.ListCandidatesRequest(page_token=token)
            ),
            lambda page: page.candidates,
        )

    def delete_candidate(self, name: str) -> None:
        """Removes a candidate. Raises NotFoundError, and ResourceInUseError while it is needed."""
        request = v1.DeleteCandidateRequest(name=resource_name(CANDIDATES, name))
        self._transport.ask(self._candidates.DeleteCandidate, request, repeatable=False)

    def _send(self, bundle: Bundle, candidate_id: str, on_progress: OnTransfer) -> v1.Candidate:
        return self._transport.send(
            self._candidates.UploadCandidate, lambda: bundle.requests(candidate_id, on_progress)
        ).candidate


class AsyncCandidateMethods:
    """Calls that are awaited."""

    _transport: AsyncTransport

    @cached_property
    def _candidates(self) -> "CandidateServiceAsyncStub":
        return CandidateServiceStub(self._transport.channel)

    async def upload_candidate(
        self,
        folder: str | Path,
        candidate_id: str | None = None,
        *,
        on_progress: OnTransfer = unheard,
    ) -> v1.Candidate:
        """Registers the bundle in a folder; its name is the default id.

        The answer comes when the server has checked every file and run the graph
        once. A bundle that is there already is given back as it is. Raises
        BundleFolderError for a folder that is no bundle, AlreadyExistsError when
        another bundle has the id, and what the server finds wrong with its files.
        """
        bundle = await asyncio.to_thread(read_bundle, Path(folder))
        return await self._send(bundle, candidate_id or default_id(bundle), on_progress)

    async def ensure_candidate(
        self, folder: str | Path, *, on_progress: OnTransfer = unheard
    ) -> v1.Candidate:
        """The candidate for the bundle in a folder, sent only when it is not there yet.

        When another bundle has the folder's name as id, a part of the digest is
        put behind it. Raises what `upload_candidate` raises, but for that.
        """
        bundle = await asyncio.to_thread(read_bundle, Path(folder))
        try:
            held = await self.get_candidate(default_id(bundle))
        except NotFoundError:
            held = v1.Candidate()
        if held.manifest == bundle.manifest and await asyncio.to_thread(bundle.is_intact):
            return held
        try:
            return await self._send(bundle, default_id(bundle), on_progress)
        except AlreadyExistsError:
            return await self._send(bundle, distinct_id(bundle), on_progress)

    async def get_candidate(self, name: str) -> v1.Candidate:
        """One candidate, by its name or id. Raises NotFoundError."""
        request = v1.GetCandidateRequest(name=resource_name(CANDIDATES, name))
        return (await self._transport.ask(self._candidates.GetCandidate, request)).candidate

    def list_candidates(self) -> AsyncIterator[v1.Candidate]:
        """All candidates, in the order of their names."""
        return all_items_async(
            lambda token: self._transport.ask(
                self._candidates.ListCandidates, v1.ListCandidatesRequest(page_token=token)
            ),
            lambda page: page.candidates,
        )

    async def delete_candidate(self, name: str) -> None:
        """Removes a candidate. Raises NotFoundError, and ResourceInUseError while it is needed."""
        request = v1.DeleteCandidateRequest(name=resource_name(CANDIDATES, name))
        await self._transport.ask(self._candidates.DeleteCandidate, request, repeatable=False)

    async def _send(
        self, bundle: Bundle, candidate_id: str, on_progress: OnTransfer
    ) -> v1.Candidate:
        answer = await self._transport.send(
            self._candidates.UploadCandidate, lambda: bundle.requests(candidate_id, on_progress)
        )
        return answer.candidate


def default_id(bundle: Bundle) -> str:
    """The id of a bundle that nobody named: the name of its folder."""
    return id_from(bundle.folder.resolve().name)


def distinct_id(bundle: Bundle) -> str:
    """The id of a bundle whose own name belongs to another."""
    return id_from(bundle.folder.resolve().name, f"-{bundle.sha256()[:DIGEST_CHARACTERS]}")
