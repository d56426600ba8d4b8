"""Interval of a share of trials that come in clusters, such as the labels of one example."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from bakeoff.server.statistics.proportions import normal_quantile, wilson_of_share
from bakeoff.server.types import Interval

_METHOD = "cluster-wilson"


def clustered_wilson(
    successes: npt.NDArray[np.int64], trials: npt.NDArray[np.int64], level: float
) -> Interval:
    """Return the interval of sum(successes) / sum(trials) over independent clusters, int64[g] each.

    Wilson's interval with as many trials as would tell as much if they were independent:

        n = p (1 - p) / v (z / t)^2,   v = g / (g - 1) sum((successes - p trials)^2) / m^2

    with p the share, m the sum of trials, v the variance of p by linearisation, z and t the
    quantiles of (1 + level) / 2 of the normal and of Student's t with g - 1 degrees of freedom. n
    is m at most, and g where every trial came out alike. Clusters without a trial do not count;
    with a single cluster, 0 to 1. Raises ValueError without any trial. Sources: Korn and Graubard,
    Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data, Survey Methodology 24, 1998, for n; Franco, Little, Louis and Slud,
    Comparative study of confidence intervals for proportions in complex sample surveys, Journal of
    Survey Statistics and Methodology 7, 2019, for Wilson's form with it. Where fewer than about ten
    clusters hold the rarer outcome it covers up to 3 points less than its level.
    """
    counted = trials > 0
    rights, counts = successes[counted], trials[counted]
    clusters = len(counts)
    if not clusters:
        message = "trials must hold a number above 0; all are 0"
        raise ValueError(message)
    if clusters == 1:
        return Interval(lower=0.0, upper=1.0, level=level, method=_METHOD)
    total = int(counts.sum())
    share = int(rights.sum()) / total
    t = float(special.stdtrit(clusters - 1, (1 + level) / 2))
    shrink = (normal_quantile(level) / t) ** 2
    squares = float(np.sum((rights - share * counts) ** 2))
    variance = clusters / (clusters - 1) * squares / total**2
    if share in {0.0, 1.0}:
        independent = float(clusters)
    elif math.isclose(variance, 0.0):
        # Every cluster shows the same share: chance within clusters is all there is.
        independent = float(total)
    else:
        independent = min(share * (1 - share) / variance, total)
    return wilson_of_share(share, independent * shrink, level, _METHOD)
