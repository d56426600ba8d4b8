"""What a failed read or write of the store means."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from bakeoff.server.errors import CorruptStoreError, StorageFullError, StoreError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# SQLite keeps the kind of an error in the low byte of its code.
_KIND_MASK = 0xFF

DATABASE_FILE = "bakeoff.sqlite3"


@contextmanager
def store_failures() -> Iterator[None]:
    """Errors of the disk and of the database, as errors of the store.

    Raises StorageFullError when the disk is full, CorruptStoreError when stored data is damaged
    or gone, StoreError for anything else.
    """
    try:
        yield
    except DBAPIError as error:
        raise _database_failure(error) from error
    except OSError as error:
        raise _file_failure(error) from error


def damaged_database() -> CorruptStoreError:
    """A damaged database file, with the remedy."""
    return CorruptStoreError(
        f"{DATABASE_FILE} in the data directory is damaged or not a database: put a backup of it "
        "in its place, or start with an empty data directory",
        file=DATABASE_FILE,
    )


def storage_full() -> StorageFullError:
    """A full disk, with the remedy."""
    return StorageFullError(
        "the disk of the store is full: delete evaluations, candidates or evaluation sets that "
        "are no longer needed, or give the data directory more room"
    )


def _database_failure(error: DBAPIError) -> StoreError | StorageFullError:
    code = getattr(error.orig, "sqlite_errorcode", None)
    kind = None if code is None else code & _KIND_MASK
    if kind == sqlite3.SQLITE_FULL:
        return storage_full()
    if kind in _DAMAGED:
        return damaged_database()
    return StoreError("the database of the store cannot be read or written just now")


def _file_failure(error: OSError) -> StoreError | StorageFullError:
    if error.errno in _FULL:
        return storage_full()
    if isinstance(error, FileNotFoundError):
        return CorruptStoreError(
            "a file of the store is gone: put the data directory back from a backup, or upload "
            "the candidate or evaluation set again under another id"
        )
    # The system's words for it hold no path.
    return StoreError(f"a file of the store cannot be read or written: {error.strerror}")
