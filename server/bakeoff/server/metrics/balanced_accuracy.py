"""Balanced accuracy: accuracy with every class weighing the same."""

from bakeoff.server.metrics.class_counts import class_counts, mean_where, ratio
from bakeoff.server.metrics.metric import SINGLE, Metric
from bakeoff.server.statistics.resampling import Statistic, Values, Weights
from bakeoff.server.tasks.sample import Sample
from bakeoff.server.types import Direction


def balanced_accuracy(sample: Sample) -> Statistic:
    """Mean over classes of recall, hit / true, without classes that no example has.

    Source: Brodersen et al., The balanced accuracy and its posterior distribution, ICPR 2010;
    for more than two classes, macro-averaged recall.
    """
    count = class_counts(sample)

    def statistic(weights: Weights) -> Values:
        counts = count(weights)
        return mean_where(ratio(counts.hit, counts.true), counts.true > 0)

    return statistic


METRICS = (
    Metric(
        id="balanced_accuracy",
        direction=Direction.HIGHER_IS_BETTER,
        problem_types=SINGLE,
        method="mean recall of the classes that occur",
        over=balanced_accuracy,
        discrete=True,
    ),
)
