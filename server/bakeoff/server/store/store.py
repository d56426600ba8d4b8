"""The store of one server: rows in SQL, files by digest."""

from pathlib import Path

from sqlalchemy import Connection, Table, select

from bakeoff.server.store import tables
from bakeoff.server.store.candidates import CandidateStore
from bakeoff.server.store.database import Database
from bakeoff.server.store.evaluation_sets import EvaluationSetStore
from bakeoff.server.store.evaluations import EvaluationStore
from bakeoff.server.store.failures import store_failures
from bakeoff.server.store.folders import Folders
from bakeoff.server.store.lineage import LineageStore
from bakeoff.server.store.paging import PageTokens
from bakeoff.server.store.work import WorkStore


class Store(CandidateStore, EvaluationSetStore, EvaluationStore, LineageStore, WorkStore):
    """Everything that a server keeps, in one data directory.

    Its methods block, and may be called from any number of threads. They raise the errors that
    they name, and besides StoreError when the disk or the database fails, StorageFullError when
    the disk is full, CorruptStoreError when what is stored is damaged.
    """

    @classmethod
    def open(cls, data_dir: Path) -> "Store":
        """Opens the store in that directory, or makes it, and clears away what a crash left.

        Raises StoreError when another server runs on the directory, CorruptStoreError when it
        is damaged or was written by a newer Bakeoff; the message names the file and the remedy.
        """
        with store_failures():
            folders = Folders(data_dir)
            try:
                database = Database.open(folders.database)
            except BaseException:  # an interrupt too must give the lock back
                folders.close()
                raise
            try:
                _sweep(database, folders)
                return cls(database, folders, PageTokens(database.page_token_key()))
            except BaseException:  # an interrupt too must give the lock back
                database.close()
                folders.close()
                raise

    def close(self) -> None:
        """Closes the database and gives the directory free."""
        self.database.close()
        self.folders.close()

    def check_writable(self) -> None:
        """Writes a file and takes the database's write lock, to no effect.

        Raises StoreError or StorageFullError when that fails.
        """
        with store_failures():
            self.folders.check_writable()
        with self.database.writing():
            pass


def _sweep(database: Database, folders: Folders) -> None:
    with database.reading() as connection:
        bundles = _values(connection, tables.candidates, "sha256")
        evaluation_sets = _values(connection, tables.evaluation_sets, "sha256")
        evaluations = _values(connection, tables.evaluations, "id")
    folders.sweep(bundles, evaluation_sets, evaluations)


def _values(connection: Connection, rows: Table, column: str) -> frozenset[str]:
    return frozenset(connection.execute(select(rows.c[column])).scalars())
