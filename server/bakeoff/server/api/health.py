"""Health as `grpc.health.v1` tells it: ready, and alive.

| service | means |
|---|---|
| empty, or the name of a service | ready: the store takes writes, the engine runs what it accepts |
| `bakeoff.live` | alive: the process answers, whatever the disk or a device does |
"""

import asyncio
import logging
from collections.abc import Iterable

from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio as health_aio  # type: ignore[attr-defined] # missing from the stubs

from bakeoff.server.errors import BakeoffError
from bakeoff.server.jobs import Engine
from bakeoff.server.store import Store

_LOG = logging.getLogger(__name__)
_Status = health_pb2.HealthCheckResponse

LIVE = "bakeoff.live"
_CHECK_INTERVAL_S = 5.0


class Health:
    """Keeps the health that callers see up to date."""

    def __init__(self, store: Store, engine: Engine, services: Iterable[str]) -> None:
        self.servicer = health_aio.HealthServicer()
        self._store = store
        self._engine = engine
        self._services = ("", *services)
        self._was_ready: bool | None = None

    async def keep_current(self) -> None:
        """Looks every few seconds whether the server is ready. Ends only when cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_CHECK_INTERVAL_S)

    async def look(self) -> None:
        """Finds out once whether the server is ready, and tells."""
        await self.servicer.set(LIVE, _Status.SERVING)
        is_ready = self._engine.ready() and await asyncio.to_thread(self._store_is_writable)
        if is_ready != self._was_ready:
            _LOG.info("readiness changed", extra={"ready": is_ready})
            self._was_ready = is_ready
        status = _Status.SERVING if is_ready else _Status.NOT_SERVING
        for service in self._services:
            await self.servicer.set(service, status)

    async def drain(self) -> None:
        """Tells everybody for good that the server is about to stop."""
        await self.servicer.enter_graceful_shutdown()

    def _store_is_writable(self) -> bool:
        try:
            self._store.check_writable()
        except BakeoffError as error:
            _LOG.warning("the store takes no writes", extra={"reason": error.reason})
            return False
        return True
