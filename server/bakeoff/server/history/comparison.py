"""One evaluation set against an earlier one: quality on shared examples, cost on like machines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bakeoff.server.history.costs import cost_changes
from bakeoff.server.history.pairs import Pair
from bakeoff.server.metrics import distinct_metrics
from bakeoff.server.quality import Certainty
from bakeoff.server.report.comparison import comparison_message
from bakeoff.server.report.messages import result_figures
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.selection.wording import joined, short_name
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Figure
from bakeoff.v1 import CandidateChange, CandidateResult, Comparison, EvaluationComparison, Report


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation found: its report, and samples of candidates that were scored, by name."""

    report: Report
    samples: Mapping[str, Sample] = field(default_factory=dict)

    def result(self, candidate: str) -> CandidateResult:
        """What was found of a candidate, which must be one of its own."""
        return next(one for one in self.report.candidates if one.candidate.name == candidate)

    def key(self, candidate: str) -> str:
        """What tells a candidate of this evaluation from the same one of another."""
        return f"{self.report.evaluation}/{candidate}"


def compare_evaluations(
    now: Evaluated, before: Evaluated, pairs: Sequence[Pair], certainty: Certainty
) -> EvaluationComparison:
    """Set candidates against earlier ones.

    Quality is compared where both evaluations are of the same examples, by the paired tests of a
    report; all comparisons are one family. Cost is compared where both ran on the same hardware and
    software; figures under load also ask for the same examples and batches and threads asked alike.
    All else stands side by side.
    """
    same_examples = has_same_examples(now.report, before.report)
    comparable = comparable_costs(now.report, before.report)
    paired = _comparisons(now, before, pairs, certainty) if same_examples else {}
    return EvaluationComparison(
        evaluation=now.report.evaluation,
        against=before.report.evaluation,
        same_examples=same_examples,
        same_fingerprint=has_same_fingerprint(now.report, before.report),
        candidates=[
            CandidateChange(
                candidate=pair.candidate,
                baseline=pair.baseline,
                comparisons=paired.get(pair, ()),
                costs=cost_changes(
                    cost_figures(now.result(pair.candidate)),
                    {one.key: one for one in cost_figures(before.result(pair.baseline))},
                    comparable,
                ),
            )
            for pair in pairs
        ],
        warnings=_warnings(now, before, pairs),
    )


def has_same_examples(first: Report, second: Report) -> bool:
    """Whether both are of the same examples with the same labels, for the same task."""
    ours, theirs = first.evaluation_set, second.evaluation_set
    return (ours.sha256, ours.task) == (theirs.sha256, theirs.task)


def has_same_fingerprint(first: Report, second: Report) -> bool:
    """Whether both ran on the same hardware and software."""
    ours, theirs = first.environment.fingerprint.sha256, second.environment.fingerprint.sha256
    return bool(ours) and ours == theirs


def is_loaded_alike(first: Report, second: Report) -> bool:
    """Whether load was offered alike, beyond what the ids of scenarios tell."""
    ours, theirs = first.spec, second.spec
    return (
        has_same_examples(first, second)
        and ours.batch_policy == theirs.batch_policy
        and ours.intra_op_thread_count == theirs.intra_op_thread_count
        and ours.caller_count == theirs.caller_count
    )


def cost_figures(result: CandidateResult) -> list[Figure]:
    """Figures of a candidate that are no quality, those of invalid measurements without value."""
    qualities = {figure.id for figure in result.quality}
    return [one for one in result_figures(result) if one.scenario or one.id not in qualities]


def comparable_costs(first: Report, second: Report) -> frozenset[str]:
    """Keys of the costs of the first that were found as those of the second were."""
    if not has_same_fingerprint(first, second):
        return frozenset()
    alike = is_loaded_alike(first, second)
    return frozenset(
        figure.key
        for result in first.candidates
        for figure in cost_figures(result)
        if alike or not figure.scenario
    )


def _comparisons(
    now: Evaluated, before: Evaluated, pairs: Sequence[Pair], certainty: Certainty
) -> Mapping[Pair, list[Comparison]]:
    pairing = Pairing(
        samples={
            side.key(name): sample
            for side in (now, before)
            for name, sample in side.samples.items()
        },
        # Rounds of two evaluations share no time: pairing them would not cancel any drift.
        observations={},
        certainty=certainty,
    )
    family = [
        (metric_id, pair)
        for pair in pairs
        if _is_paired(now, before, pair)
        for metric_id in distinct_metrics(
            now.report.spec.metrics, now.samples[pair.candidate].problem_type
        )
    ]
    decisions = pairing.decisions(
        [
            (metric_id, now.key(pair.candidate), before.key(pair.baseline))
            for metric_id, pair in family
        ]
    )
    found: dict[Pair, list[Comparison]] = {}
    for (_, pair), decision in zip(family, decisions, strict=True):
        message = comparison_message(pair.candidate, pair.baseline, decision, certainty.margin)
        found.setdefault(pair, []).append(message)
    return found


def _is_paired(now: Evaluated, before: Evaluated, pair: Pair) -> bool:
    ours, theirs = now.samples.get(pair.candidate), before.samples.get(pair.baseline)
    return ours is not None and theirs is not None and ours.problem_type == theirs.problem_type


def _warnings(now: Evaluated, before: Evaluated, pairs: Sequence[Pair]) -> list[str]:
    return [
        *_of_examples(now, before, pairs),
        *_of_machines(now.report, before.report),
        *_of_levels(now.report, before.report),
    ]


def _of_examples(now: Evaluated, before: Evaluated, pairs: Sequence[Pair]) -> Iterator[str]:
    if not has_same_examples(now.report, before.report):
        yield (
            f"{short_name(now.report.evaluation)} and {short_name(before.report.evaluation)} are "
            "of unlike examples: neither their quality nor their cost under load is compared."
        )
        return
    unpaired = [short_name(one.candidate) for one in pairs if not _is_paired(now, before, one)]
    if unpaired:
        yield (
            f"The quality of {joined(unpaired)} is not compared: one of each two was not scored on "
            "the whole set, or answers another kind of question."
        )


def _of_machines(now: Report, before: Report) -> Iterator[str]:
    if not has_same_fingerprint(now, before):
        yield (
            "The two ran on unlike hardware or software: their costs stand side by side, and no "
            "difference between them is told."
        )
        return
    if not is_loaded_alike(now, before) and has_same_examples(now, before):
        yield (
            "Batches or threads were asked for otherwise: costs under load stand side by side, and "
            "no difference between them is told."
        )
    yield (
        "The two were measured at different times: what drifted on the machine between them, their "
        "intervals do not know."
    )


def _of_levels(now: Report, before: Report) -> Iterator[str]:
    levels = (now.spec.statistics.confidence_level, before.spec.statistics.confidence_level)
    if levels[0] != levels[1]:
        yield (
            f"Their intervals are of unlike levels, {levels[0]:g} and {levels[1]:g}: no interval "
            "of a ratio of costs is told."
        )
