"""Candidates, evaluation sets and evaluations at rest."""

from bakeoff.server.store.digests import bundle_sha256, file_sha256
from bakeoff.server.store.evaluations import Created
from bakeoff.server.store.failures import store_failures
from bakeoff.server.store.folders import INPUTS_FILE, KEYS_FILE
from bakeoff.server.store.names import (
    CANDIDATES,
    EVALUATION_SETS,
    EVALUATIONS,
    TARGETS,
    resource_id,
    resource_name,
)
from bakeoff.server.store.paging import Page, PageTokens, page_limit
from bakeoff.server.store.store import Store
from bakeoff.server.store.work import Shard

__all__ = [
    "CANDIDATES",
    "EVALUATIONS",
    "EVALUATION_SETS",
    "INPUTS_FILE",
    "KEYS_FILE",
    "TARGETS",
    "Created",
    "Page",
    "PageTokens",
    "Shard",
    "Store",
    "bundle_sha256",
    "file_sha256",
    "page_limit",
    "resource_id",
    "resource_name",
    "store_failures",
]
