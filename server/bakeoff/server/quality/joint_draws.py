"""Metrics of several candidates over the same resamples of examples."""

from collections.abc import Mapping, Sequence

import numpy as np

from bakeoff.server.metrics import Metric, metric_named
from bakeoff.server.quality.certainty import Certainty
from bakeoff.server.statistics.resampling import (
    Statistic,
    Values,
    clustered,
    draws,
    each_example,
    generator,
)
from bakeoff.server.tasks import Sample


def joint_draws(
    metric_ids: Sequence[str], samples: Mapping[str, Sample], certainty: Certainty
) -> dict[str, dict[str, Values]]:
    """Return what each metric of each candidate comes to over the same resamples.

    By metric and candidate, float64[resamples]. One resample is drawn from all examples that any
    candidate was scored on, or from their clusters, and serves every candidate and metric: draw i
    of one belongs to draw i of every other. NaN where a metric is not defined on a resample;
    a candidate on whose sample it is not defined is left out. Of a metric that adds up what chance
    does, the draws are mirrored at its value and cut to 0 and 1, which takes that off again.
    Raises UnknownFigureError for an unknown metric.
    """
    metrics = {metric_id: metric_named(metric_id) for metric_id in metric_ids}
    statistics: dict[tuple[str, str], Statistic] = {
        (metric_id, name): metric.over(sample)
        for metric_id, metric in metrics.items()
        for name, sample in samples.items()
        if not metric.absent_reason(sample)
    }
    everything = _all_indices(samples)
    places = {name: np.searchsorted(everything, each.indices) for name, each in samples.items()}
    cells = each_example(len(everything))
    if certainty.clusters is not None:
        cells = clustered(cells, certainty.clusters[everything])
    drawn: dict[tuple[str, str], list[Values]] = {key: [] for key in statistics}
    rng = generator(certainty.seed, "joint draws")
    for weights in draws(cells, certainty.resample_count, rng) if statistics else ():
        for name, rows in places.items():
            own = weights if len(rows) == len(everything) else weights.T[rows].T
            for metric_id in metrics:
                if (metric_id, name) in statistics:
                    drawn[metric_id, name].append(statistics[metric_id, name](own))
    found: dict[str, dict[str, Values]] = {metric_id: {} for metric_id in metrics}
    for (metric_id, name), parts in drawn.items():
        values = np.concatenate(parts)
        found[metric_id][name] = _centred(metrics[metric_id], samples[name], values)
    return found


def _all_indices(samples: Mapping[str, Sample]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the positions in the set of all examples that any sample holds, ascending."""
    indices = [sample.indices for sample in samples.values()]
    return np.unique(np.concatenate(indices)) if indices else np.arange(0)


def _centred(metric: Metric, sample: Sample, drawn: Values) -> Values:
    value = metric.value(sample)
    if metric.gaps is None or value is None:
        return drawn
    return np.clip(2 * value - drawn, 0.0, 1.0)
