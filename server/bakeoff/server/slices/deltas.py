"""Which slices a candidate breaks, and which it improves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bakeoff.server.quality import Certainty, PairedComparison, compare
from bakeoff.server.slices.slice import Slice
from bakeoff.server.statistics import benjamini_hochberg
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction

_MOST_RESAMPLES = 100_000
# A p-value of so few resamples or less may have stopped at the smallest that they can give.
_COARSE_COUNT = 10
_ROUNDING = 1e-12


class Outcome(Enum):
    """What became of a slice."""

    BROKEN = "broken"
    IMPROVED = "improved"
    NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class SliceDelta:
    """A slice under a candidate and under its reference, in one metric.

    `adjusted_p_value` is that of Benjamini and Hochberg over the whole family.
    """

    slice_id: str
    candidate: str
    reference: str
    comparison: PairedComparison
    adjusted_p_value: float | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is compared: two candidates within a slice, in a metric."""

    part: Slice
    candidate: str
    reference: str
    metric_id: str


def slice_deltas(
    slices: Sequence[Slice],
    samples: Mapping[str, Sample],
    references: Mapping[str, str],
    metric_ids: Sequence[str],
    *,
    certainty: Certainty,
    rate: float,
) -> tuple[SliceDelta, ...]:
    """Each candidate with a reference in each slice and metric, as one family.

    `references` leads from a candidate to what it is compared with; both have samples. A slice is
    broken or improved when its p-value, corrected by the method of Benjamini and Hochberg for all
    of the family, is at most `rate`: then at most that share of those that are named is expected
    to be named by chance. Slices that answers had a part in drawing are not compared.
    Candidates come in the order of `references`, then slices and metrics in theirs.
    """
    pairs = [
        _Pair(part=found, candidate=candidate, reference=reference, metric_id=metric_id)
        for candidate, reference in references.items()
        for found in slices
        if found.is_compared
        for metric_id in metric_ids
    ]
    comparisons = _compared(pairs, samples, certainty, rate)
    adjusted = benjamini_hochberg([found.p_value for found in comparisons])
    return tuple(
        SliceDelta(
            slice_id=pair.part.id,
            candidate=pair.candidate,
            reference=pair.reference,
            comparison=comparison,
            adjusted_p_value=p_value,
            outcome=_outcome(comparison, p_value, rate),
        )
        for pair, comparison, p_value in zip(pairs, comparisons, adjusted, strict=True)
    )


def _compared(
    pairs: Sequence[_Pair], samples: Mapping[str, Sample], certainty: Certainty, rate: float
) -> list[PairedComparison]:
    """All comparisons, those with the smallest p-values from as many resamples as it takes.

    A p-value from B resamples is 1 / (B + 1) at least, and the k smallest of m must be able to
    fall to half of k rate / m. The more of them there are, the fewer resamples each needs; those
    that more resamples show to be larger leave fewer, which need more.
    """
    found = [_comparison(pair, samples, certainty) for pair in pairs]
    finer = certainty
    while again := _coarse(found, finer.resample_count):
        needed = min(math.ceil(2 * len(pairs) / (rate * len(again))), _MOST_RESAMPLES)
        if needed <= finer.resample_count:
            break
        finer = replace(certainty, resample_count=needed)
        for index in again:
            found[index] = _comparison(pairs[index], samples, finer)
    return found


def _coarse(found: Sequence[PairedComparison], resample_count: int) -> list[int]:
    """Which comparisons may have the smallest p-value that so many resamples can give."""
    most = _COARSE_COUNT / (resample_count + 1)
    return [
        index for index, one in enumerate(found) if one.p_value is not None and one.p_value <= most
    ]


def _comparison(
    pair: _Pair, samples: Mapping[str, Sample], certainty: Certainty
) -> PairedComparison:
    # Parts of large samples are cut here, one pair at a time: all of them would fill the memory.
    candidate, reference = (
        pair.part.of(samples[name]) for name in (pair.candidate, pair.reference)
    )
    return compare(pair.metric_id, candidate, reference, certainty)


def _outcome(comparison: PairedComparison, p_value: float | None, rate: float) -> Outcome:
    difference = comparison.difference
    # A hair of rounding must not refuse a p-value that is exactly the rate.
    if p_value is None or not difference or p_value > rate * (1 + _ROUNDING):
        return Outcome.NOT_TOLD
    gains = (difference > 0) == (comparison.direction is Direction.HIGHER_IS_BETTER)
    return Outcome.IMPROVED if gains else Outcome.BROKEN
