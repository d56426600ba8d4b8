"""The client whose calls are awaited."""

from types import TracebackType
from typing import Self, Unpack

from bakeoff.client.connection import Connection, ConnectionOptions
from bakeoff.client.evaluating import AsyncEvaluateMethods
from bakeoff.client.health import Health, async_health_method, health_of, health_request
from bakeoff.client.targets import AsyncTargetMethods
from bakeoff.client.transport import AsyncTransport


class AsyncClient(AsyncEvaluateMethods, AsyncTargetMethods):
    """A client of one server, for one event loop. Make it while that loop runs.

        async with AsyncClient("127.0.0.1:50051") as client:
            async for candidate in client.list_candidates():
                print(candidate.name)

    It does what Client does, with the same settings and the same errors. Lists,
    watches and artifacts are asynchronous iterators; all else is awaited.
    """

    def __init__(self, address: str, **options: Unpack[ConnectionOptions]) -> None:
        self._transport = AsyncTransport(Connection(address=address, **options))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection and every call that is under way."""
        await self._transport.close()

    async def health(self) -> Health:
        """What the server says of itself, by the protocol `grpc.health.v1`."""
        method = async_health_method(self._transport.channel)
        return health_of(await self._transport.ask(method, health_request()))
