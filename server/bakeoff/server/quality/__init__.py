"""What predictions show: figures with their intervals, and candidates against each other.

The same samples and seed give the same answer.
"""

from bakeoff.server.quality.abstention import (
    RiskCoveragePoint,
    ThresholdCost,
    risk_coverage,
    threshold_costs,
)
from bakeoff.server.quality.certainty import Certainty, McNemarTest, ResamplingTest
from bakeoff.server.quality.comparison import (
    APPROXIMATE_RANDOMISATION,
    CLUSTER_BOOTSTRAP,
    CLUSTER_RANDOMISATION,
    CLUSTER_SIGN_FLIP,
    EXACT_MCNEMAR,
    MID_P_MCNEMAR,
    PAIRED_BOOTSTRAP,
    PairedComparison,
    compare,
)
from bakeoff.server.quality.decisions import Decisions, answer_confidence, decisions
from bakeoff.server.quality.figures import ClassFigures, class_figure, class_figures, figures
from bakeoff.server.quality.flips import Flips, class_meanings, flips
from bakeoff.server.quality.intervals import metric_interval
from bakeoff.server.quality.joint_draws import MetricOfPart, joint_draws
from bakeoff.server.quality.one_class import (
    class_difference_to,
    class_ratio_to,
    compare_class,
    one_against_rest,
)
from bakeoff.server.quality.relations import Relation, difference_to, ratio_to
from bakeoff.server.quality.reliability import ReliabilityBin, reliability
from bakeoff.server.quality.verdict import Decision, Verdict, decide, verdict

__all__ = [
    "APPROXIMATE_RANDOMISATION",
    "CLUSTER_BOOTSTRAP",
    "CLUSTER_RANDOMISATION",
    "CLUSTER_SIGN_FLIP",
    "EXACT_MCNEMAR",
    "MID_P_MCNEMAR",
    "PAIRED_BOOTSTRAP",
    "Certainty",
    "ClassFigures",
    "Decision",
    "Decisions",
    "Flips",
    "McNemarTest",
    "MetricOfPart",
    "PairedComparison",
    "Relation",
    "ReliabilityBin",
    "ResamplingTest",
    "RiskCoveragePoint",
    "ThresholdCost",
    "Verdict",
    "answer_confidence",
    "class_difference_to",
    "class_figure",
    "class_figures",
    "class_meanings",
    "class_ratio_to",
    "compare",
    "compare_class",
    "decide",
    "decisions",
    "difference_to",
    "figures",
    "flips",
    "joint_draws",
    "metric_interval",
    "one_against_rest",
    "ratio_to",
    "reliability",
    "risk_coverage",
    "threshold_costs",
    "verdict",
]
