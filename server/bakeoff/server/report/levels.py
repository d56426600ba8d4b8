"""Figures with their intervals at another level than the one that is reported."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bakeoff.server.quality import Certainty
from bakeoff.server.report.latency import BOUNDARIES, QUANTILES
from bakeoff.server.report.measurement import scenario_result
from bakeoff.server.report.messages import result_figures
from bakeoff.server.report.observations import Observations, block_latencies_ns
from bakeoff.server.report.parts import Parts
from bakeoff.server.report.quality import quality_figures
from bakeoff.server.scenarios import SERVER, kind_of, scenario_id
from bakeoff.server.selection import QualityKey, is_quality
from bakeoff.server.statistics import min_count_for_quantile
from bakeoff.server.statistics.dependent_quantiles import independent_count
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateResult, EvaluationSpec

_NS_PER_S = 1e9
# Resamples beyond the end of an interval, on either side.
_RESAMPLES_OUTSIDE = 10
_MOST_RESAMPLES = 100_000
_ROUNDING = 1e-12
_SHARES = {
    f"{stem}_{name}_ms": (share, boundary)
    for stem, boundary in BOUNDARIES
    for name, share in QUANTILES
}


def at_level(certainty: Certainty, level: float) -> Certainty:
    """The same certainty at another level, with resamples enough for the ends of intervals."""
    needed = math.ceil(2 * _RESAMPLES_OUTSIDE / (1 - level))
    count = max(certainty.resample_count, min(needed, _MOST_RESAMPLES))
    return replace(certainty, level=level, resample_count=count)


@dataclass(frozen=True, slots=True)
class Levels:
    """Finds figures anew, once for each candidate, figure or scenario, and level."""

    spec: EvaluationSpec
    samples: Mapping[str, Sample]
    observations: Mapping[str, Mapping[str, Observations]]
    certainty: Certainty
    parts: Parts = field(default_factory=Parts)
    _found: dict[tuple[str, str, float], Mapping[str, Figure]] = field(default_factory=dict)

    def figure(self, key: str, candidate: str, level: float) -> Figure | None:
        """A figure with its interval at a level; None where that is no other than reported.

        None as well for what has no interval at any level, such as a size.
        """
        if is_quality(key):
            return self._at(candidate, key, level).get(key)
        _, _, scenario = key.partition("@")
        return self._at(candidate, scenario, level).get(key) if scenario else None

    def missing_count(self, key: str, candidate: str, level: float) -> int:
        """Queries that a quantile still needs to be known at a level, and bounded from above.

        Of queries that wait for each other it takes as many more as they are worth fewer. 0 for
        other figures.
        """
        figure_id, _, scenario = key.partition("@")
        measured = self.observations.get(candidate, {}).get(scenario)
        if measured is None or figure_id not in _SHARES:
            return 0
        share, boundary = _SHARES[figure_id]
        needed = min_count_for_quantile(share, level)
        worth = float(measured.query_count)
        if kind_of(scenario) == SERVER:
            blocks = [block_latencies_ns(block, boundary) for block in measured.blocks]
            worth = independent_count(blocks, share, level) or worth
        if not worth or worth >= needed:
            return 0 if worth else needed
        return math.ceil(measured.query_count * (needed / worth - 1) * (1 - _ROUNDING))

    def load_s(self, scenario: str, candidate: str) -> float:
        """For how long a candidate was under load in a scenario, in seconds."""
        measured = self.observations.get(candidate, {}).get(scenario)
        if measured is None:
            return 0.0
        return sum(block.duration_ns for block in measured.blocks) / _NS_PER_S

    def _at(self, candidate: str, part: str, level: float) -> Mapping[str, Figure]:
        """Figures of a metric, over the whole set or of a part, or of a scenario, by key."""
        if level == self.certainty.level:
            return {}
        place = (candidate, part, level)
        if place not in self._found:
            found = self._metric if is_quality(part) else self._scenario
            self._found[place] = {figure.key: figure for figure in found(candidate, part, level)}
        return self._found[place]

    def _metric(self, candidate: str, key: str, level: float) -> list[Figure]:
        named = QualityKey.of(key)
        if candidate not in self.samples or named is None:
            return []
        certainty = at_level(self.certainty, level)
        if named.part is not None:
            return [self.parts.figure(named, candidate, certainty)]
        return quality_figures(self.samples[candidate], [named.metric_id], certainty)

    def _scenario(self, candidate: str, scenario: str, level: float) -> list[Figure]:
        measured = self.observations.get(candidate, {}).get(scenario)
        settings = {scenario_id(one): one for one in self.spec.scenarios}
        if measured is None or scenario not in settings:
            return []
        result = scenario_result(
            measured,
            settings[scenario],
            level,
            traffic=self.spec.traffic if self.spec.HasField("traffic") else None,
            pricing=self.spec.pricing if self.spec.HasField("pricing") else None,
        )
        return result_figures(CandidateResult(scenarios=[result]))
