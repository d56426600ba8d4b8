"""Whether what was answered under load was right, and in time."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.server.report.observations import END_TO_END, Observations, span_s
from bakeoff.server.report.rounds import mean_over_rounds
from bakeoff.server.statistics import clustered_share, share_interval
from bakeoff.server.tasks import Sample, Task
from bakeoff.server.types import Direction, Figure
from bakeoff.v1 import ClassificationHead, ObservationBlock, Scenario

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class AnswerKey:
    """What answers under load are held against.

    `sample` is the prediction pass of the same candidate, `is_labelled`, bool[N], tells which of
    the N examples of the set have a label, and `clusters`, int64[N], which belong together; None
    where each is its own.
    """

    task: Task
    head: ClassificationHead
    sample: Sample
    is_labelled: Flags
    clusters: npt.NDArray[np.int64] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """Queries by the example that each was of, and what became of them."""

    examples: npt.NDArray[np.int64]
    was_scored: Flags
    is_right: Flags
    is_changed: Flags
    is_in_time: Flags


def answer_figures(
    observations: Observations, settings: Scenario, key: AnswerKey, level: float
) -> list[Figure]:
    """`accuracy_under_load`, `changed_answer_share` and `correct_per_s` of a `server` scenario.

    Nothing where no query was answered at all. A query that got no answer, or one that holds NaN or
    infinity, was not answered rightly. In time is what took no longer than the longest of the
    scenario's bounds, or everything where there are none. Where examples come more than once, each
    is taken as a cluster of its queries, which are answered alike; or they are by the clusters of
    the set.
    """
    if not any(block.output_values for block in observations.blocks):
        return []
    blocks = [_answers(block, settings, key) for block in observations.blocks]
    examples = np.concatenate([block.examples for block in blocks])
    is_right = np.concatenate([block.is_right for block in blocks])
    is_changed = np.concatenate([block.is_changed for block in blocks])
    was_scored = np.concatenate([block.was_scored for block in blocks])
    labelled = key.is_labelled[examples]
    clusters = examples if key.clusters is None else key.clusters[examples]
    found = [
        replace(
            _share("accuracy_under_load", is_right[labelled], clusters[labelled], level),
            direction=Direction.HIGHER_IS_BETTER,
        ),
        _share("changed_answer_share", is_changed[was_scored], clusters[was_scored], level),
        _correct_per_s(blocks, observations, int(np.count_nonzero(~labelled)), level),
    ]
    scenario = observations.evidence.scenario
    return [replace(figure, scenario=scenario, boundary=END_TO_END) for figure in found]


def _answers(block: ObservationBlock, settings: Scenario, key: AnswerKey) -> _Answers:
    examples = np.array(block.example_indices, dtype=np.int64)
    values = np.full((len(examples), len(key.head.labels)), np.nan)
    if block.output_values:  # there are none where no query was answered
        values[:] = np.array(block.output_values).reshape(values.shape)
    rows = np.minimum(np.searchsorted(key.sample.indices, examples), key.sample.size - 1)
    was_scored = key.sample.indices[rows] == examples
    is_answer = np.isfinite(values).all(axis=1)
    answers = key.task.predicted(np.nan_to_num(values), key.head)
    bounds_ns = [bound.max_latency.ToNanoseconds() for bound in settings.latency_bounds]
    took_ns = np.array(block.end_to_end_ns, dtype=np.int64)
    return _Answers(
        examples=examples,
        was_scored=was_scored,
        is_right=is_answer & was_scored & _equal(answers, key.sample.truth[rows]),
        is_changed=~(is_answer & _equal(answers, key.sample.predicted[rows])),
        is_in_time=took_ns <= max(bounds_ns, default=np.iinfo(np.int64).max),
    )


def _equal(answers: npt.NDArray[Any], others: npt.NDArray[Any]) -> Flags:
    """Whether answers are alike; of many labels, whether all of them are."""
    equal = np.asarray(answers == others, dtype=np.bool_)
    return equal if equal.ndim == 1 else np.asarray(equal.all(axis=1))


def _share(figure_id: str, is_so: Flags, clusters: npt.NDArray[np.int64], level: float) -> Figure:
    """A share of queries, where less is better."""
    figure = Figure(
        id=figure_id,
        value=None,
        observation_count=len(is_so),
        unit="1",
        direction=Direction.LOWER_IS_BETTER,
        method="share of queries",
    )
    if len(is_so) == 0:
        return replace(figure, absent_reason="no example that was asked was scored")
    _, places, counts = np.unique(clusters, return_inverse=True, return_counts=True)
    hits = np.bincount(places[is_so], minlength=len(counts))
    interval = (
        share_interval(int(hits.sum()), len(is_so), level)
        if counts.max() == 1
        else clustered_share(hits, counts, level)
    )
    return replace(figure, value=float(is_so.mean()), interval=interval)


def _correct_per_s(
    blocks: list[_Answers], observations: Observations, unlabelled_count: int, level: float
) -> Figure:
    query_count = sum(len(block.examples) for block in blocks)
    figure = Figure(
        id="correct_per_s",
        value=None,
        observation_count=query_count,
        unit="1/s",
        direction=Direction.HIGHER_IS_BETTER,
        method="mean over rounds",
    )
    if unlabelled_count:
        missing = f"{unlabelled_count:,} of {query_count:,} queries"
        return replace(figure, absent_reason=f"{missing} were of examples without a label")
    right = [int(np.count_nonzero(block.is_right & block.is_in_time)) for block in blocks]
    seconds = [span_s(block) for block in observations.blocks]
    mean = mean_over_rounds(right, seconds, level)
    return replace(figure, value=mean.value, interval=mean.interval)
