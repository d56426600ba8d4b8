"""What predictions show: figures with their intervals, and candidates against each other.

The same samples and seed give the same answer.
"""

from bakeoff.server.quality.comparison import (
    EXACT_MCNEMAR,
    PAIRED_BOOTSTRAP,
    PairedComparison,
    compare,
)
from bakeoff.server.quality.figures import ClassFigures, class_figures, figures
from bakeoff.server.quality.intervals import bootstrap_interval
from bakeoff.server.quality.verdict import Decision, Verdict, decide, verdict

__all__ = [
    "EXACT_MCNEMAR",
    "PAIRED_BOOTSTRAP",
    "ClassFigures",
    "Decision",
    "PairedComparison",
    "Verdict",
    "bootstrap_interval",
    "class_figures",
    "compare",
    "decide",
    "figures",
    "verdict",
]
