"""How sure a statistic is, from what each example adds to it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

_ROUNDING = 1e-24


@dataclass(frozen=True, slots=True)
class Spread:
    """Variance of a statistic, above 0, and of how many degrees of freedom that variance is.

    `units`: examples or clusters that it was found from. Few of them that move the statistic far
    more than the others leave few degrees, however many there are.
    """

    variance: float
    degrees: float
    units: int

    def deviations(self, level: float) -> float:
        """Return how many standard errors to either side hold that share: Student's t."""
        return float(special.stdtrit(self.degrees, (1 + level) / 2))

    def p_value(self, difference: float) -> float:
        """Return how often chance alone takes Student's t that far from 0, to either side."""
        return 2 * float(special.stdtr(self.degrees, -abs(difference) / math.sqrt(self.variance)))


def spread_of_parts(
    parts: npt.NDArray[np.float64], times: npt.NDArray[np.float64] | None = None
) -> Spread | None:
    """Return the spread of a statistic that moves by `parts`, [g], with each example or cluster.

    Parts are counted from their mean, and each stands for `times`, [g], such; None for one. With g
    of them and c a part, the variance is g / (g - 1) sum(c^2), and its degrees of freedom are
    Satterthwaite's with what the parts themselves show:

        2 sum(c^2)^2 / (sum(c^4) - sum(c^2)^2 / g),   g - 1 at most

    None where nothing moves, or with fewer than two. Sources: Satterthwaite, An approximate
    distribution of estimates of variance components, Biometrics Bulletin 2, 1946; Lipsitz, Ibrahim
    and Parzen, A degrees-of-freedom approximation for a t-statistic with heterogeneous variance,
    The Statistician 48, 1999.
    """
    counts = np.ones(len(parts)) if times is None else times
    units = float(counts.sum())
    if units <= 1:
        return None
    squares = (parts - np.average(parts, weights=counts)) ** 2
    second = float((counts * squares).sum())
    if second <= _ROUNDING * float(np.abs(parts).max(initial=0.0)) ** 2:
        return None
    excess = float((counts * squares**2).sum()) - second**2 / units
    degrees = units - 1
    if excess > 0:
        degrees = min(2 * second**2 / excess, degrees)
    return Spread(units / (units - 1) * second, degrees, round(units))


def jackknife_spread(
    left_out: npt.NDArray[np.float64], standing: npt.NDArray[np.float64]
) -> Spread | None:
    """Return the spread of a statistic from its values without each example or group, [g].

    Each stands for `standing`, [g], such. Where it is not defined without one, that one is left
    aside. The variance is the jackknife's: Tukey, Bias and confidence in not-quite large samples,
    Annals of Mathematical Statistics 29, 1958; it errs to the wide side (Efron and Stein 1981).
    """
    defined = np.isfinite(left_out)
    values, times = left_out[defined], standing[defined]
    units = float(times.sum())
    return None if units <= 1 else spread_of_parts((units - 1) / units * values, times)
