"""What can be said of a candidate's quality while it is still predicting."""

from bakeoff.server.jobs.assignment import Assignment
from bakeoff.server.metrics import METRICS, Metric
from bakeoff.server.metrics.metric import Proportion
from bakeoff.server.report.messages import figure_message
from bakeoff.server.statistics import share_interval
from bakeoff.server.tasks import Sample, task_named
from bakeoff.server.types import Figure
from bakeoff.v1 import Candidate
from bakeoff.v1 import Figure as FigureMessage


def interim_figure(metric: Metric, sample: Sample, level: float) -> Figure | None:
    """A metric over what was answered so far: a share with its interval, any other without one.

    None while nothing can be scored.
    """
    if metric.absent_reason(sample):
        return None
    proportion = metric.proportion(sample)
    if proportion is None:
        return _value_figure(metric, sample)
    return _share_figure(metric, proportion, level)


class InterimScore:
    """The main metric of the task over the shards that are committed so far.

    A share of right answers is counted on from shard to shard and has its interval. Any other
    metric is found anew over all of them, without an interval, which would cost the time of the
    candidate at work.
    """

    def __init__(self, assignment: Assignment, candidate: Candidate) -> None:
        self._assignment = assignment
        self._candidate = candidate
        self._task = task_named(candidate.manifest.task)
        main_metric = self._task.main_metric(candidate.manifest.classification.problem_type)
        self._metric = METRICS[main_metric]
        self._right = Proportion(successes=0, trials=0)

    def after(self, examples: range) -> FigureMessage | None:
        """Take in a committed shard. None while nothing can be scored. Blocks."""
        shard = self._sample(examples)
        proportion = self._metric.proportion(shard)
        figure = self._value(examples.stop) if proportion is None else self._share(proportion)
        return None if figure is None else figure_message(figure)

    def _share(self, shard: Proportion) -> Figure | None:
        right = Proportion(
            self._right.successes + shard.successes, self._right.trials + shard.trials
        )
        self._right = right
        level = self._assignment.spec.statistics.confidence_level
        return _share_figure(self._metric, right, level)

    def _value(self, example_count: int) -> Figure | None:
        return _value_figure(self._metric, self._sample(range(example_count)))

    def _sample(self, examples: range) -> Sample:
        store, name = self._assignment.store, self._candidate.name
        keys = store.key_slice(self._assignment.evaluation_set.name, examples.start, len(examples))
        predictions = store.prediction_slice(
            self._assignment.evaluation, name, examples.start, len(examples)
        )
        for prediction in predictions:
            prediction.index -= examples.start
        return self._task.sample(
            keys,
            predictions,
            self._candidate.manifest.classification,
            self._assignment.spec.label_mapping,
        )


def _share_figure(metric: Metric, share: Proportion, level: float) -> Figure | None:
    if share.trials == 0:
        return None
    return Figure(
        id=metric.id,
        value=share.successes / share.trials,
        observation_count=share.trials,
        unit=metric.unit,
        direction=metric.direction,
        method=metric.method,
        interval=share_interval(share.successes, share.trials, level),
    )


def _value_figure(metric: Metric, sample: Sample) -> Figure | None:
    value = metric.value(sample)
    if value is None:
        return None
    return Figure(
        id=metric.id,
        value=value,
        observation_count=sample.size,
        unit=metric.unit,
        direction=metric.direction,
        method=metric.method,
    )
