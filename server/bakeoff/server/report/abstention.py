"""What not answering below a confidence would bring to a candidate."""

from bakeoff.server.quality import Decisions, risk_coverage, threshold_costs
from bakeoff.server.report.messages import figure_message
from bakeoff.v1 import Abstention, RiskCoveragePoint, ThresholdCost


def abstention(decided: Decisions | None, level: float) -> Abstention | None:
    """Risk at each coverage, and what thresholds cost; None without probabilities."""
    if decided is None:
        return None
    return Abstention(
        points=[
            RiskCoveragePoint(coverage=point.coverage, risk=point.risk, confidence=point.confidence)
            for point in risk_coverage(decided)
        ],
        thresholds=[
            ThresholdCost(
                threshold=cost.threshold,
                coverage=figure_message(cost.coverage),
                accuracy=figure_message(cost.accuracy),
            )
            for cost in threshold_costs(decided, level)
        ],
    )
