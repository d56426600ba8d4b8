"""How sure a candidate is of each of its decisions, and which of them are right."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.server.statistics import clustered_share, share_interval
from bakeoff.server.tasks import Sample
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.types import Interval


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Decisions of a candidate over the scored examples, in the order of the set.

    `confidence`, float64[m]: the probability that it gives to each. `right`, bool[m]: whether it
    is right. `cluster`, int64[m]: decisions of one number belong together, such as those on the
    labels of one example; None where each is independent. `least_confidence`: what a candidate
    that knows nothing gives, 1 / k of k classes.
    """

    confidence: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]
    cluster: npt.NDArray[np.int64] | None
    least_confidence: float

    @property
    def size(self) -> int:
        """Number of decisions."""
        return len(self.confidence)

    def interval(
        self, successes: npt.NDArray[np.bool_], trials: npt.NDArray[np.bool_], level: float
    ) -> Interval:
        """Return where the true share of successes among the trials may lie.

        Both are bool[m] and every success is a trial; one trial at least. The interval of
        `share_interval`, or Wilson's form for clusters.
        """
        if self.cluster is None:
            return share_interval(int(successes.sum()), int(trials.sum()), level)
        count = int(self.cluster.max()) + 1
        return clustered_share(
            np.bincount(self.cluster[successes], minlength=count),
            np.bincount(self.cluster[trials], minlength=count),
            level,
        )


def decisions(sample: Sample, groups: npt.NDArray[np.int64] | None = None) -> Decisions | None:
    """Return the decisions of a sample, or None when it has no probabilities or no example.

    Where one class of several is right, each example is a decision, with the probability of the
    predicted class. Where any number of classes may be right, each class of each example is one,
    with the probability of what was decided of it; those of one example are a cluster. `groups`,
    int64[n], numbers the groups of examples that belong together.
    """
    if sample.probabilities is None or not sample.size:
        return None
    confidence = sample.confidence
    if confidence is not None:
        return Decisions(
            confidence=confidence,
            right=sample.right,
            cluster=groups,
            least_confidence=1 / len(sample.labels),
        )
    together = np.arange(sample.size) if groups is None else groups
    return Decisions(
        confidence=_sureness(sample, sample.probabilities).ravel(),
        right=np.asarray(sample.truth == sample.predicted).ravel(),
        cluster=np.repeat(together, len(sample.labels)),
        least_confidence=0.5,
    )


def answer_confidence(sample: Sample) -> npt.NDArray[np.float64] | None:
    """Return the probability that a candidate gives to each whole answer, float64[n], or None.

    Where any number of classes may be right it is the product over them, each taken by itself, as
    such a head does.
    """
    if sample.problem_type != MULTI_LABEL or sample.probabilities is None:
        return sample.confidence
    return np.asarray(_sureness(sample, sample.probabilities).prod(axis=1))


def _sureness(sample: Sample, probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(sample.predicted, probabilities, 1 - probabilities)
