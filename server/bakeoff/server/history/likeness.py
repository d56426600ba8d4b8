"""How alike two evaluations are, and so what of them may be compared."""

from bakeoff.server.report.messages import result_figures
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateResult, Report, Validity


def has_same_examples(first: Report, second: Report) -> bool:
    """Whether both are of the same examples with the same labels, for the same task."""
    ours, theirs = first.evaluation_set, second.evaluation_set
    return (ours.sha256, ours.task) == (theirs.sha256, theirs.task)


def has_same_fingerprint(first: Report, second: Report) -> bool:
    """Whether both ran on the same hardware and software."""
    ours, theirs = first.environment.fingerprint.sha256, second.environment.fingerprint.sha256
    return bool(ours) and ours == theirs


def is_loaded_alike(first: Report, second: Report) -> bool:
    """Whether load was offered alike, beyond what the ids of scenarios tell."""
    ours, theirs = first.spec, second.spec
    return (
        has_same_examples(first, second)
        and ours.batch_policy == theirs.batch_policy
        and ours.intra_op_thread_count == theirs.intra_op_thread_count
        and ours.caller_count == theirs.caller_count
    )


def cost_figures(result: CandidateResult) -> list[Figure]:
    """Figures of a candidate that are no quality, those of invalid measurements without value."""
    qualities = {figure.id for figure in result.quality}
    return [
        one
        for one in result_figures(result)
        if one.scenario or not (one.part or one.id in qualities)
    ]


def disturbed_scenarios(*results: CandidateResult) -> frozenset[str]:
    """Ids of scenarios that something disturbed while one of the candidates was measured.

    Within one evaluation it disturbs all candidates in turn; between two it does not cancel out.
    """
    return frozenset(
        one.scenario
        for result in results
        for one in result.scenarios
        if one.validity.state == Validity.STATE_SUSPECT
    )


def comparable_costs(first: Report, second: Report) -> frozenset[str]:
    """Keys of the costs of the first that were found as those of the second were."""
    if not has_same_fingerprint(first, second):
        return frozenset()
    alike = is_loaded_alike(first, second)
    return frozenset(
        figure.key
        for result in first.candidates
        for figure in cost_figures(result)
        if alike or not figure.scenario
    )
