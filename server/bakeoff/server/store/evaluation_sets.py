"""Evaluation sets that the store holds: a row each, inputs and keys in files apart."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from bakeoff.server.errors import ConflictError, NotFoundError
from bakeoff.server.store import tables
from bakeoff.server.store.delimited import read_messages, read_slice
from bakeoff.server.store.failures import store_failures
from bakeoff.server.store.folders import INPUTS_FILE, KEYS_FILE, make_durable, remove_tree
from bakeoff.server.store.foundation import Foundation
from bakeoff.server.store.names import EVALUATION_SETS, resource_id
from bakeoff.server.store.paging import Page, page_limit
from bakeoff.server.store.usage import check_unused_set
from bakeoff.v1 import EvaluationSet, ExampleKey, TextInput, UnlabelledExample

_DEFAULT_PAGE_SIZE = 50


class EvaluationSetStore(Foundation):
    """Registers, reads and removes evaluation sets."""

    def add_evaluation_set(
        self, evaluation_set: EvaluationSet, inputs_path: Path, keys_path: Path
    ) -> EvaluationSet:
        """Registers a set from two files, which are used up together with their folder.

        The files are `inputs` (`UnlabelledExample`) and `keys` (`ExampleKey`) in one folder of
        `begin_upload`, messages with their lengths, in the order of the set. The same set again
        gives the one that is there. Raises ConflictError when another one has its name.
        """
        set_id = resource_id(EVALUATION_SETS, evaluation_set.name)
        staging = inputs_path.parent
        if (inputs_path, keys_path) != (staging / INPUTS_FILE, staging / KEYS_FILE):
            msg = f"a staged set is the files {INPUTS_FILE} and {KEYS_FILE} of one folder"
            raise ValueError(msg)
        rows = tables.evaluation_sets
        with store_failures():
            # Before the write begins: other writers do not wait for large files.
            make_durable(staging)
        with self.database.writing() as connection:
            existing = _find(connection, set_id)
            if existing is not None:
                remove_tree(staging)
                _check_same(existing, evaluation_set)
                return existing
            self.folders.keep(staging, self.folders.evaluation_set(evaluation_set.sha256))
            connection.execute(
                insert(rows).values(
                    id=set_id,
                    sha256=evaluation_set.sha256,
                    body=evaluation_set.SerializeToString(),
                )
            )
        return evaluation_set

    def find_same_set(self, evaluation_set: EvaluationSet) -> EvaluationSet | None:
        """The set of that name when it is there already, None when the name is free.

        Sets are the same when digest and task are. Raises ConflictError when another one has
        the name.
        """
        with self.database.reading() as connection:
            existing = _find(connection, resource_id(EVALUATION_SETS, evaluation_set.name))
        if existing is not None:
            _check_same(existing, evaluation_set)
        return existing

    def evaluation_set(self, name: str) -> EvaluationSet:
        """The evaluation set of that name. Raises NotFoundError."""
        set_id = resource_id(EVALUATION_SETS, name)
        with self.database.reading() as connection:
            found = _find(connection, set_id)
        if found is None:
            msg = f"there is no {name}"
            raise NotFoundError(msg, name=name)
        return found

    def list_evaluation_sets(self, page_size: int = 0, page_token: str = "") -> Page[EvaluationSet]:
        """A page of evaluation sets, in the order of their names."""
        limit = page_limit(page_size, _DEFAULT_PAGE_SIZE)
        after = self.page_tokens.read(EVALUATION_SETS, page_token)
        rows = tables.evaluation_sets
        query = select(rows.c.id, rows.c.body).order_by(rows.c.id).limit(limit + 1)
        if after is not None:
            query = query.where(rows.c.id > after)
        with self.database.reading() as connection:
            found = connection.execute(query).all()
        items = [EvaluationSet.FromString(row.body) for row in found[:limit]]
        token = ""
        if len(found) > limit:
            token = self.page_tokens.make(EVALUATION_SETS, found[limit - 1].id)
        return Page(items, token)

    def delete_evaluation_set(self, name: str) -> None:
        """Removes a set, and its files unless another set has the same.

        Raises NotFoundError, and ResourceInUseError while an evaluation that has not ended
        needs it.
        """
        set_id = resource_id(EVALUATION_SETS, name)
        rows = tables.evaluation_sets
        with self.database.writing() as connection:
            found = _find(connection, set_id)
            if found is None:
                msg = f"there is no {name}"
                raise NotFoundError(msg, name=name)
            check_unused_set(connection, set_id)
            connection.execute(delete(rows).where(rows.c.id == set_id))
        self._remove_unused_files(found.sha256)

    def inputs_path(self, name: str) -> Path:
        """File of `UnlabelledExample` messages, each preceded by its length. Read-only."""
        return self._folder(name) / INPUTS_FILE

    def keys(self, name: str) -> Sequence[ExampleKey]:
        """Ids, labels and attributes of all examples, in the order of the set."""
        with store_failures():
            return list(read_messages(self._folder(name) / KEYS_FILE, ExampleKey))

    def texts(self, name: str) -> Sequence[TextInput]:
        """Texts of all examples, in the order of the set."""
        with store_failures():
            inputs = read_messages(self._folder(name) / INPUTS_FILE, UnlabelledExample)
            return [example.text for example in inputs]

    def key_slice(self, name: str, first: int, count: int) -> Sequence[ExampleKey]:
        """Ids, labels and attributes of `count` examples from number `first`, from 0."""
        with store_failures():
            return read_slice(self._folder(name) / KEYS_FILE, ExampleKey, first, count)

    def text_slice(self, name: str, first: int, count: int) -> Sequence[TextInput]:
        """Texts of `count` examples from number `first`, from 0."""
        with store_failures():
            path = self._folder(name) / INPUTS_FILE
            return [e.text for e in read_slice(path, UnlabelledExample, first, count)]

    def _folder(self, name: str) -> Path:
        return self.folders.evaluation_set(self.evaluation_set(name).sha256)

    def _remove_unused_files(self, sha256: str) -> None:
        rows = tables.evaluation_sets
        # Within a write, so that no upload of the same set comes between.
        with self.database.writing() as connection:
            users = select(func.count()).select_from(rows).where(rows.c.sha256 == sha256)
            if connection.execute(users).scalar_one() == 0:
                remove_tree(self.folders.evaluation_set(sha256))


def _find(connection: Connection, set_id: str) -> EvaluationSet | None:
    rows = tables.evaluation_sets
    body = connection.execute(select(rows.c.body).where(rows.c.id == set_id)).scalar_one_or_none()
    return None if body is None else EvaluationSet.FromString(body)


def _check_same(existing: EvaluationSet, wanted: EvaluationSet) -> None:
    if (existing.sha256, existing.task) == (wanted.sha256, wanted.task):
        return
    msg = (
        f"{existing.name} is there already with other content: its digest is {existing.sha256} "
        f"for {existing.task}, that of the upload {wanted.sha256} for {wanted.task}; upload it "
        "under another id, or delete the old one first"
    )
    raise ConflictError(
        msg, name=existing.name, sha256=existing.sha256, uploaded_sha256=wanted.sha256
    )
