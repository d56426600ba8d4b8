"""Examples of a class and all others, ranked by the score of that class.

Both the area under the ROC curve and average precision change at the scores of positive examples
alone. All other examples are summed up between two such scores, so that resamples cost one sparse
product a class.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics.weighted_sums import grouped
from bakeoff.server.statistics.resampling import Weights
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.tasks.sample import Sample

if TYPE_CHECKING:
    from scipy import sparse

_EXACT_IN_FLOAT32 = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Counts at the u distinct scores of positive examples, highest score first.

    `positives`, float64[u, b]: positive examples with that score.
    `others`, float64[u, b]: all other examples with that score or a higher one.
    `ties`, float64[t, b]: other examples with that very score, where there are any; `tied`,
    int64[t], says at which of the scores.
    `size`, float64[b]: all examples.
    """

    positives: npt.NDArray[np.float64]
    others: npt.NDArray[np.float64]
    ties: npt.NDArray[np.float64]
    tied: npt.NDArray[np.int64]
    size: npt.NDArray[np.float64]


def positives_of(sample: Sample, class_index: int) -> npt.NDArray[np.bool_]:
    """Return which examples are of the class, bool[n]."""
    if sample.problem_type == MULTI_LABEL:
        return np.asarray(sample.truth[:, class_index])
    return np.asarray(sample.truth == class_index)


def rankable_classes(sample: Sample) -> npt.NDArray[np.int64]:
    """Return the indices of classes that some examples have and others have not."""
    classes = range(len(sample.labels))
    sizes = np.array([np.count_nonzero(positives_of(sample, index)) for index in classes])
    return np.flatnonzero((sizes > 0) & (sizes < sample.size))


def rankings(
    sample: Sample, classes: npt.NDArray[np.int64]
) -> Callable[[Weights], Iterator[Ranking]]:
    """Return what ranks examples under weights, once for each of these classes.

    Some example must be of each class.
    """
    # Half the memory, and whole numbers stay exact.
    narrow = sample.size < _EXACT_IN_FLOAT32
    dtype = np.dtype(np.float32 if narrow else np.float64)
    rows = [
        _ranked_rows(sample.scores[:, index], positives_of(sample, index), dtype)
        for index in classes
    ]

    def rank(weights: Weights) -> Iterator[Ranking]:
        size = weights.sum(axis=1)
        counted = weights.T.astype(dtype)
        for ranked in rows:
            yield ranked.count(counted, size)

    return rank


@dataclass(frozen=True, slots=True, eq=False)
class _RankedRows:
    """What sums examples up by score: u rows of positives, u of others above, t of ties."""

    matrix: "sparse.csr_array[Any, tuple[int, int]]"
    tied: npt.NDArray[np.int64]

    def count(self, counted: npt.NDArray[Any], size: npt.NDArray[np.float64]) -> Ranking:
        """Return the ranking under weights, given as [n, b] in the type of the matrix."""
        sums = np.asarray(self.matrix @ counted, dtype=np.float64)
        distinct = (len(sums) - len(self.tied)) // 2
        above, ties = sums[distinct : 2 * distinct], sums[2 * distinct :]
        above[self.tied] += ties
        np.cumsum(above, axis=0, out=above)
        return Ranking(sums[:distinct], others=above, ties=ties, tied=self.tied, size=size)


def _ranked_rows(
    scores: npt.NDArray[np.float64], positives: npt.NDArray[np.bool_], dtype: np.dtype[Any]
) -> _RankedRows:
    ascending = np.unique(scores[positives])
    distinct = len(ascending)
    place = np.searchsorted(ascending, scores, side="left")
    at_score = (place < distinct) & (ascending[np.minimum(place, distinct - 1)] == scores)
    # An example between two scores comes in with the lower one; below the lowest, with none.
    step = np.where(at_score, distinct - 1 - place, distinct - place)
    is_tie = at_score & ~positives
    tied, tie = np.unique(step[is_tie], return_inverse=True)
    rows = np.where(positives, step, distinct + step)
    rows[step == distinct] = -1
    rows[is_tie] = 2 * distinct + tie
    return _RankedRows(grouped(rows, 2 * distinct + len(tied)).astype(dtype), tied)
