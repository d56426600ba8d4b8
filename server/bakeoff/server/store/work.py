"""What an evaluation writes while it runs: predictions shard by shard, and findings."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, Table, delete, insert, select

from bakeoff.server.errors import CorruptStoreError, NotFoundError
from bakeoff.server.store import tables
from bakeoff.server.store.delimited import read_messages
from bakeoff.server.store.digests import file_sha256
from bakeoff.server.store.failures import store_failures
from bakeoff.server.store.folders import sync_file, sync_folder
from bakeoff.server.store.foundation import Foundation
from bakeoff.server.store.names import CANDIDATES, EVALUATIONS, resource_id
from bakeoff.v1 import Prediction


class Shard(NamedTuple):
    """A file of predictions of examples that follow one another in the set."""

    first_index: int
    path: Path
    sha256: str
    example_count: int


class WorkStore(Foundation):
    """Keeps what is needed to resume an evaluation, and to score it anew."""

    def evaluation_path(self, evaluation: str) -> Path:
        """Folder that an evaluation writes to; it goes when the evaluation is deleted."""
        return self.folders.evaluation(resource_id(EVALUATIONS, evaluation))

    def observations_path(self, evaluation: str, candidate: str, scenario: str) -> Path:
        """File of raw observations of a candidate in a scenario.

        `scenario` is its id. The file holds `ObservationBlock` messages, each preceded by its
        length. Its folder is there; the file is made by whoever measures.
        """
        # An id holds colons and commas, which not every file system and tool takes.
        safe_name = quote(scenario, safe="")
        folder = self.evaluation_path(evaluation) / "observations" / safe_name
        with store_failures():
            folder.mkdir(parents=True, exist_ok=True)
        return folder / resource_id(CANDIDATES, candidate)

    def commit_shard(  # noqa: PLR0917 - as the executor calls it
        self,
        evaluation: str,
        candidate: str,
        first_index: int,
        path: Path,
        sha256: str,
        count: int,
    ) -> None:
        """Makes a closed file of predictions durable, and part of the evaluation.

        The file lies in the evaluation's folder. A shard with the same first index is replaced.
        """
        relative = path.relative_to(self.evaluation_path(evaluation))
        with store_failures():
            sync_file(path)
            sync_folder(path.parent)
        rows = tables.shards
        with self.database.writing() as connection:
            key = {
                "evaluation_sequence": _sequence(connection, evaluation),
                "candidate_id": resource_id(CANDIDATES, candidate),
                "first_index": first_index,
            }
            _replace(
                connection,
                rows,
                key,
                {"example_count": count, "path": str(relative), "sha256": sha256},
            )

    def shards(self, evaluation: str, candidate: str) -> Sequence[Shard]:
        """Committed shards in the order of the set, each checked against its digest.

        One whose file is gone or changed is left out: it is to be predicted again.
        """
        with store_failures():
            return [s for s in self._committed(evaluation, candidate) if _is_sound(s)]

    def predictions(self, evaluation: str, candidate: str) -> Sequence[Prediction]:
        """All committed predictions, in the order of the set.

        Raises CorruptStoreError when a shard is not what it was.
        """
        return self.prediction_slice(evaluation, candidate, 0, None)

    def prediction_slice(
        self, evaluation: str, candidate: str, first: int, count: int | None
    ) -> Sequence[Prediction]:
        """Committed predictions of examples `first` to `first + count`; None means to the end.

        Raises CorruptStoreError when a shard is not what it was.
        """
        found: list[Prediction] = []
        with store_failures():
            for shard in self._committed(evaluation, candidate):
                before = shard.first_index + shard.example_count <= first
                after = count is not None and shard.first_index >= first + count
                if not before and not after:
                    found += _read(shard)
        return [
            prediction
            for prediction in found
            if prediction.index >= first and (count is None or prediction.index < first + count)
        ]

    def put_finding(self, evaluation: str, candidate: str, kind: str, body: bytes) -> None:
        """Keeps what was found, a message in bytes, in place of an earlier one of its kind.

        `candidate` is empty for what concerns the evaluation as a whole.
        """
        with self.database.writing() as connection:
            key = {
                "evaluation_sequence": _sequence(connection, evaluation),
                "candidate_id": _candidate_id(candidate),
                "kind": kind,
            }
            _replace(connection, tables.findings, key, {"body": body})

    def finding(self, evaluation: str, candidate: str, kind: str) -> bytes | None:
        """What was found of that kind; None when nothing was."""
        rows = tables.findings
        with self.database.reading() as connection:
            query = select(rows.c.body).where(
                rows.c.evaluation_sequence == _sequence(connection, evaluation),
                rows.c.candidate_id == _candidate_id(candidate),
                rows.c.kind == kind,
            )
            return connection.execute(query).scalar_one_or_none()

    def _committed(self, evaluation: str, candidate: str) -> list[Shard]:
        rows = tables.shards
        folder = self.evaluation_path(evaluation)
        with self.database.reading() as connection:
            query = (
                select(rows)
                .where(
                    rows.c.evaluation_sequence == _sequence(connection, evaluation),
                    rows.c.candidate_id == resource_id(CANDIDATES, candidate),
                )
                .order_by(rows.c.first_index)
            )
            found = connection.execute(query).all()
        return [
            Shard(row.first_index, folder / row.path, row.sha256, row.example_count)
            for row in found
        ]


def _is_sound(shard: Shard) -> bool:
    return shard.path.is_file() and file_sha256(shard.path) == shard.sha256


def _read(shard: Shard) -> list[Prediction]:
    if not _is_sound(shard):
        msg = (
            f"stored predictions from example {shard.first_index} on are not what they were: "
            "run the evaluation again"
        )
        raise CorruptStoreError(msg)
    return list(read_messages(shard.path, Prediction))


def _sequence(connection: Connection, evaluation: str) -> int:
    rows = tables.evaluations
    query = select(rows.c.sequence).where(rows.c.id == resource_id(EVALUATIONS, evaluation))
    sequence: int | None = connection.execute(query).scalar_one_or_none()
    if sequence is None:
        msg = f"there is no {evaluation}"
        raise NotFoundError(msg, name=evaluation)
    return sequence


def _candidate_id(candidate: str) -> str:
    return resource_id(CANDIDATES, candidate) if candidate else ""


def _replace(
    connection: Connection, rows: Table, key: dict[str, object], values: dict[str, object]
) -> None:
    where = [rows.c[name] == value for name, value in key.items()]
    connection.execute(delete(rows).where(*where))
    connection.execute(insert(rows).values(**key, **values))
