"""Parts of the set that are looked at by themselves, and what becomes of them under a candidate.

Knows no message of the contract and no transport. The language of conditions is in `predicate`.
"""

from bakeoff.server.slices.buckets import BUCKETS
from bakeoff.server.slices.columns import written
from bakeoff.server.slices.deltas import Outcome, SliceDelta, slice_deltas
from bakeoff.server.slices.examples import ClassNames, Examples, LabelKind
from bakeoff.server.slices.predicate import Predicate, check_predicate, parse_predicate
from bakeoff.server.slices.slice import Kind, Slice, Sliceable
from bakeoff.server.slices.slicing import SliceChoice, Slicing, slices_of

__all__ = [
    "BUCKETS",
    "ClassNames",
    "Examples",
    "Kind",
    "LabelKind",
    "Outcome",
    "Predicate",
    "Slice",
    "SliceChoice",
    "SliceDelta",
    "Sliceable",
    "Slicing",
    "check_predicate",
    "parse_predicate",
    "slice_deltas",
    "slices_of",
    "written",
]
