"""Reliability: how often decisions of like confidence are right."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.ece import BIN_COUNT
from bakeoff.server.quality.decisions import Decisions
from bakeoff.server.types import Interval

_PARTS_OF_ALL = 10
_FEWEST_IN_PART = 50


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Decisions whose confidence is above `lower` and at most `upper`; the first holds 0 too.

    `mean_confidence`, `accuracy` and `interval`, where the true share of right ones may lie, are
    None when the bin is empty.
    """

    lower: float
    upper: float
    count: int
    mean_confidence: float | None
    accuracy: float | None
    interval: Interval | None


def reliability(
    decided: Decisions, level: float, bins: int = BIN_COUNT
) -> tuple[ReliabilityBin, ...]:
    """Return confidence and accuracy by bins of confidence, with intervals.

    The bins of equal width of the metric `ece`; one that holds more than a tenth of all decisions
    is cut into parts of like count, each of a tenth at most and of 50 decisions at least, so that
    there is something to see where most decisions are. Equal confidences stay together. Source of
    bins of equal count: Nguyen and O'Connor, Posterior calibration and exploratory analysis for
    natural language processing models, EMNLP 2015, section 3.
    """
    edges = _edges(decided.confidence, bins)
    placed = np.searchsorted(edges[1:-1], decided.confidence, side="left")
    return tuple(
        _bin(decided, placed == index, (float(edges[index]), float(edges[index + 1])), level)
        for index in range(len(edges) - 1)
    )


def _edges(confidence: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.float64]:
    """Return the edges of all bins, 0 and 1 among them, ascending and distinct."""
    even = np.linspace(0.0, 1.0, bins + 1)
    placed = np.searchsorted(even[1:-1], confidence, side="left")
    cuts = [_cuts(np.sort(confidence[placed == index]), len(confidence)) for index in range(bins)]
    return np.unique(np.concatenate([even, *cuts]))


def _cuts(ascending: npt.NDArray[np.float64], total: int) -> npt.NDArray[np.float64]:
    """Return the confidences at which a bin is cut; none when it is not."""
    count = len(ascending)
    parts = min(math.ceil(_PARTS_OF_ALL * count / total), count // _FEWEST_IN_PART)
    if parts <= 1:
        return np.empty(0)
    last = count * np.arange(1, parts) // parts - 1
    cuts = ascending[last]
    # A cut at the largest would leave nothing above it.
    return np.asarray(cuts[cuts < ascending[-1]])


def _bin(
    decided: Decisions, within: npt.NDArray[np.bool_], edges: tuple[float, float], level: float
) -> ReliabilityBin:
    count = int(within.sum())
    right = decided.right & within
    return ReliabilityBin(
        lower=edges[0],
        upper=edges[1],
        count=count,
        mean_confidence=float(decided.confidence[within].mean()) if count else None,
        accuracy=int(right.sum()) / count if count else None,
        interval=decided.interval(right, within, level) if count else None,
    )
