"""Transactions on the database, and its schema version."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select

from bakeoff.server.errors import CorruptStoreError
from bakeoff.server.store import tables
from bakeoff.server.store.failures import DATABASE_FILE, damaged_database, store_failures
from bakeoff.server.store.sqlite import WRITES, is_sound, sqlite_engine

_SCHEMA_VERSION = "schema_version"
_PAGE_TOKEN_KEY = "page_token_key"  # noqa: S105 - the name of a row, not a secret
_PAGE_TOKEN_KEY_BYTES = 32


class Database:
    """Rows, read and written in transactions. Safe to use from any number of threads.

    What is particular to SQLite is in `sqlite.py`; the rest is SQL that PostgreSQL takes too.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing_engine = engine.execution_options(**{WRITES: True})
        # Writers of this process queue here in order; SQLite's own waiting is a lottery.
        self._write_lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Database":
        """Opens the database in that file, or makes it.

        Raises CorruptStoreError when the file is damaged, or was written by a newer Bakeoff.
        """
        database = cls(sqlite_engine(path))
        try:
            with database.writing() as connection:
                _establish_schema(connection)
        except BaseException:  # an interrupt too must close the file
            database.close()
            raise
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the rows."""
        with store_failures(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Changes that all become durable when the block ends, or none if it raises."""
        with self._write_lock, store_failures(), self._writing_engine.begin() as connection:
            yield connection

    def page_token_key(self) -> bytes:
        """Secret that page tokens of this database are signed with."""
        with self.reading() as connection:
            value = _property(connection, _PAGE_TOKEN_KEY)
        if value is None:
            raise damaged_database()
        return bytes.fromhex(value)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()


def _establish_schema(connection: Connection) -> None:
    if not is_sound(connection):
        raise damaged_database()
    if not inspect(connection).get_table_names():
        tables.metadata.create_all(connection)
        connection.execute(
            insert(tables.properties),
            [
                {"name": _SCHEMA_VERSION, "value": str(tables.SCHEMA_VERSION)},
                {"name": _PAGE_TOKEN_KEY, "value": secrets.token_hex(_PAGE_TOKEN_KEY_BYTES)},
            ],
        )
        return
    _check_version(connection)


def _check_version(connection: Connection) -> None:
    stored = None
    if inspect(connection).has_table(tables.properties.name):
        stored = _property(connection, _SCHEMA_VERSION)
    if stored is None or not stored.isdecimal():
        msg = (
            f"{DATABASE_FILE} in the data directory is a database, but not one of Bakeoff: "
            "start with an empty data directory"
        )
        raise CorruptStoreError(msg, file=DATABASE_FILE)
    if int(stored) != tables.SCHEMA_VERSION:
        msg = (
            f"{DATABASE_FILE} in the data directory has schema {stored}, and this Bakeoff knows "
            f"schema {tables.SCHEMA_VERSION}: start the version that wrote it, or use another "
            "data directory"
        )
        raise CorruptStoreError(msg, file=DATABASE_FILE)


def _property(connection: Connection, name: str) -> str | None:
    rows = tables.properties
    return connection.execute(select(rows.c.value).where(rows.c.name == name)).scalar_one_or_none()
