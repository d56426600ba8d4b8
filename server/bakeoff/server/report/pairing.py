"""What is known of candidates beyond their figures: the examples and rounds that they share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import geometric_mean

import numpy as np

from bakeoff.server.quality import (
    Certainty,
    Decision,
    compare,
    decide,
    difference_to,
    joint_draws,
    ratio_to,
)
from bakeoff.server.report.cost_ratios import figure_of_rounds, round_ratios
from bakeoff.server.report.joint import cost_draws
from bakeoff.server.report.levels import Levels, at_level
from bakeoff.server.report.observations import Observations
from bakeoff.server.report.parts import Parts
from bakeoff.server.scenarios import PEAK_LOAD, kind_of
from bakeoff.server.selection import (
    Basis,
    Contrast,
    Draws,
    Needed,
    QualityKey,
    Question,
    Related,
    Relation,
    Weight,
    contrast_difference,
    contrast_ratio,
    is_quality,
)
from bakeoff.server.statistics import paired_ratio_interval
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Figure
from bakeoff.v1 import EvaluationSpec


@dataclass(frozen=True, slots=True)
class Pairing:
    """Samples by candidate, and usable observations by candidate and scenario.

    Fulfils `selection.Evidence`: metrics are compared on shared examples, and throughput and
    median latency on shared rounds. `figures` are those that are reported, by candidate and key;
    only joint draws need them. `parts` are the classes and slices; without them only classes are
    known.
    """

    samples: Mapping[str, Sample]
    observations: Mapping[str, Mapping[str, Observations]]
    certainty: Certainty
    spec: EvaluationSpec = field(default_factory=EvaluationSpec)
    figures: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    parts: Parts | None = None
    levels: Levels = field(init=False)

    def __post_init__(self) -> None:
        parts = Parts(self.samples) if self.parts is None else self.parts
        found = Levels(self.spec, self.samples, self.observations, self.certainty, parts)
        object.__setattr__(self, "levels", found)

    def decisions(self, family: Sequence[tuple[str, str, str]]) -> Sequence[Decision]:
        """Decide a family of comparisons: metric, candidate, and what it is compared with."""
        resample_count = self.certainty.resample_count_for(len(family))
        certainty = replace(self.certainty, resample_count=resample_count)
        comparisons = [
            compare(metric_id, self.samples[candidate], self.samples[other], certainty)
            for metric_id, candidate, other in family
        ]
        return decide(comparisons, level=self.certainty.level, margin=self.certainty.margin)

    def contrast(self, question: Question, first: str, second: str) -> Contrast | None:
        """A contrast of two candidates, None where the two share nothing that tells."""
        quality = QualityKey.of(question.key)
        if quality is not None:
            return self._of_examples(question, quality, first, second)
        ratios = self._shared_ratios(question.key, first, second)
        if len(ratios) < 2 or not question.tolerance.is_share:  # noqa: PLR2004 - one ratio has no spread
            return None
        return contrast_ratio(
            question,
            geometric_mean(ratios),
            paired_ratio_interval(ratios, question.level),
            basis=Basis.PAIRED_ROUNDS,
            weight=self._load(question.key, first, second),
        )

    def related(
        self, key: str, relation: Relation, candidate: str, baseline: str, level: float
    ) -> Related | None:
        """A candidate set against the baseline, None where the two share nothing that tells."""
        quality = QualityKey.of(key)
        if quality is not None:
            return self._quality_related(quality, relation, candidate, baseline, level)
        ratios = self._shared_ratios(key, candidate, baseline)
        if relation is not Relation.RATIO or not ratios:
            return None
        interval = paired_ratio_interval(ratios, level)
        if interval is None:
            return None
        return Related(geometric_mean(ratios), interval, self._load(key, candidate, baseline))

    def figure(self, key: str, candidate: str, level: float) -> Figure | None:
        """A figure with its interval at a level, None where it is only known as it is reported."""
        return self.levels.figure(key, candidate, level)

    def weight(self, key: str, candidate: str) -> Weight:
        """What a figure of a candidate rests on.

        Of a class or slice all examples of the set: more of them bring more of its own. A search
        for the peak load is none: more of it narrows nothing.
        """
        if is_quality(key):
            sample = self.samples.get(candidate)
            return Weight(example_count=0 if sample is None else sample.size)
        scenario = key.partition("@")[2]
        if not scenario or kind_of(scenario) == PEAK_LOAD:
            return Weight()
        return Weight(load_s=self.levels.load_s(scenario, candidate))

    def shortfall(self, key: str, candidate: str, level: float) -> Needed | None:
        """The load that a quantile still needs, None where it has enough or load is no help."""
        missing = self.levels.missing_count(key, candidate, level)
        scenario = key.partition("@")[2]
        measured = self.observations.get(candidate, {}).get(scenario)
        if not missing or measured is None or not measured.query_count:
            return None
        s_per_query = self.levels.load_s(scenario, candidate) / measured.query_count
        return Needed(load_s=float(max(math.ceil(missing * s_per_query), 1)))

    def draws(self, keys: Sequence[str]) -> Draws:
        """Joint draws of metrics over the same resamples of examples, and of costs."""
        named = {key: quality for key in keys if (quality := QualityKey.of(key)) is not None}
        metric_ids = [key for key, quality in named.items() if quality.part is None]
        of_parts = {
            key: self.levels.parts.samples_of(quality)
            for key, quality in named.items()
            if quality.part is not None
        }
        costs = [key for key in keys if key not in named]
        count, seed = self.certainty.resample_count, self.certainty.seed
        with np.errstate(divide="ignore", invalid="ignore"):
            # A resample may hold no example that a candidate was scored on.
            quality_draws = joint_draws(metric_ids, self.samples, self.certainty, of_parts)
        return {
            **quality_draws,
            **cost_draws(costs, self.figures, self.observations, count, seed),
        }

    def _of_examples(
        self, question: Question, quality: QualityKey, first: str, second: str
    ) -> Contrast | None:
        if first not in self.samples or second not in self.samples:
            return None
        ours, theirs = self.samples[first], self.samples[second]
        certainty = at_level(self.certainty, question.level)
        if quality.part is None:
            found = compare(quality.metric_id, ours, theirs, certainty)
        else:
            of_part = self.levels.parts.compare(quality, first, second, certainty)
            if of_part is None:
                return None
            found = of_part
        if found.difference is None:
            return None
        return contrast_difference(
            question,
            found.difference,
            found.interval,
            margin=question.margin(found.candidate_value or 0.0, found.baseline_value or 0.0),
            basis=Basis.PAIRED_TEST,
            weight=self._shared_examples(quality, first, second, found.example_count),
            p_value=found.p_value,
        )

    def _quality_related(
        self, quality: QualityKey, relation: Relation, candidate: str, baseline: str, level: float
    ) -> Related | None:
        if candidate not in self.samples or baseline not in self.samples:
            return None
        certainty = at_level(self.certainty, level)
        if quality.part is None:
            relate = ratio_to if relation is Relation.RATIO else difference_to
            ours, theirs = self.samples[candidate], self.samples[baseline]
            found = relate(quality.metric_id, ours, theirs, certainty)
        else:
            of_part = self.levels.parts.related(quality, relation, candidate, baseline, certainty)
            if of_part is None:
                return None
            found = of_part
        if found.value is None:
            return None
        weight = self._shared_examples(quality, candidate, baseline, found.example_count)
        return Related(found.value, found.interval, weight)

    def _shared_examples(
        self, quality: QualityKey, first: str, second: str, example_count: int
    ) -> Weight:
        """What a comparison rests on: of a class or slice, the examples of the whole set."""
        if quality.part is None:
            return Weight(example_count=example_count)
        return Weight(example_count=min(self.samples[name].size for name in (first, second)))

    def _shared_ratios(self, key: str, first: str, second: str) -> list[float]:
        """First over second in each round that both were measured in, of the figure of rounds."""
        figure_id, _, scenario = key.partition("@")
        if not scenario or figure_id != figure_of_rounds(scenario):
            return []
        ours = self.observations.get(first, {}).get(scenario)
        theirs = self.observations.get(second, {}).get(scenario)
        return [] if ours is None or theirs is None else round_ratios(ours, theirs)

    def _load(self, key: str, first: str, second: str) -> Weight:
        return Weight(load_s=max(self.weight(key, name).load_s for name in (first, second)))
