"""Tests that two are alike, and that one is not worse than the other by more than a margin.

Their null hypothesis is a difference beyond the margin: a small p-value shows that there is none.
"""

from scipy import stats
from scipy.special import ndtr

from bakeoff.server.statistics.paired_proportions import difference_score, ratio_score


def tost(
    estimate: float, standard_error: float, margin: float, degrees: float | None = None
) -> float:
    """Return the p-value that the true difference lies at -margin or margin, or beyond.

    The larger one of two one-sided tests of an estimate with a standard error above 0: of
    Student's t with so many `degrees` of freedom, or of the normal where none are given. At most
    alpha exactly when the interval of level 1 - 2 alpha lies within the margin.
    Source: Schuirmann, A comparison of the two one-sided tests procedure and the power approach,
    Journal of Pharmacokinetics and Biopharmaceutics 15, 1987.
    """
    _check_margin(margin)
    if not standard_error > 0:
        message = f"standard_error must be above 0; got {standard_error}"
        raise ValueError(message)
    nearest = (margin - abs(estimate)) / standard_error
    return float(ndtr(-nearest) if degrees is None else stats.t.sf(nearest, degrees))


def paired_tost(first_only: int, second_only: int, n: int, margin: float) -> float:
    """Return the p-value that two shares over the same n trials differ by the margin or more.

    The larger one of two one-sided score tests, at -margin and at margin. Source: Tango,
    Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design, Statistics in Medicine 17, 1998.
    """
    _check_margin(margin)
    above_low = difference_score(first_only, second_only, n, -margin)
    below_high = difference_score(first_only, second_only, n, margin)
    return float(max(ndtr(-above_low), ndtr(below_high)))


def non_inferiority_difference(first_only: int, second_only: int, n: int, margin: float) -> float:
    """Return the p-value that the first share is below the second by the margin or more.

    For shares of successes over the same n trials: a small value shows that the first loses less
    than the margin. One-sided score test. Source: Tango, 1998, as for `paired_tost`.
    """
    _check_margin(margin)
    return float(ndtr(-difference_score(first_only, second_only, n, -margin)))


def non_inferiority_ratio(
    first_only: int, second_only: int, both: int, n: int, limit: float
) -> float:
    """Return the p-value that the first share is `limit` times the second, or more.

    For shares of errors over the same n trials, and a limit above 0 such as 1.2: a small value
    shows that the first errs less than so many times as often. One-sided score test. Source: Tang,
    Tang and Chan, On tests of equivalence via non-unity relative risk for matched-pair design,
    Statistics in Medicine 22, 2003.
    """
    return float(ndtr(ratio_score(first_only, second_only, both, n, limit)))


def _check_margin(margin: float) -> None:
    if not margin > 0:
        message = f"margin must be above 0; got {margin}"
        raise ValueError(message)
