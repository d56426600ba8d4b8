"""Interval of a share of trials that come in clusters, such as the labels of one example."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.proportions import known_share_interval, normal_quantile
from bakeoff.server.statistics.spread import Spread, spread_of_parts
from bakeoff.server.types import Interval

_KIND = "cluster"


def clustered_share(
    successes: npt.NDArray[np.int64], trials: npt.NDArray[np.int64], level: float
) -> Interval:
    """Return the interval of sum(successes) / sum(trials) over independent clusters, int64[g] each.

    That of a share, Wilson's or near 0 and 1 Clopper and Pearson's, with as many trials as would
    tell as much if they were independent:

        n = p (1 - p) / v (z / t)^2,   v = g / (g - 1) sum((successes - p trials)^2) / m^2

    with p the share, m the sum of trials, v the variance of p by linearisation, z and t the
    quantiles of (1 + level) / 2 of the normal and of Student's t. Its degrees of freedom are those
    of v, g - 1 at most: few where few clusters hold the rarer outcome. n is m at most, and g where
    every trial came out alike. Clusters without a trial do not count; with a single cluster, 0 to
    1. Raises ValueError without any trial. Sources: Korn and Graubard, Confidence intervals for
    proportions with small expected number of positive counts estimated from survey data, Survey
    Methodology 24, 1998, for n and the form near 0 and 1; Franco, Little, Louis and Slud,
    Comparative study of confidence intervals for proportions in complex sample surveys, Journal of
    Survey Statistics and Methodology 7, 2019, for Wilson's form with it.
    """
    counted = trials > 0
    rights, counts = successes[counted], trials[counted]
    clusters = len(counts)
    if not clusters:
        message = "trials must hold a number above 0; all are 0"
        raise ValueError(message)
    if clusters == 1:
        return Interval(lower=0.0, upper=1.0, level=level, method=f"{_KIND}-clopper-pearson")
    total = int(counts.sum())
    share = int(rights.sum()) / total
    if share in {0.0, 1.0}:
        return known_share_interval(share, clusters, level, _KIND)
    # Where every cluster shows the same share, chance within clusters is all there is.
    spread = spread_of_parts((rights - share * counts) / total) or Spread(
        0.0, clusters - 1, clusters
    )
    variance = max(spread.variance, share * (1 - share) / total)
    independent = share * (1 - share) / variance
    shrink = (normal_quantile(level) / spread.deviations(level)) ** 2
    return known_share_interval(share, independent * shrink, level, _KIND)
