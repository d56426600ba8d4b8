"""Metrics of one class, or of one slice of the set: figures, comparisons, and what is drawn."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import (
    Certainty,
    MetricOfPart,
    PairedComparison,
    class_difference_to,
    class_figure,
    class_ratio_to,
    compare,
    compare_class,
    difference_to,
    figures,
    one_against_rest,
    ratio_to,
)
from bakeoff.server.quality import Relation as Related
from bakeoff.server.selection import Part, PartKind, QualityKey, Relation
from bakeoff.server.slices import Slice
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Figure


@dataclass(frozen=True, slots=True)
class Parts:
    """Samples of candidates by name, and the slices of the set by id.

    `least_example_count` is how many examples it takes to look at a slice. `label_mapping` leads
    from what the set calls a class to what candidates do; either name will do.
    """

    samples: Mapping[str, Sample] = field(default_factory=dict)
    slices: Mapping[str, Slice] = field(default_factory=dict)
    least_example_count: int = 1
    label_mapping: Mapping[str, str] = field(default_factory=dict)
    _cut: dict[tuple[str, str], Sample] = field(default_factory=dict, init=False)

    def absent_reason(self, part: Part, candidate: str) -> str:
        """Why nothing is known of a part; nothing when something is."""
        sample = self.samples.get(candidate)
        if sample is None:
            return "the candidate was not scored on the whole set"
        if part.kind is PartKind.CLASS:
            return "" if self._label(part, candidate) else f"it knows no class {part.name}"
        if part.name in self.slices:
            return self._too_small(self.slices[part.name])
        close = difflib.get_close_matches(part.name, self.slices, n=1)
        nearest = f"; the nearest is {close[0]}" if close else ""
        return f"this evaluation draws no slice {part.name}{nearest}"

    def figure(self, key: QualityKey, candidate: str, certainty: Certainty) -> Figure:
        """A metric of a part, with the interval that it has in the tables of classes and slices."""
        part = _part_of(key)
        reason = self.absent_reason(part, candidate)
        if reason:
            metric = METRICS[key.metric_id]
            return Figure(
                id=metric.id,
                value=None,
                observation_count=0,
                unit=metric.unit,
                direction=metric.direction,
                method=metric.method,
                absent_reason=reason,
                part=part.text,
            )
        if part.kind is PartKind.CLASS:
            label = self._label(part, candidate)
            found = class_figure(self.samples[candidate], label, key.metric_id, certainty)
        else:
            (found,) = figures(self._slice(part.name, candidate), [key.metric_id], certainty)
        return replace(found, part=part.text)

    def compare(
        self, key: QualityKey, candidate: str, baseline: str, certainty: Certainty
    ) -> PairedComparison | None:
        """Two candidates in a metric of a part, None where it is not known of one of them."""
        part = _part_of(key)
        if self._is_absent(part, candidate, baseline):
            return None
        if part.kind is PartKind.CLASS:
            ours, theirs = self.samples[candidate], self.samples[baseline]
            label = self._label(part, candidate)
            return compare_class(key.metric_id, label, ours, theirs, certainty)
        ours, theirs = (self._slice(part.name, name) for name in (candidate, baseline))
        return compare(key.metric_id, ours, theirs, certainty)

    def related(
        self,
        key: QualityKey,
        relation: Relation,
        candidate: str,
        baseline: str,
        certainty: Certainty,
    ) -> Related | None:
        """A candidate set against the baseline, None where the part is not known of one of them."""
        part = _part_of(key)
        if self._is_absent(part, candidate, baseline):
            return None
        is_ratio = relation is Relation.RATIO
        if part.kind is PartKind.CLASS:
            ours, theirs = self.samples[candidate], self.samples[baseline]
            of_class = class_ratio_to if is_ratio else class_difference_to
            label = self._label(part, candidate)
            return of_class(key.metric_id, label, ours, theirs, certainty)
        ours, theirs = (self._slice(part.name, name) for name in (candidate, baseline))
        return (ratio_to if is_ratio else difference_to)(key.metric_id, ours, theirs, certainty)

    def samples_of(self, key: QualityKey) -> MetricOfPart:
        """What a metric of a part is drawn of: candidates of whom it is known."""
        part = _part_of(key)
        is_class = part.kind is PartKind.CLASS
        views = {
            name: (
                one_against_rest(sample, self._label(part, name))
                if is_class
                else self._slice(part.name, name)
            )
            for name, sample in self.samples.items()
            if not self.absent_reason(part, name)
        }
        return MetricOfPart(key.metric_id, views)

    def _is_absent(self, part: Part, *candidates: str) -> bool:
        if any(self.absent_reason(part, name) for name in candidates):
            return True
        is_class = part.kind is PartKind.CLASS
        return is_class and len({self._label(part, name) for name in candidates}) > 1

    def _label(self, part: Part, candidate: str) -> str:
        """What a candidate calls a class, and nothing where it knows none such."""
        labels = self.samples[candidate].labels
        names = (part.name, self.label_mapping.get(part.name, ""))
        return next((name for name in names if name in labels), "")

    def _slice(self, slice_id: str, candidate: str) -> Sample:
        place = (slice_id, candidate)
        if place not in self._cut:
            self._cut[place] = self.slices[slice_id].of(self.samples[candidate])
        return self._cut[place]

    def _too_small(self, found: Slice) -> str:
        count, least = found.example_count, self.least_example_count
        if count >= least:
            return ""
        return f"the slice holds {count} of the {least} examples that it takes to be looked at"


def _part_of(key: QualityKey) -> Part:
    if key.part is None:
        message = f"{key.metric_id} is asked for of a part, and of none it came"
        raise ValueError(message)
    return key.part
