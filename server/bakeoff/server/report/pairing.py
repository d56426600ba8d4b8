"""What is known of pairs of candidates: the examples and the rounds that they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, Decision, Verdict, compare, decide
from bakeoff.server.report.cost_ratios import figure_of_rounds, round_ratios
from bakeoff.server.report.observations import Observations
from bakeoff.server.selection import Basis, Contrast, Standing
from bakeoff.server.selection.contrast import ALIKE_SHARE
from bakeoff.server.statistics import paired_ratio_interval
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction, Interval

_STANDINGS = {
    Verdict.BETTER: Standing.AHEAD,
    Verdict.WORSE: Standing.BEHIND,
    Verdict.EQUIVALENT: Standing.ALIKE,
    Verdict.UNDECIDED: Standing.UNTOLD,
}


@dataclass(frozen=True, slots=True)
class Pairing:
    """Samples by candidate, and usable observations by candidate and scenario.

    Fulfils `selection.PairedEvidence`: metrics are compared on shared examples, and throughput and
    median latency on shared rounds.
    """

    samples: Mapping[str, Sample]
    observations: Mapping[str, Mapping[str, Observations]]
    certainty: Certainty

    def contrasts(
        self, figure_key: str, pairs: Sequence[tuple[str, str]]
    ) -> Sequence[Contrast | None]:
        """A contrast for each pair, None where the two share nothing that tells."""
        if figure_key in METRICS:
            return self._of_examples(figure_key, pairs)
        figure_id, _, scenario = figure_key.partition("@")
        if scenario and figure_id == figure_of_rounds(scenario):
            return [self._of_rounds(scenario, first, second) for first, second in pairs]
        return [None] * len(pairs)

    def decisions(self, family: Sequence[tuple[str, str, str]]) -> Sequence[Decision]:
        """Decide a family of comparisons: metric, candidate, and what it is compared with."""
        resample_count = self.certainty.resample_count_for(len(family))
        certainty = replace(self.certainty, resample_count=resample_count)
        comparisons = [
            compare(metric_id, self.samples[candidate], self.samples[other], certainty)
            for metric_id, candidate, other in family
        ]
        return decide(comparisons, level=self.certainty.level, margin=self.certainty.margin)

    def _of_examples(
        self, metric_id: str, pairs: Sequence[tuple[str, str]]
    ) -> Sequence[Contrast | None]:
        known = [pair for pair in pairs if all(name in self.samples for name in pair)]
        decisions = self.decisions([(metric_id, first, second) for first, second in known])
        found = dict(zip(known, decisions, strict=True))
        return [self._contrast(found[pair]) if pair in found else None for pair in pairs]

    def _contrast(self, decision: Decision) -> Contrast | None:
        if decision.comparison.difference is None:
            return None
        return Contrast(
            standing=_STANDINGS[decision.verdict],
            basis=Basis.PAIRED_TEST,
            difference=decision.comparison.difference,
            p_value=decision.adjusted_p_value,
            margin=self.certainty.margin,
            more_examples_needed=decision.more_examples_needed,
        )

    def _of_rounds(self, scenario: str, first: str, second: str) -> Contrast | None:
        ours = self.observations.get(first, {}).get(scenario)
        theirs = self.observations.get(second, {}).get(scenario)
        if ours is None or theirs is None:
            return None
        interval = paired_ratio_interval(round_ratios(ours, theirs), self.certainty.level)
        if interval is None:
            return None
        more_is_better = figure_of_rounds(scenario) == "throughput_per_s"
        way = Direction.HIGHER_IS_BETTER if more_is_better else Direction.LOWER_IS_BETTER
        return Contrast(standing=_standing_of_ratio(interval, way), basis=Basis.PAIRED_ROUNDS)


def _standing_of_ratio(interval: Interval, direction: Direction) -> Standing:
    lower, upper = interval.lower, interval.upper
    if lower is None or upper is None:
        return Standing.UNTOLD
    if lower >= 1 / (1 + ALIKE_SHARE) and upper <= 1 + ALIKE_SHARE:
        return Standing.ALIKE
    if lower <= 1 <= upper:
        return Standing.UNTOLD
    more = lower > 1
    return Standing.AHEAD if more == (direction is Direction.HIGHER_IS_BETTER) else Standing.BEHIND
