"""Expected calibration error: how far confidence and accuracy lie apart."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.metric import SINGLE, Metric
from bakeoff.server.metrics.weighted_sums import grouped, weighted_sums
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

BIN_COUNT = 15

_CHUNK_ROWS = 64


def ece(sample: Sample) -> Statistic:
    """Mean over predictions of |accuracy - mean confidence| of their bin, 0 to 1.

    Confidence is the probability of the predicted class; bins are 15 of equal width. Source: Guo
    et al., On calibration of modern neural networks, ICML 2017, equation 3. It is never negative,
    and so lies above the true value on small samples even when the model is calibrated.
    """
    confidence = _confidence(sample)
    gaps = grouped(_bins(confidence, BIN_COUNT), BIN_COUNT, sample.right - confidence)

    def statistic(weights: Weights) -> Values:
        return np.asarray(np.abs(weighted_sums(gaps, weights)).sum(axis=0) / weights.sum(axis=1))

    return statistic


def by_chance(sample: Sample, rng: np.random.Generator, count: int) -> Values:
    """Return `count` values, [count], that the metric takes when confidence is the truth.

    Each answer is drawn anew as right with its own confidence; what is left is chance alone.
    Source: Broecker and Smith, Increasing the reliability of reliability diagrams, Weather and
    Forecasting 22, 2007.
    """
    confidence = _confidence(sample)
    members = grouped(_bins(confidence, BIN_COUNT), BIN_COUNT)
    values = []
    for first in range(0, count, _CHUNK_ROWS):
        rows = min(_CHUNK_ROWS, count - first)
        right = rng.random((sample.size, rows)) < confidence[:, None]
        gaps = weighted_sums(members, (right - confidence[:, None]).T)
        values.append(np.abs(gaps).sum(axis=0) / sample.size)
    return np.concatenate(values)


def _confidence(sample: Sample) -> npt.NDArray[np.float64]:
    confidence = sample.confidence
    if confidence is None:
        message = "calibration needs single labels and probabilities; the sample has none"
        raise ValueError(message)
    return confidence


def _bins(confidence: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.int64]:
    """Return the bin of each confidence; an upper edge belongs to its bin, 0 to the first."""
    inner_edges = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    return np.searchsorted(inner_edges, confidence, side="left")


METRICS = (
    Metric(
        id="ece",
        direction=Direction.LOWER_IS_BETTER,
        problem_types=SINGLE,
        method="15 bins of equal width over the confidence of the predicted class",
        over=ece,
        needs_probabilities=True,
        by_chance=by_chance,
    ),
)
