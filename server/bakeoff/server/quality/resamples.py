"""Metrics over resamples of examples, or of the clusters to which they belong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from bakeoff.server.metrics import Metric
from bakeoff.server.statistics.resample_stream import ResampleStream
from bakeoff.server.statistics.resampling import Cells, Statistic, Values, clustered, each_example
from bakeoff.server.tasks import Sample

_MOST_BYTES = 1 << 27
"""Scores of the samples whose metrics are prepared at a time; a single sample may have more."""


@dataclass(frozen=True, slots=True, eq=False)
class Resamples:
    """A metric of some samples of the same examples, over the same resamples of these.

    `places` holds for each sample the stream that it is in, and its row there.
    """

    places: Sequence[tuple[ResampleStream, int]]

    @property
    def cells(self) -> Cells:
        """What resampling tells apart."""
        return self.places[0][0].cells

    def values(self, count: int) -> tuple[Values, ...]:
        """Return what the metric of each sample comes to, [count] each; NaN where undefined."""
        return tuple(stream.values(count)[row] for stream, row in self.places)

    def left_out(self, count: int) -> tuple[tuple[Values, ...], npt.NDArray[np.float64]]:
        """Return the metric of each sample without each example or group, [g] each.

        And how many examples or groups each stands for, [g]. The groups are those that follow on
        `count` resamples.
        """
        found = tuple(stream.left_out(count)[0][row] for stream, row in self.places)
        return found, self.places[0][0].left_out(count)[1]


def resamples_of(metric: Metric, samples: Sequence[Sample], cells: Cells, seed: int) -> Resamples:
    """Return a metric over resamples of these cells, those of the seed and the metric's name.

    The samples are of the same examples, and the metric is defined on all of them.
    """
    stream = _stream(metric, samples, cells, seed)
    return Resamples([(stream, row) for row in range(len(samples))])


class SharedResamples:
    """Metrics of several samples over resamples, each found once however often it is asked for.

    Metrics that tell examples apart are resampled alike for all samples of the same examples: one
    draw serves them all, in figures as in comparisons and at every level, so that neither pairs nor
    levels cost draws of their own. What stays is 8 bytes a sample, metric and resample; samples are
    prepared together as long as their scores fill no more than 128 MiB.
    """

    def __init__(
        self, samples: Iterable[Sample], seed: int, clusters: npt.NDArray[np.int64] | None
    ) -> None:
        self._seed = seed
        self._clusters = clusters
        self._groups = _groups(samples)
        self._group_of = {
            sample: place for place, group in enumerate(self._groups) for sample in group
        }
        self._streams: dict[tuple[str, int], tuple[ResampleStream, dict[Sample, int]]] = {}

    def of(self, metric: Metric, samples: Sequence[Sample]) -> Resamples | None:
        """Return a metric of samples of the same examples, on all of which it is defined.

        None where no other sample has a part in their resamples: of a metric of outcomes alone,
        which is drawn by the outcomes of just these samples, and of samples that were not given.
        """
        if metric.discrete or any(sample not in self._group_of for sample in samples):
            return None
        places = []
        for sample in samples:
            stream, rows = self._of_group(metric, self._group_of[sample])
            places.append((stream, rows[sample]))
        return Resamples(places)

    def _of_group(self, metric: Metric, group: int) -> tuple[ResampleStream, dict[Sample, int]]:
        if (metric.id, group) not in self._streams:
            samples = [one for one in self._groups[group] if not metric.absent_reason(one)]
            cells = each_example(samples[0].size)
            if self._clusters is not None:
                cells = clustered(cells, self._clusters[samples[0].indices])
            rows = {sample: row for row, sample in enumerate(samples)}
            self._streams[metric.id, group] = _stream(metric, samples, cells, self._seed), rows
        return self._streams[metric.id, group]


def _stream(metric: Metric, samples: Sequence[Sample], cells: Cells, seed: int) -> ResampleStream:
    return ResampleStream(partial(_prepared, metric, samples, cells), cells, seed, metric.id)


def _prepared(metric: Metric, samples: Sequence[Sample], cells: Cells) -> list[Statistic]:
    return [metric.over(sample.take(cells.rows)) for sample in samples]


def _groups(samples: Iterable[Sample]) -> list[list[Sample]]:
    """Part samples by their examples, and further where they have many scores."""
    groups: list[list[Sample]] = []
    for sample in samples:
        group = next((group for group in groups if _fits(sample, group)), None)
        if group is None:
            groups.append([sample])
        else:
            group.append(sample)
    return groups


def _fits(sample: Sample, group: Sequence[Sample]) -> bool:
    together = sample.scores.nbytes + sum(one.scores.nbytes for one in group)
    return together <= _MOST_BYTES and np.array_equal(sample.indices, group[0].indices)
