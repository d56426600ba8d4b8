"""What every part of the store stands on."""

from dataclasses import dataclass

from bakeoff.server.store.database import Database
from bakeoff.server.store.folders import Folders
from bakeoff.server.store.paging import PageTokens


@dataclass(frozen=True)
class Foundation:
    """Rows, files and page tokens of one data directory."""

    database: Database
    folders: Folders
    page_tokens: PageTokens
