"""Evaluation sets: what a client asks of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff import v1
from bakeoff.client.errors import NotFoundError
from bakeoff.client.names import EVALUATION_SETS, id_from, resource_name
from bakeoff.client.paging import all_items, all_items_async
from bakeoff.client.progress import OnTransfer, unheard
from bakeoff.client.reading import ReadingOptions, Spool, read_set, spool
from bakeoff.client.transport import AsyncTransport, Transport
from bakeoff.v1.evaluation_set_service_pb2_grpc import EvaluationSetServiceStub

if TYPE_CHECKING:
    from bakeoff.v1.evaluation_set_service_pb2_grpc import EvaluationSetServiceAsyncStub

DEFAULT_TASK = "text-classification"

# Of a digest, in an id: enough that two sets of one name differ.
DIGEST_CHARACTERS = 8

# What a person calls examples that come from no file.
NAMELESS = "examples"


class EvaluationSetMethods:
    """Calls that block."""

    _transport: Transport

    @cached_property
    def _evaluation_sets(self) -> EvaluationSetServiceStub:
        return EvaluationSetServiceStub(self._transport.channel)

    def upload_evaluation_set(
        self,
        source: str | Path | Spool | Iterable[v1.Example],
        evaluation_set_id: str | None = None,
        *,
        task: str = DEFAULT_TASK,
        reading: ReadingOptions | None = None,
        on_progress: OnTransfer = unheard,
    ) -> v1.EvaluationSet:
        """Registers examples: a file, read as `reading` says, a spool, or messages.

        A spool is closed afterwards. The default id is made from the file's name and
        the digest of its examples, so that a set which is there already is not sent
        again. Raises EvaluationSetFileError for a file that cannot be used,
        AlreadyExistsError when other examples have the id, and what the server finds
        wrong with them.
        """
        with spooled(source, reading, on_progress) as examples:
            identity = evaluation_set_id or default_id(examples)
            try:
                held = self.get_evaluation_set(identity)
            except NotFoundError:
                held = v1.EvaluationSet()
            if held.sha256 == examples.sha256 and held.task == task:
                return held
            return self._transport.send(
                self._evaluation_sets.UploadEvaluationSet,
                lambda: requests(examples, identity, task, on_progress),
            ).evaluation_set

    def get_evaluation_set(self, name: str) -> v1.EvaluationSet:
        """One evaluation set, by its name or id. Raises NotFoundError."""
        request = v1.GetEvaluationSetRequest(name=resource_name(EVALUATION_SETS, name))
        return self._transport.ask(self._evaluation_sets.GetEvaluationSet, request).evaluation_set

    def list_evaluation_sets(self) -> Iterator[v1.EvaluationSet]:
        """All evaluation sets, in the order of their names."""
        return all_items(
            lambda token: self._transport.ask(
                self._evaluation_sets.ListEvaluationSets,
                v1.ListEvaluationSetsRequest(page_token=token),
            ),
            lambda page: page.evaluation_sets,
        )

    def delete_evaluation_set(self, name: str) -> None:
        """Removes a set. Raises NotFoundError, and ResourceInUseError while it is needed."""
        request = v1.DeleteEvaluationSetRequest(name=resource_name(EVALUATION_SETS, name))
        self._transport.ask(self._evaluation_sets.DeleteEvaluationSet, request, repeatable=False)


class AsyncEvaluationSetMethods:
    """Calls that are awaited."""

    _transport: AsyncTransport

    @cached_property
    def _evaluation_sets(self) -> "EvaluationSetServiceAsyncStub":
        return EvaluationSetServiceStub(self._transport.channel)

    async def upload_evaluation_set(
        self,
        source: str | Path | Spool | Iterable[v1.Example],
        evaluation_set_id: str | None = None,
        *,
        task: str = DEFAULT_TASK,
        reading: ReadingOptions | None = None,
        on_progress: OnTransfer = unheard,
    ) -> v1.EvaluationSet:
        """Registers examples: a file, read as `reading` says, a spool, or messages.

        A spool is closed afterwards. The default id is made from the file's name and
        the digest of its examples, so that a set which is there already is not sent
        again. Raises EvaluationSetFileError for a file that cannot be used,
        AlreadyExistsError when other examples have the id, and what the server finds
        wrong with them.
        """
        with await asyncio.to_thread(spooled, source, reading, on_progress) as examples:
            identity = evaluation_set_id or default_id(examples)
            try:
                held = await self.get_evaluation_set(identity)
            except NotFoundError:
                held = v1.EvaluationSet()
            if held.sha256 == examples.sha256 and held.task == task:
                return held
            answer = await self._transport.send(
                self._evaluation_sets.UploadEvaluationSet,
                lambda: requests(examples, identity, task, on_progress),
            )
            return answer.evaluation_set

    async def get_evaluation_set(self, name: str) -> v1.EvaluationSet:
        """One evaluation set, by its name or id. Raises NotFoundError."""
        request = v1.GetEvaluationSetRequest(name=resource_name(EVALUATION_SETS, name))
        answer = await self._transport.ask(self._evaluation_sets.GetEvaluationSet, request)
        return answer.evaluation_set

    def list_evaluation_sets(self) -> AsyncIterator[v1.EvaluationSet]:
        """All evaluation sets, in the order of their names."""
        return all_items_async(
            lambda token: self._transport.ask(
                self._evaluation_sets.ListEvaluationSets,
                v1.ListEvaluationSetsRequest(page_token=token),
            ),
            lambda page: page.evaluation_sets,
        )

    async def delete_evaluation_set(self, name: str) -> None:
        """Removes a set. Raises NotFoundError, and ResourceInUseError while it is needed."""
        request = v1.DeleteEvaluationSetRequest(name=resource_name(EVALUATION_SETS, name))
        await self._transport.ask(
            self._evaluation_sets.DeleteEvaluationSet, request, repeatable=False
        )


def spooled(
    source: str | Path | Spool | Iterable[v1.Example],
    reading: ReadingOptions | None,
    on_progress: OnTransfer = unheard,
) -> Spool:
    """The examples of a source on disk. A spool is given back as it is."""
    if isinstance(source, Spool):
        return source
    if isinstance(source, (str, Path)):
        return read_set(Path(source), reading or ReadingOptions(), on_progress).spool
    return spool(source, NAMELESS, on_progress)


def default_id(examples: Spool) -> str:
    """The id of a set that nobody named: its file's name and a part of its digest."""
    return id_from(Path(examples.subject).stem, f"-{examples.sha256[:DIGEST_CHARACTERS]}")


def requests(
    examples: Spool, evaluation_set_id: str, task: str, on_progress: OnTransfer
) -> Iterator[v1.UploadEvaluationSetRequest]:
    """The messages of an upload."""
    yield v1.UploadEvaluationSetRequest(
        header=v1.UploadEvaluationSetRequest.Header(
            evaluation_set_id=evaluation_set_id,
            task=task,
            sha256=examples.sha256,
            description=examples.subject,
        )
    )
    for data in examples.chunks(on_progress):
        yield v1.UploadEvaluationSetRequest(data=data)
