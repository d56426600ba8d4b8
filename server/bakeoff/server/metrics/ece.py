"""Expected calibration error: how far confidence and accuracy lie apart."""

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.metric import SINGLE, Gaps, Metric
from bakeoff.server.metrics.weighted_sums import grouped, weighted_sums
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

BIN_COUNT = 15


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


def calibration_gaps(sample: Sample) -> Gaps:
    """Return the gap of each bin: its share of all examples times accuracy less mean confidence.

    By chance each answer is right with its own confidence. Source: Broecker and Smith, Increasing
    the reliability of reliability diagrams, Weather and Forecasting 22, 2007.
    """
    confidence = _confidence(sample)
    place, size = _bins(confidence, BIN_COUNT), sample.size
    by_chance = np.bincount(place, weights=confidence * (1 - confidence), minlength=BIN_COUNT)
    return Gaps(
        each=(sample.right - confidence) / size,
        place=place,
        count=BIN_COUNT,
        chance=by_chance / size**2,
        rest=float((1 - confidence).mean()),
    )


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
        gaps=calibration_gaps,
    ),
)
