"""How sure figures are: intervals, paired tests, quantiles, multiplicity.

Pure functions of numbers and arrays: they know no metric, no sample and no message, and the same
numbers and seed give the same answer.
"""

from bakeoff.server.statistics.dependent_quantiles import (
    dependent_quantile_interval,
    independent_count,
)
from bakeoff.server.statistics.early_stopping import (
    BoundVerdict,
    allowed_over_count,
    conservative_quantile_ns,
    latency_verdict,
    min_query_count,
)
from bakeoff.server.statistics.holm import holm
from bakeoff.server.statistics.knee import knee
from bakeoff.server.statistics.mcnemar import exact_mcnemar
from bakeoff.server.statistics.means import mean_interval, relative_half_width
from bakeoff.server.statistics.proportions import paired_difference, wilson
from bakeoff.server.statistics.quantiles import (
    min_count_for_quantile,
    nearest_rank,
    order_statistic_interval,
    quantile,
)
from bakeoff.server.statistics.ratios import paired_ratio_interval
from bakeoff.server.statistics.sample_size import more_examples_needed
from bakeoff.server.statistics.trends import Trend, theil_sen
from bakeoff.server.statistics.weighted_quantiles import (
    effective_count,
    weighted_quantile,
    weighted_quantile_interval,
)

__all__ = [
    "BoundVerdict",
    "Trend",
    "allowed_over_count",
    "conservative_quantile_ns",
    "dependent_quantile_interval",
    "effective_count",
    "exact_mcnemar",
    "holm",
    "independent_count",
    "knee",
    "latency_verdict",
    "mean_interval",
    "min_count_for_quantile",
    "min_query_count",
    "more_examples_needed",
    "nearest_rank",
    "order_statistic_interval",
    "paired_difference",
    "paired_ratio_interval",
    "quantile",
    "relative_half_width",
    "theil_sen",
    "weighted_quantile",
    "weighted_quantile_interval",
    "wilson",
]
