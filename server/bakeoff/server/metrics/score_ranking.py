"""Examples of a class and all others, ranked by the score of that class.

Both the area under the ROC curve and average precision change at the scores of positive examples
alone. All other examples are summed up between two such scores, so that resamples cost a sparse
product for each few classes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bakeoff.server.metrics.weighted_sums import in_blocks
from bakeoff.server.statistics.resampling import Weights
from bakeoff.server.tasks.classification_head import MULTI_LABEL
from bakeoff.server.tasks.sample import Sample

_EXACT_IN_FLOAT32 = 1 << 24
_MOST_TOGETHER = 512
"""Distinct scores of classes that are ranked together; a single class may have more."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Counts at the u distinct scores of positive examples of some classes.

    Class after class, the highest score first: those of the class at place i are the rows from
    `bounds[i]` to before `bounds[i + 1]`.
    `positives`, float64[u, b]: positive examples with that score.
    `others`, float64[u, b]: all other examples with that score or a higher one.
    `ties`, float64[t, b]: other examples with that very score, where there are any; `tied`,
    int64[t], says in which rows.
    `size`, float64[b]: all examples.
    """

    positives: npt.NDArray[np.float64]
    others: npt.NDArray[np.float64]
    ties: npt.NDArray[np.float64]
    tied: npt.NDArray[np.int64]
    size: npt.NDArray[np.float64]
    bounds: Sequence[int]

    def summed(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the sum of values, [u, b], over the scores of each class, [classes, b]."""
        return np.stack([values[first:last].sum(axis=0) for first, last in pairwise(self.bounds)])


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


def over_rankings(
    sample: Sample,
    classes: npt.NDArray[np.int64],
    formula: Callable[[Ranking], npt.NDArray[np.float64]],
) -> Callable[[Weights], npt.NDArray[np.float64]]:
    """Return what ranks examples under weights and gives the formula of each class, [classes, b].

    Some example must be of each class.
    """
    if not len(classes):
        return lambda weights: np.empty((0, len(weights)))
    # Half the memory, and whole numbers stay exact.
    narrow = sample.size < _EXACT_IN_FLOAT32
    dtype = np.dtype(np.float32 if narrow else np.float64)
    steps = (_steps(sample.scores[:, index], positives_of(sample, index)) for index in classes)
    groups = [_ranked_rows(group, dtype) for group in _together(steps)]

    def statistic(weights: Weights) -> npt.NDArray[np.float64]:
        size = weights.sum(axis=1)
        counted = weights.T.astype(dtype)
        return np.concatenate([formula(ranked.count(counted, size)) for ranked in groups])

    return in_blocks(statistic, max(ranked.bounds[-1] for ranked in groups))


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Where the examples stand among the distinct scores of the positive ones of a class.

    `step`, int64[n]: at which of the `count` scores each comes in, the highest being 0; `count` for
    examples below the lowest. `positive` and `tie`, bool[n]: whether it is positive, and whether it
    is another one with that very score.
    """

    step: npt.NDArray[np.int64]
    count: int
    positive: npt.NDArray[np.bool_]
    tie: npt.NDArray[np.bool_]


def _steps(scores: npt.NDArray[np.float64], positives: npt.NDArray[np.bool_]) -> _Steps:
    ascending = np.unique(scores[positives])
    distinct = len(ascending)
    place = np.searchsorted(ascending, scores, side="left")
    at_score = (place < distinct) & (ascending[np.minimum(place, distinct - 1)] == scores)
    # An example between two scores comes in with the lower one; below the lowest, with none.
    step = np.where(at_score, distinct - 1 - place, distinct - place)
    return _Steps(step, distinct, positives, at_score & ~positives)


def _together(steps: Iterable[_Steps]) -> Iterator[list[_Steps]]:
    """Put classes together that have few scores each: fewer products, and none that is large."""
    group: list[_Steps] = []
    for one in steps:
        if group and sum(each.count for each in group) + one.count > _MOST_TOGETHER:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


@dataclass(frozen=True, slots=True, eq=False)
class _RankedRows:
    """What sums examples up by score: u rows of positives, u of others above, t of ties."""

    matrix: "sparse.csr_array[Any, tuple[int, int]]"
    tied: npt.NDArray[np.int64]
    bounds: Sequence[int]

    def count(self, counted: npt.NDArray[Any], size: npt.NDArray[np.float64]) -> Ranking:
        """Return the ranking under weights, given as [n, b] in the type of the matrix."""
        sums = np.asarray(self.matrix @ counted, dtype=np.float64)
        distinct = self.bounds[-1]
        above, ties = sums[distinct : 2 * distinct], sums[2 * distinct :]
        above[self.tied] += ties
        run_on(above, self.bounds)
        return Ranking(sums[:distinct], above, ties, self.tied, size, self.bounds)


def run_on(values: npt.NDArray[np.float64], bounds: Sequence[int]) -> None:
    """Put running sums, from each bound on to before the next, in place of values, [u, b]."""
    for first, last in pairwise(bounds):
        np.cumsum(values[first:last], axis=0, out=values[first:last])


def _ranked_rows(group: Sequence[_Steps], dtype: np.dtype[Any]) -> _RankedRows:
    bounds = [0, *accumulate(one.count for one in group)]
    distinct = bounds[-1]
    rows, examples, tied = [], [], []
    for one, first in zip(group, bounds, strict=False):
        others = (one.step < one.count) & ~one.positive & ~one.tie
        rows += [first + one.step[one.positive], distinct + first + one.step[others]]
        examples += [np.flatnonzero(one.positive), np.flatnonzero(others)]
        tied.append(first + one.step[one.tie])
    tied_rows, ties = np.unique(np.concatenate(tied), return_inverse=True)
    rows.append(2 * distinct + ties)
    examples += [np.flatnonzero(one.tie) for one in group]
    places = (np.concatenate(rows), np.concatenate(examples))
    shape = (2 * distinct + len(tied_rows), len(group[0].step))
    matrix = sparse.csr_array((np.ones(len(places[0]), dtype=dtype), places), shape=shape)
    return _RankedRows(matrix, tied_rows, bounds)
