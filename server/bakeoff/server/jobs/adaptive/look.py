"""One look at the prediction pass: who is surely out by what has been answered so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bakeoff.server.jobs.adaptive.rules import Rules
from bakeoff.server.jobs.contender import Stop
from bakeoff.server.jobs.interim import interim_figure
from bakeoff.server.metrics import METRICS, Metric
from bakeoff.server.quality import compare, figures
from bakeoff.server.report.certainty import certainty
from bakeoff.server.report.messages import figure_message
from bakeoff.server.selection import Constraint
from bakeoff.server.selection.adaptive import (
    Part,
    surely_ahead,
    surely_ahead_by,
    surely_below,
    surely_breaks,
)
from bakeoff.server.selection.wording import figure_words, short_name, title
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction, Interval
from bakeoff.v1 import EarlyStop, EvaluationSpec, ExampleKey
from bakeoff.v1 import Figure as FigureMessage


class Look:
    """Samples of candidates over the same part of the set, with its keys.

    `rivals` are the candidates that others may be behind. The methods block.
    """

    def __init__(
        self,
        rules: Rules,
        spec: EvaluationSpec,
        samples: Mapping[str, Sample],
        keys: Sequence[ExampleKey],
        rivals: Collection[str],
    ) -> None:
        self._rules = rules
        self._rivals = rivals
        self._certainty = certainty(spec.statistics, keys)
        self._of_full = replace(self._certainty, level=rules.level_of_full)
        self._samples = {name: sample for name, sample in samples.items() if sample.size}
        self._seen_count = len(keys)
        self._example_count = rules.looks[-1]

    def figures(self, metric_id: str) -> Mapping[str, FigureMessage]:
        """A metric over what was seen, by candidate; without those of which nothing is scored."""
        found = {
            name: interim_figure(METRICS[metric_id], sample, self._rules.level)
            for name, sample in self._samples.items()
        }
        return {name: figure_message(one) for name, one in found.items() if one is not None}

    def stops(self) -> Mapping[str, Stop]:
        """Who is surely out: those that break a bound, and those that another one is ahead of."""
        found: dict[str, Stop] = {}
        for name, sample in self._samples.items():
            bounds = self._rules.quality_constraints
            broken = next((bound for bound in bounds if self._breaks(bound, sample)), None)
            if broken is not None:
                found[name] = self._stop(self._broken(broken, sample))
        objective = self._rules.objective
        if objective is not None:
            names = [name for name in self._samples if name not in found]
            behind = self._behind(METRICS[objective.key], names)
            for name, ahead in behind.items():
                reason = self._lag(METRICS[objective.key], name, ahead)
                found[name] = self._stop(reason, ahead)
        found.pop(self._rules.protected, None)
        return found

    def alike(self, first: str, second: str) -> bool:
        """Whether two candidates are alike in the first objective, as the report decides it."""
        objective = self._rules.objective
        if objective is None or not {first, second} <= set(self._samples):
            return False
        found = compare(objective.key, self._samples[first], self._samples[second], self._of_full)
        if found.interval is None:
            return False
        lower, upper, margin = found.interval.lower, found.interval.upper, self._rules.margin
        return lower is not None and upper is not None and -margin <= lower and upper <= margin

    def _behind(self, metric: Metric, names: Sequence[str]) -> Mapping[str, str]:
        """Candidates that another one is surely ahead of, each with the one that leads them all."""
        values = {name: metric.value(self._samples[name]) for name in names}
        sign = 1 if metric.direction is Direction.HIGHER_IS_BETTER else -1
        ordered = sorted(
            (name for name in names if values[name] is not None),
            key=lambda name: -sign * (values[name] or 0.0),
        )
        found: dict[str, str] = {}
        for place, name in enumerate(ordered):
            rivals = [one for one in ordered[:place] if one in self._rivals]
            ahead = next((one for one in rivals if self._ahead(metric, one, name)), None)
            if ahead is not None:
                found[name] = ahead
        return found

    def _ahead(self, metric: Metric, first: str, second: str) -> bool:
        leader, other = self._samples[first], self._samples[second]
        chance, of_full = self._rules.chance_of_prediction, self._rules.chance_of_full
        margin = self._rules.margin
        # One side of the interval is asked, so that it errs with the chance of the test.
        of_test = replace(self._certainty, level=1 - 2 * chance)
        found = compare(metric.id, leader, other, of_test)
        if found.difference is None or found.deviation is None or not found.example_count:
            return False
        part = self._part(found.example_count)
        ahead, behind = found.candidate_only_right_count, found.baseline_only_right_count
        if ahead is not None and behind is not None and self._certainty.clusters is None:
            told = surely_ahead(
                ahead, behind, part, margin=margin, chance=chance, chance_of_full=of_full
            )
            return bool(told)
        higher = metric.direction is Direction.HIGHER_IS_BETTER
        end = _end(found.interval, lower=higher)
        # What its wrong answers cost is not known while it has none.
        if end is None or leader.right.all():
            return False
        gain = found.difference if higher else -found.difference
        reach = abs(found.difference - end)
        return surely_ahead_by(
            gain, reach, found.deviation, part, margin=margin, chance_of_full=of_full
        )

    def _breaks(self, constraint: Constraint, sample: Sample) -> bool:
        metric = METRICS[constraint.key]
        if metric.absent_reason(sample):
            return False
        chance = self._rules.chance_of_prediction
        proportion = metric.proportion(sample)
        if proportion is None or not proportion.trials or self._certainty.clusters is not None:
            figure = figures(sample, [metric.id], self._of_full)[0]
            return surely_breaks(constraint, figure, self._part(sample.size), chance=chance)
        successes, bound = proportion.successes, constraint.bound
        if constraint.is_upper:
            successes, bound = proportion.trials - successes, 1 - bound
        part = self._part(proportion.trials)
        level = self._rules.level_of_full
        return bool(surely_below(successes, part, bound, level=level, chance=chance))

    def _part(self, scored_count: int) -> Part:
        """What was scored of what would be, if the rest of the set is scored as this part is."""
        whole_count = round(scored_count * self._example_count / self._seen_count)
        return Part(scored_count, max(whole_count, scored_count))

    def _stop(self, reason: str, behind: str = "") -> Stop:
        early_stop = EarlyStop(
            stage=EarlyStop.STAGE_PREDICTION, example_count=self._seen_count, reason=reason
        )
        return Stop(early_stop, behind)

    def _lag(self, metric: Metric, name: str, ahead: str) -> str:
        ours, theirs = (self._words(metric, self._samples[one]) for one in (name, ahead))
        found = f"its {title(metric.id)} is {ours}, and that of {short_name(ahead)} {theirs}"
        return self._told(found, "behind")

    def _broken(self, constraint: Constraint, sample: Sample) -> str:
        metric = METRICS[constraint.key]
        found = f"its {title(metric.id)} is {self._words(metric, sample)}"
        return self._told(found, f"in breach of {constraint.expression}")

    def _told(self, found: str, verdict: str) -> str:
        """A reason: what was found, and what that makes of the candidate."""
        if self._seen_count == self._example_count:
            return f"After all {self._seen_count:,} examples {found}: it is {verdict}."
        return (
            f"After {self._seen_count:,} of {self._example_count:,} examples {found}: over the "
            f"whole set it would be {verdict}, at an error rate of "
            f"{100 * self._rules.error_rate:g} % for all stops."
        )

    def _words(self, metric: Metric, sample: Sample) -> str:
        figure = interim_figure(metric, sample, self._rules.level)
        return "not known" if figure is None else figure_words(figure)


def _end(interval: Interval | None, *, lower: bool) -> float | None:
    if interval is None:
        return None
    return interval.lower if lower else interval.upper
