"""Evaluations that the store holds: what was asked, how it stands, what was found."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from bakeoff.server.errors import (
    ConflictError,
    NotFoundError,
    QueueFullError,
    RequestIdReusedError,
    WrongStateError,
)
from bakeoff.server.store import tables
from bakeoff.server.store.folders import remove_tree
from bakeoff.server.store.foundation import Foundation
from bakeoff.server.store.names import CANDIDATES, EVALUATION_SETS, EVALUATIONS, resource_id
from bakeoff.server.store.paging import Page, page_limit
from bakeoff.server.store.usage import UNFINISHED
from bakeoff.v1 import Candidate, Evaluation, EvaluationSet, EvaluationSpec, Report

_DEFAULT_PAGE_SIZE = 50


class Created(NamedTuple):
    """An evaluation, and whether this very call made it."""

    evaluation: Evaluation
    created: bool


class EvaluationStore(Foundation):
    """Accepts, reads, saves and removes evaluations."""

    def create_evaluation(
        self,
        evaluation: Evaluation,
        request_id: str = "",
        request_sha256: str = "",
        *,
        max_unfinished_count: int | None = None,
        work_of: str = "",
    ) -> Created:
        """Accepts an evaluation, durably, with its candidates and its set as they are now.

        A request id that came before with the same digest gives the evaluation it made then, and
        changes nothing. `work_of` names another evaluation, which has ended, whose predictions,
        observations and findings, candidates and set become those of this one too.

        Raises RequestIdReusedError when it came with another digest,
        ConflictError when the name is taken, NotFoundError when a candidate or the set is gone,
        QueueFullError when `max_unfinished_count` have not ended.
        """
        evaluation_id = resource_id(EVALUATIONS, evaluation.name)
        with self.database.writing() as connection:
            earlier = _of_request(connection, request_id, request_sha256)
            if earlier is not None:
                return Created(earlier, created=False)
            _check_free(connection, evaluation_id)
            if max_unfinished_count is not None:
                _check_room(connection, max_unfinished_count)
            source_id = resource_id(EVALUATIONS, work_of, "work_of") if work_of else ""
            _insert(connection, evaluation, _Request(request_id, request_sha256), source_id)
            self.folders.make_evaluation(evaluation_id)
            if source_id:
                self.folders.share_work(source_id, evaluation_id)
        return Created(evaluation, created=True)

    def check_name_is_free(self, name: str) -> None:
        """Raises ConflictError when there is an evaluation of that name."""
        with self.database.reading() as connection:
            _check_free(connection, resource_id(EVALUATIONS, name))

    def evaluation_of_request(self, request_id: str, request_sha256: str) -> Evaluation | None:
        """The evaluation that a request id made before; None when it is new or empty.

        Raises RequestIdReusedError when it came with another digest.
        """
        with self.database.reading() as connection:
            return _of_request(connection, request_id, request_sha256)

    def evaluation(self, name: str) -> Evaluation:
        """The evaluation of that name, with its report when it has one. Raises NotFoundError."""
        evaluation_id = resource_id(EVALUATIONS, name)
        with self.database.reading() as connection:
            return _whole(_existing(connection, evaluation_id))

    def list_evaluations(
        self,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[int] = (),
    ) -> Page[Evaluation]:
        """A page of evaluations, the newest first, without their reports.

        Only those in one of the states; none given means all.
        """
        limit = page_limit(page_size, _DEFAULT_PAGE_SIZE)
        wanted = sorted(set(states))
        scope = f"{EVALUATIONS}?states={wanted}"
        before = self.page_tokens.read(scope, page_token)
        rows = tables.evaluations
        query = select(rows.c.sequence, rows.c.body).order_by(rows.c.sequence.desc())
        if wanted:
            query = query.where(rows.c.state.in_(wanted))
        if before is not None:
            query = query.where(rows.c.sequence < int(before))
        with self.database.reading() as connection:
            found = connection.execute(query.limit(limit + 1)).all()
        items = [Evaluation.FromString(row.body) for row in found[:limit]]
        token = ""
        if len(found) > limit:
            token = self.page_tokens.make(scope, str(found[limit - 1].sequence))
        return Page(items, token)

    def unfinished_evaluations(self) -> Sequence[Evaluation]:
        """Evaluations that are queued or running, in the order in which they were accepted."""
        rows = tables.evaluations
        query = select(rows.c.body).where(rows.c.state.in_(UNFINISHED)).order_by(rows.c.sequence)
        with self.database.reading() as connection:
            return [Evaluation.FromString(body) for body in connection.execute(query).scalars()]

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Stores an evaluation as it stands now, report included. Raises NotFoundError."""
        evaluation_id = resource_id(EVALUATIONS, evaluation.name)
        rows = tables.evaluations
        change = (
            update(rows)
            .where(rows.c.id == evaluation_id)
            .values(state=evaluation.state, body=_body(evaluation), report=_report(evaluation))
        )
        with self.database.writing() as connection:
            if connection.execute(change).rowcount == 0:
                raise _not_found(evaluation_id)

    def delete_evaluation(self, name: str) -> None:
        """Removes an evaluation that has ended, with all that it wrote.

        Raises NotFoundError, and WrongStateError when it has not ended.
        """
        evaluation_id = resource_id(EVALUATIONS, name)
        rows = tables.evaluations
        with self.database.writing() as connection:
            if _existing(connection, evaluation_id)["state"] in UNFINISHED:
                msg = f"{name} has not ended: cancel it, or wait for it, and delete it then"
                raise WrongStateError(msg, name=name)
            connection.execute(delete(rows).where(rows.c.id == evaluation_id))
            connection.commit()
            # Still within the lock of writers: no new evaluation takes the id meanwhile.
            remove_tree(self.folders.evaluation(evaluation_id))

    def candidates_of(self, name: str) -> Sequence[Candidate]:
        """Candidates of an evaluation, as they were when it was accepted, in its order.

        They stay when a candidate is deleted, or another one comes to have its name.
        """
        evaluation_id = resource_id(EVALUATIONS, name)
        members = tables.evaluation_candidates
        with self.database.reading() as connection:
            sequence = _existing(connection, evaluation_id)["sequence"]
            query = (
                select(members.c.body)
                .where(members.c.evaluation_sequence == sequence)
                .order_by(members.c.position)
            )
            return [Candidate.FromString(body) for body in connection.execute(query).scalars()]

    def evaluation_set_of(self, name: str) -> EvaluationSet:
        """Evaluation set of an evaluation, as it was when the evaluation was accepted."""
        evaluation_id = resource_id(EVALUATIONS, name)
        with self.database.reading() as connection:
            row = _existing(connection, evaluation_id)
        return EvaluationSet.FromString(row["evaluation_set_body"])


class _Request(NamedTuple):
    """What tells one request from another; both empty when it brought no id."""

    id: str
    sha256: str


def _insert(
    connection: Connection, evaluation: Evaluation, request: _Request, source_id: str
) -> None:
    spec = evaluation.spec
    snapshot = _earlier(connection, source_id) if source_id else _as_now(connection, spec)
    sequence = connection.execute(
        insert(tables.evaluations)
        .values(
            id=resource_id(EVALUATIONS, evaluation.name),
            state=evaluation.state,
            request_id=request.id or None,
            request_sha256=request.sha256 or None,
            evaluation_set_id=resource_id(EVALUATION_SETS, spec.evaluation_set),
            evaluation_set_body=snapshot.evaluation_set,
            body=_body(evaluation),
            report=_report(evaluation),
        )
        .returning(tables.evaluations.c.sequence)
    ).scalar_one()
    members = [
        {
            "evaluation_sequence": sequence,
            "position": position,
            "candidate_id": candidate_id,
            "body": body,
        }
        for position, (candidate_id, body) in enumerate(snapshot.candidates)
    ]
    connection.execute(insert(tables.evaluation_candidates), members)
    if source_id:
        _copy_work(connection, source_id, sequence)


class _Snapshot(NamedTuple):
    """Bytes of what an evaluation runs on: its set, and its candidates by id in their order."""

    evaluation_set: bytes
    candidates: Sequence[tuple[str, bytes]]


def _as_now(connection: Connection, spec: EvaluationSpec) -> _Snapshot:
    set_id = resource_id(EVALUATION_SETS, spec.evaluation_set)
    candidate_ids = [resource_id(CANDIDATES, candidate) for candidate in spec.candidates]
    found_set = _bodies(connection, EVALUATION_SETS, [set_id])
    found = _bodies(connection, CANDIDATES, candidate_ids)
    return _Snapshot(found_set[set_id], [(one, found[one]) for one in candidate_ids])


def _earlier(connection: Connection, source_id: str) -> _Snapshot:
    source = _existing(connection, source_id)
    members = tables.evaluation_candidates
    query = (
        select(members.c.candidate_id, members.c.body)
        .where(members.c.evaluation_sequence == source["sequence"])
        .order_by(members.c.position)
    )
    found = [(row.candidate_id, row.body) for row in connection.execute(query)]
    return _Snapshot(source["evaluation_set_body"], found)


def _copy_work(connection: Connection, source_id: str, sequence: int) -> None:
    source_sequence = _existing(connection, source_id)["sequence"]
    for rows in (tables.shards, tables.findings):
        query = select(rows).where(rows.c.evaluation_sequence == source_sequence)
        copied = [
            {**row, "evaluation_sequence": sequence} for row in connection.execute(query).mappings()
        ]
        if copied:
            connection.execute(insert(rows), copied)


def _bodies(connection: Connection, collection: str, ids: Sequence[str]) -> dict[str, bytes]:
    rows = tables.candidates if collection == CANDIDATES else tables.evaluation_sets
    query = select(rows.c.id, rows.c.body).where(rows.c.id.in_(ids))
    found = {row.id: row.body for row in connection.execute(query)}
    missing = [f"{collection}/{one}" for one in ids if one not in found]
    if missing:
        msg = f"there is no {', no '.join(missing)}"
        raise NotFoundError(msg, name=missing[0])
    return found


def _of_request(connection: Connection, request_id: str, sha256: str) -> Evaluation | None:
    if not request_id:
        return None
    rows = tables.evaluations
    row = connection.execute(select(rows).where(rows.c.request_id == request_id)).mappings().first()
    if row is None:
        return None
    if row["request_sha256"] != sha256:
        msg = (
            f"request_id {request_id} came before with another request: use a new one for each "
            "request, and the same one only to send the same request again"
        )
        raise RequestIdReusedError(msg, field="request_id", request_id=request_id)
    return _whole(row)


def _check_free(connection: Connection, evaluation_id: str) -> None:
    if _row(connection, evaluation_id) is not None:
        name = f"{EVALUATIONS}/{evaluation_id}"
        msg = f"{name} is there already: choose another id"
        raise ConflictError(msg, name=name)


def _check_room(connection: Connection, max_unfinished_count: int) -> None:
    rows = tables.evaluations
    count = connection.execute(
        select(func.count()).select_from(rows).where(rows.c.state.in_(UNFINISHED))
    ).scalar_one()
    if count >= max_unfinished_count:
        msg = (
            f"{count} evaluations wait or run, and {max_unfinished_count} may: try again when one "
            "has ended"
        )
        raise QueueFullError(msg, limit=str(max_unfinished_count))


def _row(connection: Connection, evaluation_id: str) -> RowMapping | None:
    rows = tables.evaluations
    return connection.execute(select(rows).where(rows.c.id == evaluation_id)).mappings().first()


def _existing(connection: Connection, evaluation_id: str) -> RowMapping:
    row = _row(connection, evaluation_id)
    if row is None:
        raise _not_found(evaluation_id)
    return row


def _not_found(evaluation_id: str) -> NotFoundError:
    name = f"{EVALUATIONS}/{evaluation_id}"
    return NotFoundError(f"there is no {name}", name=name)


def _body(evaluation: Evaluation) -> bytes:
    bare = Evaluation()
    bare.CopyFrom(evaluation)
    bare.ClearField("report")
    return bare.SerializeToString()


def _report(evaluation: Evaluation) -> bytes | None:
    return evaluation.report.SerializeToString() if evaluation.HasField("report") else None


def _whole(row: RowMapping) -> Evaluation:
    evaluation = Evaluation.FromString(row["body"])
    if row["report"] is not None:
        evaluation.report.CopyFrom(Report.FromString(row["report"]))
    return evaluation
