"""What a statistic comes to over resamples of examples, and without each of them."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics.resampling import Cells, Weights, draws, without_groups


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
