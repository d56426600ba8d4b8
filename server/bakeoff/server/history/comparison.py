"""One evaluation set against an earlier one: quality on shared examples, cost on like machines."""

from collections.abc import Iterator, Mapping, Sequence

from bakeoff.server.history.constraints import constraint_results
from bakeoff.server.history.costs import cost_changes
from bakeoff.server.history.evaluated import Evaluated
from bakeoff.server.history.likeness import (
    comparable_costs,
    cost_figures,
    disturbed_scenarios,
    has_same_examples,
    has_same_fingerprint,
    is_loaded_alike,
)
from bakeoff.server.history.pairs import Pair
from bakeoff.server.metrics import distinct_metrics
from bakeoff.server.quality import Certainty
from bakeoff.server.report.comparison import comparison_message
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.selection import Constraint
from bakeoff.server.selection.wording import joined, short_name
from bakeoff.v1 import CandidateChange, Comparison, EvaluationComparison, Report


def compare_evaluations(
    now: Evaluated,
    before: Evaluated,
    pairs: Sequence[Pair],
    certainty: Certainty,
    constraints: Sequence[Constraint] = (),
) -> EvaluationComparison:
    """Set candidates against earlier ones, and judge constraints on them.

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
                    _disturbed(now, before, pair),
                ),
                constraints=constraint_results(now, before, pair, constraints, certainty),
            )
            for pair in pairs
        ],
        warnings=_warnings(now, before, pairs),
    )


def _comparisons(
    now: Evaluated, before: Evaluated, pairs: Sequence[Pair], certainty: Certainty
) -> Mapping[Pair, list[Comparison]]:
    pairing = Pairing(
        samples=before.samples_by_key | now.samples_by_key,
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


def _disturbed(now: Evaluated, before: Evaluated, pair: Pair) -> frozenset[str]:
    return disturbed_scenarios(now.result(pair.candidate), before.result(pair.baseline))


def _is_paired(now: Evaluated, before: Evaluated, pair: Pair) -> bool:
    ours, theirs = now.samples.get(pair.candidate), before.samples.get(pair.baseline)
    return ours is not None and theirs is not None and ours.problem_type == theirs.problem_type


def _warnings(now: Evaluated, before: Evaluated, pairs: Sequence[Pair]) -> list[str]:
    return [
        *_of_examples(now, before, pairs),
        *_of_machines(now.report, before.report),
        *_of_disturbances(now, before, pairs),
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
    if now.evaluation == before.evaluation:
        yield (
            "Both are the same evaluation: candidates that took turns in it are compared by their "
            "intervals, and its report compares them round by round."
        )
        return
    yield (
        "The two were measured at different times: what drifted on the machine between them, their "
        "intervals do not know."
    )


def _of_disturbances(now: Evaluated, before: Evaluated, pairs: Sequence[Pair]) -> Iterator[str]:
    if not has_same_fingerprint(now.report, before.report):
        return
    found = sorted({name for pair in pairs for name in _disturbed(now, before, pair)})
    if found:
        yield (
            f"Something disturbed the measurement of {joined(found)} in one of the two: whether "
            "its figures are better or worse is not told."
        )


def _of_levels(now: Report, before: Report) -> Iterator[str]:
    levels = (now.spec.statistics.confidence_level, before.spec.statistics.confidence_level)
    if levels[0] != levels[1]:
        yield (
            f"Their intervals are of unlike levels, {levels[0]:g} and {levels[1]:g}: no interval "
            "of a ratio of costs is told."
        )
