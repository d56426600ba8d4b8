"""A stored report made anew, to show that it follows from what is stored."""

import hashlib

from bakeoff.server.api.stored_set import check_set_is_there
from bakeoff.server.errors import WrongStateError
from bakeoff.server.jobs import gather
from bakeoff.server.report import assemble, differing_paths
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation, RegenerateReportRequest, RegenerateReportResponse, Report


def regenerate_report(store: Store, request: RegenerateReportRequest) -> RegenerateReportResponse:
    """The report from stored predictions and observations, beside the stored one. Blocks.

    It is made with the time and the version of the stored one; nothing is stored. Raises
    NotFoundError, WrongStateError when the evaluation has no report, PreconditionError when its
    set is no longer there, CorruptStoreError when what is stored is damaged.
    """
    evaluation = store.evaluation(request.name)
    if not evaluation.HasField("report"):
        state = Evaluation.State.Name(evaluation.state)
        msg = f"{evaluation.name} must have a report to be made anew, it is {state}"
        raise WrongStateError(msg, name=evaluation.name, state=state)
    check_set_is_there(store, evaluation.name)
    stored = evaluation.report
    regenerated = assemble(
        gather(store, evaluation.name, evaluation.spec),
        create_time=stored.create_time,
        bakeoff_version=stored.bakeoff_version,
    )
    stored_sha256, regenerated_sha256 = _sha256(stored), _sha256(regenerated)
    identical = stored_sha256 == regenerated_sha256
    return RegenerateReportResponse(
        report=regenerated,
        identical=identical,
        stored_sha256=stored_sha256,
        regenerated_sha256=regenerated_sha256,
        differences=[] if identical else differing_paths(stored, regenerated),
    )


def _sha256(report: Report) -> str:
    return hashlib.sha256(report.SerializeToString(deterministic=True)).hexdigest()
