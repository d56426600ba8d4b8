"""Candidates that the store holds: a row each, and the files of its bundle by digest."""

from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from bakeoff.server.errors import (
    BundleChangedError,
    ConflictError,
    NotFoundError,
)
from bakeoff.server.store import tables
from bakeoff.server.store.digests import file_sha256
from bakeoff.server.store.failures import store_failures
from bakeoff.server.store.folders import make_durable, remove_tree
from bakeoff.server.store.foundation import Foundation
from bakeoff.server.store.names import CANDIDATES, resource_id
from bakeoff.server.store.paging import Page, page_limit
from bakeoff.server.store.usage import check_unused_candidate
from bakeoff.v1 import Candidate

_DEFAULT_PAGE_SIZE = 50


class CandidateStore(Foundation):
    """Registers, reads and removes candidates."""

    def begin_upload(self) -> Path:
        """A new empty folder for the files of an upload.

        It ends with `add_candidate`, `add_evaluation_set` or `discard_upload`; what is left of it
        after a crash is removed at the next start.
        """
        with store_failures():
            return self.folders.new_staging()

    def discard_upload(self, staging: Path) -> None:
        """Removes the folder of an upload that came to nothing."""
        with store_failures():
            remove_tree(staging)

    def add_candidate(self, candidate: Candidate, staging: Path) -> Candidate:
        """Registers a candidate whose files lie in the staging folder, which is used up.

        `candidate.sha256` is the digest of the bundle. The same candidate again gives the one
        that is there. Raises ConflictError when another one has its name.
        """
        candidate_id = resource_id(CANDIDATES, candidate.name)
        rows = tables.candidates
        with store_failures():
            # Before the write begins: other writers do not wait for large files.
            make_durable(staging)
        with self.database.writing() as connection:
            existing = _find(connection, candidate_id)
            if existing is not None:
                remove_tree(staging)
                _check_same(existing, candidate)
                return existing
            self.folders.keep(staging, self.folders.bundle(candidate.sha256))
            connection.execute(
                insert(rows).values(
                    id=candidate_id, sha256=candidate.sha256, body=candidate.SerializeToString()
                )
            )
        return candidate

    def find_same_candidate(self, candidate: Candidate) -> Candidate | None:
        """The candidate of that name when it is there already, None when the name is free.

        Raises ConflictError when another one has the name.
        """
        with self.database.reading() as connection:
            existing = _find(connection, resource_id(CANDIDATES, candidate.name))
        if existing is not None:
            _check_same(existing, candidate)
        return existing

    def candidate(self, name: str) -> Candidate:
        """The candidate of that name. Raises NotFoundError."""
        candidate_id = resource_id(CANDIDATES, name)
        with self.database.reading() as connection:
            found = _find(connection, candidate_id)
        if found is None:
            msg = f"there is no {name}"
            raise NotFoundError(msg, name=name)
        return found

    def list_candidates(self, page_size: int = 0, page_token: str = "") -> Page[Candidate]:
        """A page of candidates, in the order of their names."""
        limit = page_limit(page_size, _DEFAULT_PAGE_SIZE)
        after = self.page_tokens.read(CANDIDATES, page_token)
        rows = tables.candidates
        query = select(rows.c.id, rows.c.body).order_by(rows.c.id).limit(limit + 1)
        if after is not None:
            query = query.where(rows.c.id > after)
        with self.database.reading() as connection:
            found = connection.execute(query).all()
        items = [Candidate.FromString(row.body) for row in found[:limit]]
        token = ""
        if len(found) > limit:
            token = self.page_tokens.make(CANDIDATES, found[limit - 1].id)
        return Page(items, token)

    def delete_candidate(self, name: str) -> None:
        """Removes a candidate, and its files unless another candidate has the same.

        Raises NotFoundError, and ResourceInUseError while an evaluation that has not ended
        needs it.
        """
        candidate_id = resource_id(CANDIDATES, name)
        rows = tables.candidates
        with self.database.writing() as connection:
            found = _find(connection, candidate_id)
            if found is None:
                msg = f"there is no {name}"
                raise NotFoundError(msg, name=name)
            check_unused_candidate(connection, candidate_id)
            connection.execute(delete(rows).where(rows.c.id == candidate_id))
        self._remove_unused_bundle(found.sha256)

    def bundle_path(self, name: str) -> Path:
        """Folder that holds the files of a candidate, and nothing else. All is read-only."""
        return self.folders.bundle(self.candidate(name).sha256)

    def verify_bundle(self, name: str) -> None:
        """Hashes every stored file of a candidate again.

        Raises BundleChangedError naming the file that is not what it was.
        """
        candidate = self.candidate(name)
        folder = self.folders.bundle(candidate.sha256)
        for file in candidate.manifest.files:
            path = folder / file.path
            if not path.is_file() or file_sha256(path) != file.sha256:
                msg = f"the stored file {file.path} of {name} is not what was uploaded"
                raise BundleChangedError(msg, candidate=name, file=file.path)

    def _remove_unused_bundle(self, sha256: str) -> None:
        rows = tables.candidates
        # Within a write, so that no upload of the same bundle comes between.
        with self.database.writing() as connection:
            users = select(func.count()).select_from(rows).where(rows.c.sha256 == sha256)
            if connection.execute(users).scalar_one() == 0:
                remove_tree(self.folders.bundle(sha256))


def _find(connection: Connection, candidate_id: str) -> Candidate | None:
    rows = tables.candidates
    body = connection.execute(
        select(rows.c.body).where(rows.c.id == candidate_id)
    ).scalar_one_or_none()
    return None if body is None else Candidate.FromString(body)


def _check_same(existing: Candidate, wanted: Candidate) -> None:
    if _identity(existing) == _identity(wanted):
        return
    what = "another manifest" if existing.sha256 == wanted.sha256 else "other files"
    msg = (
        f"{existing.name} is there already with {what}: its digest is {existing.sha256}, that of "
        f"the upload {wanted.sha256}; upload it under another id, or delete the old one first"
    )
    raise ConflictError(
        msg, name=existing.name, sha256=existing.sha256, uploaded_sha256=wanted.sha256
    )


def _identity(candidate: Candidate) -> tuple[str, bytes]:
    manifest = type(candidate.manifest)()
    manifest.CopyFrom(candidate.manifest)
    # The same export made again differs in its time alone.
    manifest.ClearField("create_time")
    return candidate.sha256, manifest.SerializeToString(deterministic=True)
