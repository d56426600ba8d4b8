"""Uploads of evaluation sets: announced, received and read at once, registered."""

import asyncio
import re
from collections.abc import AsyncIterator

from bakeoff.server.api.bundle_files import MAX_CHUNK_BYTES
from bakeoff.server.api.example_stream import ExampleStream
from bakeoff.server.api.staging import staging
from bakeoff.server.api.threads import in_thread
from bakeoff.server.errors import InvalidFieldError, UploadIncompleteError
from bakeoff.server.settings import Settings
from bakeoff.server.store import EVALUATION_SETS, Store, resource_name
from bakeoff.server.tasks import task_named
from bakeoff.v1 import EvaluationSet, UploadEvaluationSetRequest

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_DESCRIPTION_CHARACTERS = 1024


class EvaluationSetUploads:
    """Takes evaluation sets in. What does not end well leaves nothing behind."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    async def take(self, requests: AsyncIterator[UploadEvaluationSetRequest]) -> EvaluationSet:
        """Registers the set that comes in. One that is there already is given at once.

        Raises RequestError for what was sent wrongly, EmptySetError, TooLargeError, and
        ConflictError when the name is taken.
        """
        evaluation_set = _announced_set(await _header(requests))
        existing = await asyncio.to_thread(self._store.find_same_set, evaluation_set)
        if existing is not None:
            return existing
        async with staging(self._store) as folder:
            stream = ExampleStream(
                folder, self._settings.max_evaluation_set_bytes, self._settings.max_example_count
            )
            try:
                async for request in requests:
                    await in_thread(stream.take, _data(request))
                await in_thread(stream.finish, evaluation_set)
            finally:
                stream.close()
            evaluation_set.create_time.GetCurrentTime()
            return await in_thread(
                self._store.add_evaluation_set,
                evaluation_set,
                stream.inputs_path,
                stream.keys_path,
            )


def _announced_set(header: UploadEvaluationSetRequest.Header) -> EvaluationSet:
    name = resource_name(EVALUATION_SETS, header.evaluation_set_id, "header.evaluation_set_id")
    task_named(header.task)
    if not _SHA256.fullmatch(header.sha256):
        msg = f"header.sha256 must be 64 of 0-9 and a-f, got {header.sha256[:80]!r}"
        raise InvalidFieldError(msg, field="header.sha256")
    if len(header.description) > _MAX_DESCRIPTION_CHARACTERS:
        msg = (
            f"header.description may have {_MAX_DESCRIPTION_CHARACTERS} characters, got "
            f"{len(header.description)}"
        )
        raise InvalidFieldError(msg, field="header.description")
    return EvaluationSet(
        name=name, task=header.task, sha256=header.sha256, description=header.description
    )


async def _header(
    requests: AsyncIterator[UploadEvaluationSetRequest],
) -> UploadEvaluationSetRequest.Header:
    async for request in requests:
        if request.WhichOneof("part") != "header":
            break
        return request.header
    msg = "the first message of an upload must be its header"
    raise UploadIncompleteError(msg, field="header")


def _data(request: UploadEvaluationSetRequest) -> bytes:
    if request.WhichOneof("part") != "data":
        msg = "every message after the header must hold data"
        raise UploadIncompleteError(msg, field="data")
    if len(request.data) > MAX_CHUNK_BYTES:
        msg = f"data must hold at most {MAX_CHUNK_BYTES} bytes, got {len(request.data)}"
        raise InvalidFieldError(msg, field="data")
    return request.data
