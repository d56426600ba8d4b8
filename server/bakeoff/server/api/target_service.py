"""TargetService: devices of this server."""
# ruff: noqa: N802 - methods are named by the contract

from bakeoff.server.api.handlers import Context
from bakeoff.server.errors import NotFoundError
from bakeoff.server.jobs import Engine
from bakeoff.server.store import TARGETS, PageTokens, page_limit, resource_id
from bakeoff.v1 import (
    GetTargetRequest,
    GetTargetResponse,
    ListTargetsRequest,
    ListTargetsResponse,
    Target,
)
from bakeoff.v1.target_service_pb2_grpc import TargetServiceServicer

_DEFAULT_PAGE_SIZE = 50


class TargetService(TargetServiceServicer):
    """Reads a request, asks the engine, answers."""

    def __init__(self, engine: Engine, page_tokens: PageTokens) -> None:
        self._engine = engine
        self._page_tokens = page_tokens

    async def GetTarget(self, request: GetTargetRequest, _context: Context) -> GetTargetResponse:
        """Gives one target."""
        return GetTargetResponse(target=self._target(request.name))

    async def ListTargets(
        self, request: ListTargetsRequest, _context: Context
    ) -> ListTargetsResponse:
        """Lists targets, in the order in which the engine found them."""
        limit = page_limit(request.page_size, _DEFAULT_PAGE_SIZE)
        first = int(self._page_tokens.read(TARGETS, request.page_token) or 0)
        targets = self._engine.targets()
        after = first + limit
        token = self._page_tokens.make(TARGETS, str(after)) if after < len(targets) else ""
        return ListTargetsResponse(targets=targets[first:after], next_page_token=token)

    def _target(self, name: str) -> Target:
        resource_id(TARGETS, name)
        for target in self._engine.targets():
            if target.name == name:
                return target
        msg = f"there is no {name}"
        raise NotFoundError(msg, name=name)
