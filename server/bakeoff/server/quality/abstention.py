"""What not answering below a confidence would bring: fewer errors, and fewer answers."""

from dataclasses import dataclass

import numpy as np

from bakeoff.server.quality.decisions import Decisions
from bakeoff.server.types import Direction, Figure

MOST_POINTS = 200
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class RiskCoveragePoint:
    """Errors when only the most confident decisions are taken.

    `coverage`: their share of all, above 0. `risk`: the share of them that is wrong. `confidence`:
    the least among them.
    """

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class ThresholdCost:
    """What it costs to decide only from a confidence on.

    `coverage`: share of all decisions that are taken. `accuracy`: share of right ones among them;
    without a value when none is.
    """

    threshold: float
    coverage: Figure
    accuracy: Figure


def risk_coverage(decided: Decisions, most: int = MOST_POINTS) -> tuple[RiskCoveragePoint, ...]:
    """Return the curve of risk over coverage, from the most confident decision to all.

    One point for each confidence that occurs: decisions of equal confidence are taken together, so
    that their order does not matter. Where there would be more than `most`, the points whose
    coverage is just at or above each of as many equal steps. Source: El-Yaniv and Wiener, On the
    foundations of noise-free selective classification, Journal of Machine Learning Research 11,
    2010, section 2.
    """
    order = np.argsort(-decided.confidence, kind="stable")
    confidence = decided.confidence[order]
    wrong = np.cumsum(~decided.right[order])
    last = np.flatnonzero(np.append(confidence[1:] != confidence[:-1], [True]))
    if len(last) > most:
        steps = decided.size * np.arange(1, most + 1) / most
        last = last[np.unique(np.searchsorted(last + 1, steps))]
    return tuple(
        RiskCoveragePoint(
            coverage=float((index + 1) / decided.size),
            risk=float(wrong[index] / (index + 1)),
            confidence=float(confidence[index]),
        )
        for index in last
    )


def threshold_costs(decided: Decisions, level: float) -> tuple[ThresholdCost, ...]:
    """Return what each threshold would cost, ascending, with intervals.

    Thresholds are the same whatever the candidate, so that candidates can be set side by side and
    none is chosen by what it brings; those that every decision passes, being no more than the
    confidence of one that knows nothing, are left out.
    """
    return tuple(
        _cost(decided, threshold, level)
        for threshold in THRESHOLDS
        if threshold > decided.least_confidence
    )


def _cost(decided: Decisions, threshold: float, level: float) -> ThresholdCost:
    taken = decided.confidence >= threshold
    count = int(taken.sum())
    everything = np.ones(decided.size, dtype=np.bool_)
    right = decided.right & taken
    return ThresholdCost(
        threshold=threshold,
        coverage=Figure(
            id="coverage",
            value=count / decided.size,
            observation_count=decided.size,
            unit="1",
            direction=Direction.HIGHER_IS_BETTER,
            method="share of decisions of at least this confidence",
            interval=decided.interval(taken, everything, level),
        ),
        accuracy=Figure(
            id="selective_accuracy",
            value=int(right.sum()) / count if count else None,
            observation_count=count,
            unit="1",
            direction=Direction.HIGHER_IS_BETTER,
            method="share of right ones among these decisions",
            interval=decided.interval(right, taken, level) if count else None,
            absent_reason="" if count else "no decision has this confidence",
        ),
    )
