"""What a statistic comes to over resamples of examples, and without each of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.proportions import wilson
from bakeoff.server.statistics.resample_intervals import defined
from bakeoff.server.statistics.resampling import Cells, Weights, draws, without_groups
from bakeoff.server.types import Interval

_ROUNDING = 1e-12


def distribution(
    statistic: Callable[[Weights], npt.NDArray[np.float64]],
    cells: Cells,
    resamples: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Return the statistic over each resample, [..., resamples]; NaN where undefined."""
    drawn = [statistic(weights) for weights in draws(cells, resamples, rng)]
    return np.concatenate(drawn, axis=-1)


def jackknife(
    statistic: Callable[[Weights], npt.NDArray[np.float64]],
    cells: Cells,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the statistic without each example or group, [..., g], and how often each stands."""
    chunks, standing = without_groups(cells, rng)
    return np.concatenate([statistic(weights) for weights in chunks], axis=-1), standing


def unmoved(
    drawn: npt.NDArray[np.float64], level: float, trials: int, bounds: tuple[float, float]
) -> Interval | None:
    """Return the interval where every resample, [b], comes to the same bound; else None.

    That of a share of `trials` that all came out alike, stretched from 0 and 1 to the bounds.
    """
    usable = defined(drawn)
    if usable is None:
        return None
    lowest, highest = bounds
    for bound, successes in ((lowest, 0), (highest, trials)):
        if np.allclose(usable, bound, rtol=_ROUNDING, atol=_ROUNDING):
            share = wilson(successes, trials, level)
            return replace(
                share,
                lower=lowest + (highest - lowest) * (share.lower or 0.0),
                upper=lowest + (highest - lowest) * (share.upper or 0.0),
            )
    return None
