"""Candidates, evaluation sets and evaluations at rest."""

from bakeoff.server.store.digests import bundle_sha256, file_sha256
from bakeoff.server.store.evaluations import Created
from bakeoff.server.store.paging import Page, PageTokens, page_limit
from bakeoff.server.store.store import Store
from bakeoff.server.store.work import Shard

__all__ = [
    "Created",
    "Page",
    "PageTokens",
    "Shard",
    "Store",
    "bundle_sha256",
    "file_sha256",
    "page_limit",
]
