"""The life of a server: store, engine and port opened in order, and closed in the other."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress

from bakeoff.server.api.server import Server
from bakeoff.server.jobs import Engine
from bakeoff.server.settings import Settings
from bakeoff.server.store import Store

_LOG = logging.getLogger(__name__)

# Threads wait for the disk and for SQLite; a few that score must not hold up the rest.
_THREAD_COUNT = 32


@asynccontextmanager
async def running_server(settings: Settings) -> AsyncIterator[Server]:
    """A server that takes calls, until the block ends; then its work is put down in order.

    What has not ended by then is taken up again at the next start. Raises SettingError for
    settings that do not hold here, StoreError when the store cannot be opened.
    """
    store = await asyncio.to_thread(Store.open, settings.data_dir)
    try:
        engine = Engine(store, settings)
        server = Server(store, engine, settings)
        try:
            await engine.start()
            await server.health.look()
            await server.start()
            looking = asyncio.create_task(server.health.keep_current())
            try:
                yield server
            finally:
                looking.cancel()
                with suppress(asyncio.CancelledError):
                    await looking
                await server.stop(settings.shutdown_grace_s)
        finally:
            await engine.stop()
    finally:
        store.close()


async def serve_until_told(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT; a second one ends the calls that are under way.

    `announce` is told the address, with its real port, once calls are taken.
    """
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREAD_COUNT, thread_name_prefix="call"))
    told = asyncio.Event()
    hurry = asyncio.Event()

    def stop() -> None:
        (hurry if told.is_set() else told).set()
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with running_server(settings) as server:
        _LOG.info("serving", extra={"address": server.address})
        announce(server.address)
        await told.wait()
        _LOG.info("stopping", extra={"grace_s": settings.shutdown_grace_s})
        hurrying = asyncio.create_task(_hurry(server, hurry))
    hurrying.cancel()
    _LOG.info("stopped")


async def _hurry(server: Server, hurry: asyncio.Event) -> None:
    await hurry.wait()
    _LOG.info("stopping at once")
    await server.stop(0)
