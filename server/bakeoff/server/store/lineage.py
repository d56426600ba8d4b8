"""What was reported on one model, over all evaluations that the store holds."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from bakeoff.server.errors import NotFoundError
from bakeoff.server.near_names import near_names
from bakeoff.server.store import tables
from bakeoff.server.store.delimited import read_messages
from bakeoff.server.store.failures import store_failures
from bakeoff.server.store.folders import KEYS_FILE
from bakeoff.server.store.foundation import Foundation
from bakeoff.v1 import Candidate, Evaluation, ExampleKey, Report

_ROWS_AT_A_TIME = 500
_LONGEST_SHOWN = 160


class LineageStore(Foundation):
    """Finds what was reported of a source model from version to version."""

    def reports_of_model(self, model: str) -> Iterator[Report]:
        """Reports on candidates of a source model's name, the first that was asked for first.

        One at a time, so that few are in memory; an evaluation that is deleted meanwhile is left
        out. Raises NotFoundError at once, with the names that come closest, when no evaluation that
        has succeeded is of the model.
        """
        sequences = self._evaluations_of_model(model)
        if not sequences:
            there_is = near_names(model, self._evaluated_models())
            msg = (
                "model must be the name of a source model, of which an evaluation that has "
                f"succeeded holds a candidate, got {model[:_LONGEST_SHOWN]!r}; {there_is}"
            )
            raise NotFoundError(msg, name=model[:_LONGEST_SHOWN])
        return self._reports(sequences)

    def keys_of_digest(self, sha256: str) -> Sequence[ExampleKey] | None:
        """Ids, labels and attributes of the set of that digest, under whatever name.

        None when there is no such set any more.
        """
        rows = tables.evaluation_sets
        query = select(func.count()).select_from(rows).where(rows.c.sha256 == sha256)
        with self.database.reading() as connection:
            if connection.execute(query).scalar_one() == 0:
                return None
        with store_failures():
            path = self.folders.evaluation_set(sha256) / KEYS_FILE
            return list(read_messages(path, ExampleKey))

    def _reports(self, sequences: Sequence[int]) -> Iterator[Report]:
        rows = tables.evaluations
        for sequence in sequences:
            query = select(rows.c.report).where(rows.c.sequence == sequence)
            with self.database.reading() as connection:
                body = connection.execute(query).scalar_one_or_none()
            if body is not None:
                yield Report.FromString(body)

    def _evaluations_of_model(self, model: str) -> list[int]:
        """Sequence numbers of evaluations that have succeeded, each once, ascending."""
        rows, members = tables.evaluations, tables.evaluation_candidates
        query = (
            select(members.c.evaluation_sequence, members.c.body)
            .join(rows, rows.c.sequence == members.c.evaluation_sequence)
            .where(rows.c.state == Evaluation.STATE_SUCCEEDED)
            .order_by(members.c.evaluation_sequence, members.c.position)
            .execution_options(yield_per=_ROWS_AT_A_TIME)
        )
        name = model.encode()
        found: dict[int, None] = {}
        with self.database.reading() as connection:
            for sequence, body in connection.execute(query):
                # Reading every manifest of every evaluation would take long.
                if sequence not in found and name in body and _is_of(body, model):
                    found[sequence] = None
        return list(found)

    def _evaluated_models(self) -> list[str]:
        """Names of source models of which an evaluation has succeeded, in alphabetical order."""
        rows, members = tables.evaluations, tables.evaluation_candidates
        query = (
            select(members.c.body)
            .join(rows, rows.c.sequence == members.c.evaluation_sequence)
            .where(rows.c.state == Evaluation.STATE_SUCCEEDED)
            .distinct()
            .execution_options(yield_per=_ROWS_AT_A_TIME)
        )
        with self.database.reading() as connection:
            return sorted({_model_of(body) for (body,) in connection.execute(query)})


def _is_of(body: bytes, model: str) -> bool:
    return _model_of(body) == model


def _model_of(body: bytes) -> str:
    return Candidate.FromString(body).manifest.source_model.name
