"""Which candidates of two evaluations are set against each other."""

from collections.abc import Sequence
from typing import NamedTuple

from bakeoff.server.errors import InvalidFieldError, NotFoundError
from bakeoff.server.selection.wording import joined
from bakeoff.v1 import Candidate, CandidatePair, Report


class Pair(NamedTuple):
    """A candidate that is judged, and the one of the earlier evaluation that it is judged by."""

    candidate: str
    baseline: str


def given_pairs(now: Report, before: Report, wanted: Sequence[CandidatePair]) -> list[Pair]:
    """The pairs that were asked for, each at most once.

    Raises NotFoundError for a name that is no candidate of its evaluation, InvalidFieldError for a
    pair that comes twice.
    """
    pairs: list[Pair] = []
    for index, pair in enumerate(wanted):
        for field, name, report in (
            ("candidate", pair.candidate, now),
            ("baseline", pair.baseline, before),
        ):
            if name not in _names(report):
                msg = (
                    f"pairs[{index}].{field} must be one of {joined(_names(report), 'or')}, the "
                    f"candidates of {report.evaluation}; got {name[:160]!r}"
                )
                raise NotFoundError(msg, name=name)
        found = Pair(pair.candidate, pair.baseline)
        if found in pairs:
            msg = f"pairs[{index}] must come once, got {found.candidate}={found.baseline} again"
            raise InvalidFieldError(msg, field=f"pairs[{index}]")
        pairs.append(found)
    return pairs


def matching_pairs(now: Report, before: Report) -> list[Pair]:
    """Candidates of one source model's name and variant, in the order of those that are judged.

    Where several of the earlier ones match, the one of the same resource name is meant. Raises
    InvalidFieldError when nothing matches, or several do and none has the name.
    """
    pairs: list[Pair] = []
    for result in now.candidates:
        candidate = result.candidate
        matching = [
            other.candidate.name
            for other in before.candidates
            if _kind(other.candidate) == _kind(candidate)
        ]
        if candidate.name in matching:
            matching = [candidate.name]
        if len(matching) > 1:
            msg = (
                f"pairs must say what {candidate.name} is set against: {joined(matching, 'or')} of "
                f"{before.evaluation} are all of its source model and variant"
            )
            raise InvalidFieldError(msg, field="pairs")
        pairs += [Pair(candidate.name, name) for name in matching]
    if not pairs:
        msg = (
            f"pairs must be given: no candidate of {now.evaluation} is of the same source model "
            f"and variant as one of {before.evaluation}"
        )
        raise InvalidFieldError(msg, field="pairs")
    return pairs


def _names(report: Report) -> list[str]:
    return [result.candidate.name for result in report.candidates]


def _kind(candidate: Candidate) -> tuple[str, str]:
    return candidate.manifest.source_model.name, candidate.manifest.variant.id
