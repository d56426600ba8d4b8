"""Area under the ROC curve."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.class_counts import defined_ratio, mean_where
from bakeoff.server.metrics.metric import CLASSIFICATION, SINGLE, Metric
from bakeoff.server.metrics.score_ranking import (
    Ranking,
    over_rankings,
    rankable_classes,
)
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction

_POSITIVE = 1


def area(ranking: Ranking) -> npt.NDArray[np.float64]:
    """Share of pairs of a positive and another example that scores put in order, [classes, b].

    A tie counts as half a pair. NaN without positives or without others.
    Source: Hanley and McNeil, The meaning and use of the area under a receiver operating
    characteristic (ROC) curve, Radiology 143, 1982.
    """
    positive_count = ranking.summed(ranking.positives)
    pairs = positive_count * (ranking.size - positive_count)
    disordered = ranking.positives * ranking.others
    disordered[ranking.tied] -= 0.5 * ranking.positives[ranking.tied] * ranking.ties
    return defined_ratio(pairs - ranking.summed(disordered), pairs)


def roc_auc(sample: Sample) -> Statistic:
    """Area for two classes; the second class, index 1, is the positive one."""
    by_class = roc_auc_by_class(sample, np.array([_POSITIVE]))
    return lambda weights: np.asarray(by_class(weights)[0])


def roc_auc_by_class(
    sample: Sample, classes: npt.NDArray[np.int64]
) -> Callable[[Weights], npt.NDArray[np.float64]]:
    """Return what gives the area of each of these classes against all others, [classes, b]."""
    return over_rankings(sample, classes, area)


def roc_auc_macro(sample: Sample) -> Statistic:
    """Mean over classes of the area of each against all others.

    Classes that no example or every example has are left out.
    """
    by_class = roc_auc_by_class(sample, rankable_classes(sample))

    def statistic(weights: Weights) -> Values:
        areas = by_class(weights)
        return mean_where(areas, np.isfinite(areas))

    return statistic


def one_sided(sample: Sample) -> str:
    """Say so when no class has both examples and counter-examples."""
    if rankable_classes(sample).size:
        return ""
    return "needs a class that some scored examples have and others have not"


METRICS = (
    Metric(
        id="roc_auc",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=SINGLE,
        method="area under the ROC curve of the second class",
        over=roc_auc,
        undefined=one_sided,
        binary=True,
    ),
    Metric(
        id="roc_auc.macro",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=CLASSIFICATION,
        method="mean area under the ROC curves of each class against the others",
        over=roc_auc_macro,
        undefined=one_sided,
    ),
)
