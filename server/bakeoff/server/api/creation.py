"""New evaluations: checked, accepted once whatever is sent twice, handed to the engine."""

import asyncio
import hashlib
import secrets
import time
import uuid
from datetime import UTC, datetime

from google.protobuf.message import Message

from bakeoff.server.api.admission import Admission
from bakeoff.server.errors import InvalidFieldError
from bakeoff.server.jobs import Engine
from bakeoff.server.settings import Settings
from bakeoff.server.store import EVALUATIONS, Store, resource_name
from bakeoff.v1 import CreateEvaluationRequest, Evaluation

_REQUEST_ID_VERSION = 4
_SUFFIX_BYTES = 4


class Creation:
    """Accepts evaluations."""

    def __init__(
        self, store: Store, engine: Engine, settings: Settings, admission: Admission
    ) -> None:
        self._store = store
        self._engine = engine
        self._settings = settings
        self._admission = admission
        self._accepting: set[asyncio.Task[Evaluation]] = set()

    async def create(self, request: CreateEvaluationRequest) -> Evaluation:
        """Accepts an evaluation, or only checks it; the same request again gives the same one.

        Raises what `Admission.admit` raises, and ConflictError, RequestIdReusedError or
        QueueFullError.
        """
        check_request_id(request.request_id)
        digest = request_sha256(request)
        earlier = await asyncio.to_thread(
            self._store.evaluation_of_request, request.request_id, digest
        )
        if earlier is not None:
            return earlier
        evaluation = new_evaluation(request.evaluation_id)
        evaluation.spec.CopyFrom(await self._admission.admit(request.spec))
        evaluation.state = Evaluation.STATE_QUEUED
        if request.validate_only:
            await asyncio.to_thread(self._store.check_name_is_free, evaluation.name)
            return evaluation
        # Once stored it must reach the engine, even when the caller goes away between the two.
        accepting = asyncio.create_task(self._accept(evaluation, request.request_id, digest))
        self._accepting.add(accepting)
        accepting.add_done_callback(self._accepting.discard)
        return await asyncio.shield(accepting)

    async def _accept(self, evaluation: Evaluation, request_id: str, digest: str) -> Evaluation:
        accepted, created = await asyncio.to_thread(
            self._store.create_evaluation,
            evaluation,
            request_id,
            digest,
            max_unfinished_count=self._settings.max_unfinished_evaluation_count,
        )
        if created:
            await self._engine.submit(accepted)
        return accepted


def new_evaluation(evaluation_id: str) -> Evaluation:
    """An evaluation of that id, or of a new one that tells its time, with the first revision.

    Raises InvalidNameError for an id that cannot be.
    """
    made = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(_SUFFIX_BYTES)}"
    name = resource_name(EVALUATIONS, evaluation_id or made, "evaluation_id")
    evaluation = Evaluation(name=name, revision=time.time_ns() // 1_000_000)
    evaluation.create_time.GetCurrentTime()
    return evaluation


def check_request_id(request_id: str) -> None:
    """Raises InvalidFieldError unless the id is empty or a UUID of version 4."""
    if not request_id:
        return
    try:
        parsed = uuid.UUID(request_id)
        well_formed = str(parsed) == request_id.lower() and parsed.version == _REQUEST_ID_VERSION
    except ValueError:
        well_formed = False
    if not well_formed:
        msg = f"request_id must be a UUID of version 4, got {request_id[:80]!r}"
        raise InvalidFieldError(msg, field="request_id")


def request_sha256(request: Message) -> str:
    """SHA-256 over what a request asks for, its id left out."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("request_id")
    content = bare.SerializeToString(deterministic=True)
    return hashlib.sha256(type(request).__name__.encode() + b"\x00" + content).hexdigest()
