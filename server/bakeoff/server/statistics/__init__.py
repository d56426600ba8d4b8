"""How sure figures are: intervals, paired tests, quantiles, multiplicity.

Pure functions: the same numbers and seed give the same answer.
"""

from bakeoff.server.statistics.bootstrap import bootstrap_interval
from bakeoff.server.statistics.comparison import (
    EXACT_MCNEMAR,
    PAIRED_BOOTSTRAP,
    PairedComparison,
    compare,
)
from bakeoff.server.statistics.holm import holm
from bakeoff.server.statistics.mcnemar import exact_mcnemar
from bakeoff.server.statistics.proportions import paired_difference, wilson
from bakeoff.server.statistics.quantiles import (
    min_count_for_quantile,
    nearest_rank,
    order_statistic_interval,
    quantile,
)
from bakeoff.server.statistics.ratios import paired_ratio_interval
from bakeoff.server.statistics.verdict import (
    Decision,
    Verdict,
    decide,
    more_examples_needed,
    verdict,
)

__all__ = [
    "EXACT_MCNEMAR",
    "PAIRED_BOOTSTRAP",
    "Decision",
    "PairedComparison",
    "Verdict",
    "bootstrap_interval",
    "compare",
    "decide",
    "exact_mcnemar",
    "holm",
    "min_count_for_quantile",
    "more_examples_needed",
    "nearest_rank",
    "order_statistic_interval",
    "paired_difference",
    "paired_ratio_interval",
    "quantile",
    "verdict",
    "wilson",
]
