"""Which evaluations still need a candidate or an evaluation set."""

from sqlalchemy import Connection, Select, select

from bakeoff.server.errors import ResourceInUseError
from bakeoff.server.store import tables
from bakeoff.server.store.names import CANDIDATES, EVALUATION_SETS, EVALUATIONS
from bakeoff.v1 import Evaluation

UNFINISHED = (Evaluation.STATE_QUEUED, Evaluation.STATE_RUNNING)


def check_unused_candidate(connection: Connection, candidate_id: str) -> None:
    """Raises ResourceInUseError while an evaluation that has not ended needs the candidate."""
    rows, members = tables.evaluations, tables.evaluation_candidates
    query = (
        select(rows.c.id)
        .join(members, members.c.evaluation_sequence == rows.c.sequence)
        .where(members.c.candidate_id == candidate_id)
    )
    _check_unused(connection, query, f"{CANDIDATES}/{candidate_id}")


def check_unused_set(connection: Connection, set_id: str) -> None:
    """Raises ResourceInUseError while an evaluation that has not ended needs the set."""
    rows = tables.evaluations
    query = select(rows.c.id).where(rows.c.evaluation_set_id == set_id)
    _check_unused(connection, query, f"{EVALUATION_SETS}/{set_id}")


def _check_unused(connection: Connection, query: Select[tuple[str]], name: str) -> None:
    unfinished = query.where(tables.evaluations.c.state.in_(UNFINISHED)).limit(1)
    user = connection.execute(unfinished).scalar_one_or_none()
    if user is not None:
        msg = f"{EVALUATIONS}/{user} has not ended and needs {name}: wait for it, or cancel it"
        raise ResourceInUseError(msg, name=name, evaluation=f"{EVALUATIONS}/{user}")
