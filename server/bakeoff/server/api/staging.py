"""The folder of an upload: there while it lasts, gone when it ends, whatever the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bakeoff.server.api.threads import in_thread
from bakeoff.server.store import Store


@asynccontextmanager
async def staging(store: Store) -> AsyncIterator[Path]:
    """An empty folder of the store; what is still in it at the end is removed."""
    # Not in a thread: a caller who goes away between would leave the folder behind.
    folder = store.begin_upload()
    try:
        yield folder
    finally:
        await in_thread(store.discard_upload, folder)
