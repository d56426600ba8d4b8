"""What each candidate is compared with, example by example."""

from collections.abc import Mapping, Sequence

from bakeoff.server.types import CandidateEvidence
from bakeoff.v1 import Candidate

_ORIGINAL = "fp32"


def references(candidates: Sequence[CandidateEvidence], baseline: str) -> Mapping[str, str]:
    """Resource name of the reference of each candidate, by resource name, in their order.

    `candidates` are those that were scored, in the order of the spec; no other is a reference. A
    variant is compared with the fp32 variant of its source model where that takes part, else with
    the baseline. The fp32 variant itself is compared with the baseline. Where several are fp32
    variants of one model, the baseline among them, or else the first, stands for all. No entry for
    a candidate that there is nothing to compare with: the baseline, unless an fp32 variant of its
    model takes part, and everybody when the baseline was not scored.
    """
    originals: dict[str, str] = {}
    names = [found.candidate.name for found in candidates]
    # A stable sort that brings the baseline to the front.
    for found in sorted(candidates, key=lambda one: one.candidate.name != baseline):
        source = _source(found.candidate)
        if source and found.candidate.manifest.variant.id == _ORIGINAL:
            originals.setdefault(source, found.candidate.name)
    found_references: dict[str, str] = {}
    for found in candidates:
        name = found.candidate.name
        choices = (originals.get(_source(found.candidate), ""), baseline)
        usable = [choice for choice in choices if choice in names and choice != name]
        if usable:
            found_references[name] = usable[0]
    return found_references


def _source(candidate: Candidate) -> str:
    """Digest of the source model; empty where it is not known, so that nothing is alike."""
    return candidate.manifest.source_model.sha256
