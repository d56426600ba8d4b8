"""How sure figures are: intervals, paired tests, quantiles, multiplicity.

Pure functions of numbers and arrays: they know no metric, no sample and no message, and the same
numbers and seed give the same answer.
"""

from bakeoff.server.statistics.bounded_scores import (
    KnownShare,
    bounded_interval,
    extreme_interval,
    known_share,
)
from bakeoff.server.statistics.clustered_shares import clustered_share
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
from bakeoff.server.statistics.equivalence import (
    non_inferiority_difference,
    non_inferiority_ratio,
    paired_tost,
    tost,
)
from bakeoff.server.statistics.false_discovery import benjamini_hochberg
from bakeoff.server.statistics.gap_sums import gap_sum_interval
from bakeoff.server.statistics.holm import holm
from bakeoff.server.statistics.knee import knee
from bakeoff.server.statistics.mcnemar import exact_mcnemar, mid_p_mcnemar
from bakeoff.server.statistics.mean_losses import mean_loss_interval
from bakeoff.server.statistics.means import mean_interval, relative_half_width
from bakeoff.server.statistics.mover import mover_difference, mover_ratio
from bakeoff.server.statistics.paired_proportions import (
    difference_score,
    paired_difference,
    paired_ratio,
    ratio_score,
)
from bakeoff.server.statistics.proportions import clopper_pearson, share_interval, wilson
from bakeoff.server.statistics.quantiles import (
    min_count_for_quantile,
    nearest_rank,
    order_statistic_interval,
    quantile,
)
from bakeoff.server.statistics.randomisation import approximate_randomisation, sign_flips
from bakeoff.server.statistics.rate_limits import LoadedBlock, rate_limit_interval
from bakeoff.server.statistics.ratios import paired_ratio_interval
from bakeoff.server.statistics.sample_size import (
    examples_for_bound,
    examples_for_share,
    more_examples_needed,
)
from bakeoff.server.statistics.spread import Spread, jackknife_spread, spread_of_parts
from bakeoff.server.statistics.trends import Trend, theil_sen
from bakeoff.server.statistics.weighted_quantiles import (
    effective_count,
    weighted_quantile,
    weighted_quantile_interval,
)

__all__ = [
    "BoundVerdict",
    "KnownShare",
    "LoadedBlock",
    "Spread",
    "Trend",
    "allowed_over_count",
    "approximate_randomisation",
    "benjamini_hochberg",
    "bounded_interval",
    "clopper_pearson",
    "clustered_share",
    "conservative_quantile_ns",
    "dependent_quantile_interval",
    "difference_score",
    "effective_count",
    "exact_mcnemar",
    "examples_for_bound",
    "examples_for_share",
    "extreme_interval",
    "gap_sum_interval",
    "holm",
    "independent_count",
    "jackknife_spread",
    "knee",
    "known_share",
    "latency_verdict",
    "mean_interval",
    "mean_loss_interval",
    "mid_p_mcnemar",
    "min_count_for_quantile",
    "min_query_count",
    "more_examples_needed",
    "mover_difference",
    "mover_ratio",
    "nearest_rank",
    "non_inferiority_difference",
    "non_inferiority_ratio",
    "order_statistic_interval",
    "paired_difference",
    "paired_ratio",
    "paired_ratio_interval",
    "paired_tost",
    "quantile",
    "rate_limit_interval",
    "ratio_score",
    "relative_half_width",
    "share_interval",
    "sign_flips",
    "spread_of_parts",
    "theil_sen",
    "tost",
    "weighted_quantile",
    "weighted_quantile_interval",
    "wilson",
]
