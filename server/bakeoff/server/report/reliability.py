"""Reliability of the probabilities of a candidate."""

from bakeoff.server.quality import Decisions, reliability
from bakeoff.server.report.messages import interval_message
from bakeoff.v1 import ReliabilityBin


def reliability_bins(decided: Decisions | None, level: float) -> list[ReliabilityBin]:
    """Right decisions by confidence; none without probabilities."""
    if decided is None:
        return []
    return [
        ReliabilityBin(
            lower=found.lower,
            upper=found.upper,
            count=found.count,
            mean_confidence=found.mean_confidence,
            accuracy=found.accuracy,
            interval=None if found.interval is None else interval_message(found.interval),
        )
        for found in reliability(decided, level)
    ]
