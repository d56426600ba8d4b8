"""The data directory: what lies where, and how files become durable.

    lock                    held while a server runs on the directory
    bakeoff.sqlite3         rows
    bundles/ab/abcd…/       files of a candidate, under the digest of its bundle
    sets/ab/abcd…/          `inputs` and `keys` of an evaluation set, under the digest of its upload
    evaluations/{id}/       predictions and observations
    staging/                uploads that have not ended
    workers/                home of worker processes; made and used by `jobs`

Bundles and sets never change once they are there. Each is a folder of its own, of regular files
without a second link, so that a worker can be given the folder and nothing else.
"""

import fcntl
import os
import shutil
import stat
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import IO

from bakeoff.server.errors import CorruptStoreError, StoreError
from bakeoff.server.store.failures import DATABASE_FILE

_READ_ONLY_FILE = 0o444
_READ_ONLY_FOLDER = 0o555
_OWN_FOLDER = 0o700
_PREFIX_LENGTH = 2
_PROBE_BYTES = 4096

INPUTS_FILE = "inputs"
KEYS_FILE = "keys"


class Folders:
    """The data directory of one running server."""

    def __init__(self, data_dir: Path) -> None:
        """Takes the directory for this process, and makes what is missing in it.

        Raises StoreError when another server runs on it, CorruptStoreError when it holds files
        but its database is gone.
        """
        self._root = data_dir.absolute()
        self._root.mkdir(parents=True, exist_ok=True, mode=_OWN_FOLDER)
        self._lock = _lock(self._root / "lock")
        try:
            for folder in (self._bundles, self._sets, self._evaluations, self._staging):
                folder.mkdir(exist_ok=True, mode=_OWN_FOLDER)
            self._check_database_is_there()
            self._clear_staging()
        except BaseException:  # an interrupt too must give the lock back
            self.close()
            raise

    @property
    def database(self) -> Path:
        """File of the rows."""
        return self._root / DATABASE_FILE

    @property
    def _bundles(self) -> Path:
        return self._root / "bundles"

    @property
    def _sets(self) -> Path:
        return self._root / "sets"

    @property
    def _evaluations(self) -> Path:
        return self._root / "evaluations"

    @property
    def _staging(self) -> Path:
        return self._root / "staging"

    def bundle(self, sha256: str) -> Path:
        """Folder of the bundle with that digest."""
        return self._bundles / sha256[:_PREFIX_LENGTH] / sha256

    def evaluation_set(self, sha256: str) -> Path:
        """Folder of the evaluation set with that digest."""
        return self._sets / sha256[:_PREFIX_LENGTH] / sha256

    def evaluation(self, evaluation_id: str) -> Path:
        """Folder of what an evaluation writes."""
        return self._evaluations / evaluation_id

    def new_staging(self) -> Path:
        """A new empty folder for an upload, on the file system of the store."""
        folder = self._staging / uuid.uuid4().hex
        folder.mkdir(mode=_OWN_FOLDER)
        return folder

    def keep(self, staged: Path, place: Path) -> None:
        """Moves a staged folder that was made durable to its place, and makes it read-only.

        Where a folder of the same digest is there already, that one stays.
        """
        if place.exists():
            remove_tree(staged)
            return
        place.parent.mkdir(exist_ok=True, mode=_OWN_FOLDER)
        staged.rename(place)
        for folder, _, _ in os.walk(place):
            Path(folder).chmod(_READ_ONLY_FOLDER)
        sync_folder(place.parent)
        sync_folder(place.parent.parent)

    def make_evaluation(self, evaluation_id: str) -> None:
        """Makes the empty folder of a new evaluation."""
        folder = self.evaluation(evaluation_id)
        # What a removal left behind when it was cut short belongs to no evaluation.
        remove_tree(folder)
        folder.mkdir(mode=_OWN_FOLDER)
        sync_folder(folder.parent)

    def share_work(self, source_id: str, evaluation_id: str) -> None:
        """Gives the files of one evaluation to another, by hard links.

        Nobody writes to them once their evaluation has ended, and either can be removed without
        the other. Workers are never given them.
        """
        source, target = self.evaluation(source_id), self.evaluation(evaluation_id)
        for folder, _, names in os.walk(source):
            copy = target / Path(folder).relative_to(source)
            copy.mkdir(exist_ok=True)
            for name in names:
                os.link(Path(folder, name), copy / name)
            sync_folder(copy)

    def sweep(
        self,
        bundles: Collection[str],
        evaluation_sets: Collection[str],
        evaluations: Collection[str],
    ) -> None:
        """Removes the folders that no row speaks of: a removal or an upload was cut short."""
        for parent, kept in (
            *((prefix, bundles) for prefix in self._bundles.iterdir()),
            *((prefix, evaluation_sets) for prefix in self._sets.iterdir()),
            (self._evaluations, evaluations),
        ):
            for folder in list(parent.iterdir()):
                if folder.name not in kept:
                    remove_tree(folder)

    def check_writable(self) -> None:
        """Writes a file to the disk and removes it again. Raises OSError when that fails."""
        folder = self.new_staging()
        try:
            probe = folder / "probe"
            probe.write_bytes(bytes(_PROBE_BYTES))
            sync_file(probe)
        finally:
            remove_tree(folder)

    def close(self) -> None:
        """Gives the directory free."""
        self._lock.close()

    def _check_database_is_there(self) -> None:
        if self.database.exists():
            return
        if any(any(f.iterdir()) for f in (self._bundles, self._sets, self._evaluations)):
            msg = (
                f"{DATABASE_FILE} is gone from a data directory that holds files: put a backup of "
                "it in its place, or start with an empty data directory"
            )
            raise CorruptStoreError(msg, file=DATABASE_FILE)

    def _clear_staging(self) -> None:
        for leftover in list(self._staging.iterdir()):
            remove_tree(leftover)


def remove_tree(folder: Path) -> None:
    """Removes a folder and all it holds, read-only or not; nothing when it is not there."""
    if not folder.exists():
        return
    for inner, _, _ in os.walk(folder):
        Path(inner).chmod(_OWN_FOLDER)
    shutil.rmtree(folder)


def make_durable(staged: Path) -> None:
    """Makes a staged folder and all it holds durable, and its files read-only.

    Raises StoreError when it holds anything but folders and regular files with one link.
    """
    for folder, _, names in os.walk(staged):
        for name in names:
            path = Path(folder, name)
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                msg = "a staged file is not a regular file with one link"
                raise StoreError(msg)
            path.chmod(_READ_ONLY_FILE)
            sync_file(path)
        sync_folder(Path(folder))


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Makes the bytes of a file durable."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _lock(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        msg = (
            "another server is running on this data directory: stop it, or use another data "
            "directory"
        )
        raise StoreError(msg) from None
    return file
