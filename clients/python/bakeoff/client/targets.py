"""Targets: what a client asks of them."""

from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from bakeoff import v1
from bakeoff.client.names import target_name
from bakeoff.client.paging import all_items, all_items_async
from bakeoff.client.transport import AsyncTransport, Transport
from bakeoff.v1.target_service_pb2_grpc import TargetServiceStub

if TYPE_CHECKING:
    from bakeoff.v1.target_service_pb2_grpc import TargetServiceAsyncStub


class TargetMethods:
    """Calls that block."""

    _transport: Transport

    @cached_property
    def _targets(self) -> TargetServiceStub:
        return TargetServiceStub(self._transport.channel)

    def get_target(self, name: str) -> v1.Target:
        """One target, by its name, id or device. Raises NotFoundError."""
        request = v1.GetTargetRequest(name=target_name(name))
        return self._transport.ask(self._targets.GetTarget, request).target

    def list_targets(self) -> Iterator[v1.Target]:
        """All targets. Those that cannot be used say why."""
        return all_items(
            lambda token: self._transport.ask(
                self._targets.ListTargets, v1.ListTargetsRequest(page_token=token)
            ),
            lambda page: page.targets,
        )


class AsyncTargetMethods:
    """Calls that are awaited."""

    _transport: AsyncTransport

    @cached_property
    def _targets(self) -> "TargetServiceAsyncStub":
        return TargetServiceStub(self._transport.channel)

    async def get_target(self, name: str) -> v1.Target:
        """One target, by its name, id or device. Raises NotFoundError."""
        request = v1.GetTargetRequest(name=target_name(name))
        return (await self._transport.ask(self._targets.GetTarget, request)).target

    def list_targets(self) -> AsyncIterator[v1.Target]:
        """All targets. Those that cannot be used say why."""
        return all_items_async(
            lambda token: self._transport.ask(
                self._targets.ListTargets, v1.ListTargetsRequest(page_token=token)
            ),
            lambda page: page.targets,
        )
