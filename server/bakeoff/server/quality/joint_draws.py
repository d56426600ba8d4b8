"""Metrics of several candidates over the same resamples of examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics import Metric, metric_named
from bakeoff.server.quality.certainty import Certainty
from bakeoff.server.statistics.resampling import (
    Values,
    clustered,
    draws,
    each_example,
    generator,
)
from bakeoff.server.tasks import Sample


@dataclass(frozen=True, slots=True)
class MetricOfPart:
    """A metric over a part of the examples, or over another question about them.

    `samples` are of examples that the whole samples hold as well.
    """

    metric_id: str
    samples: Mapping[str, Sample]


def joint_draws(
    metric_ids: Sequence[str],
    samples: Mapping[str, Sample],
    certainty: Certainty,
    parts: Mapping[str, MetricOfPart] = MappingProxyType({}),
) -> dict[str, dict[str, Values]]:
    """Return what each metric of each candidate comes to over the same resamples.

    By metric and candidate, float64[resamples], and by the keys of `parts`. One resample is drawn
    from all examples that any candidate was scored on, or from their clusters, and serves every
    candidate and metric: draw i of one belongs to draw i of every other. NaN where a metric is not
    defined on a resample; a candidate on whose sample it is not defined is left out. Of a metric
    that adds up what chance does, the draws are mirrored at its value and cut to 0 and 1, which
    takes that off again.
    Raises UnknownFigureError for an unknown metric.
    """
    asked = {metric_id: MetricOfPart(metric_id, samples) for metric_id in metric_ids} | dict(parts)
    metrics = {key: metric_named(one.metric_id) for key, one in asked.items()}
    everything = _all_indices(samples)
    views = [
        _View(np.searchsorted(everything, sample.indices), sample, name, defined)
        for of_samples, keys in _by_samples(asked)
        for name, sample in of_samples.items()
        if (defined := [key for key in keys if not metrics[key].absent_reason(sample)])
    ]
    statistics = [{key: metrics[key].over(view.sample) for key in view.keys} for view in views]
    cells = each_example(len(everything))
    if certainty.clusters is not None:
        cells = clustered(cells, certainty.clusters[everything])
    drawn: list[dict[str, list[Values]]] = [{key: [] for key in view.keys} for view in views]
    rng = generator(certainty.seed, "joint draws")
    for weights in draws(cells, certainty.resample_count, rng) if views else ():
        for view, of_view, so_far in zip(views, statistics, drawn, strict=True):
            is_whole = len(view.rows) == len(everything)
            own = weights if is_whole else weights.T[view.rows].T
            for key, statistic in of_view.items():
                so_far[key].append(statistic(own))
    found: dict[str, dict[str, Values]] = {key: {} for key in asked}
    for view, chunks_of_view in zip(views, drawn, strict=True):
        for key, chunks in chunks_of_view.items():
            values = np.concatenate(chunks)
            found[key][view.name] = _centred(metrics[key], view.sample, values)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The rows of all examples that a sample of a candidate holds, and what is found of it."""

    rows: npt.NDArray[np.int64]
    sample: Sample
    name: str
    keys: Sequence[str]


def _by_samples(
    asked: Mapping[str, MetricOfPart],
) -> list[tuple[Mapping[str, Sample], list[str]]]:
    """Samples with the keys that are found of them, so that each is weighted once."""
    grouped: dict[int, tuple[Mapping[str, Sample], list[str]]] = {}
    for key, one in asked.items():
        grouped.setdefault(id(one.samples), (one.samples, []))[1].append(key)
    return list(grouped.values())


def _all_indices(samples: Mapping[str, Sample]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the positions in the set of all examples that any sample holds, ascending."""
    indices = [sample.indices for sample in samples.values()]
    return np.unique(np.concatenate(indices)) if indices else np.arange(0)


def _centred(metric: Metric, sample: Sample, drawn: Values) -> Values:
    value = metric.value(sample)
    if metric.gaps is None or value is None:
        return drawn
    return np.clip(2 * value - drawn, 0.0, 1.0)
