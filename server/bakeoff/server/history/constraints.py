"""Constraints on a candidate, whose baseline is an earlier one of another evaluation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bakeoff.server.history.evaluated import Evaluated
from bakeoff.server.history.likeness import (
    comparable_costs,
    disturbed_scenarios,
    has_same_examples,
)
from bakeoff.server.history.pairs import Pair
from bakeoff.server.quality import Certainty
from bakeoff.server.report.messages import constraint_message, result_figures
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.scenarios import scenario_id
from bakeoff.server.selection import (
    Constraint,
    Contrast,
    Draws,
    Evidence,
    Needed,
    QualityKey,
    Question,
    Related,
    Relation,
    Weight,
    conditions_named,
    extras_of,
    is_quality,
    judge,
    known_figures,
    known_parts,
    parse_constraint,
    resolve_constraint,
)
from bakeoff.server.tasks.classification_head import REGRESSION
from bakeoff.server.types import Figure
from bakeoff.v1 import ConstraintResult, EvaluationSpec, Report

_OTHER_EXAMPLES = "the two evaluations are of unlike examples"
_DISTURBED = "something disturbed the measurement of one of the two"
_OTHER_LEVEL = "the intervals of the two are of unlike levels"
_OTHER_MACHINES = "the two evaluations ran on unlike hardware or software, or under unlike load"


def read_constraints(texts: Iterable[str], report: Report) -> list[Constraint]:
    """Constraints on what an evaluation found. Raises ExpressionError or UnknownFigureError."""
    spec = report.spec
    scenarios = [scenario_id(scenario) for scenario in spec.scenarios]
    known = known_figures(spec.metrics, scenarios, extras_of(spec))
    asked = EvaluationSpec(slices=spec.slices)
    given = list(texts)
    asked.slices.predicates.extend(conditions_named(given, ()))
    heads = [one.candidate.manifest.classification for one in report.candidates]
    labels = [label for head in heads if head.problem_type != REGRESSION for label in head.labels]
    parts = known_parts(asked, labels, report.evaluation_set)
    return [resolve_constraint(parse_constraint(text), known, parts) for text in given]


def constraint_results(
    now: Evaluated,
    before: Evaluated,
    pair: Pair,
    constraints: Sequence[Constraint],
    certainty: Certainty,
) -> list[ConstraintResult]:
    """Each constraint on the candidate of a pair, at the level of the certainty, in their order.

    A bound relative to the baseline is judged on shared examples where it is one of quality, and
    by two independent intervals where it is one of cost; it is undecided where the two are not to
    be compared. The level is not corrected for the number of constraints: a candidate passes when
    it keeps them all, which is no more often wrong than the least sure of them.
    """
    candidate, baseline = now.key(pair.candidate), before.key(pair.baseline)
    keys = {one.key for one in constraints}
    ours = _figures(now, pair.candidate, keys)
    theirs = _figures(before, pair.baseline, keys)
    samples = before.samples_by_key | now.samples_by_key
    evidence = _AcrossEvaluations(
        shared=Pairing(samples, {}, certainty, parts=replace(now.parts, samples=samples)),
        own={
            baseline: (_own_pairing(before), pair.baseline),
            candidate: (_own_pairing(now), pair.candidate),
        },
    )
    figures = {
        baseline: _comparable(
            theirs,
            now.report,
            before.report,
            disturbed_scenarios(now.result(pair.candidate), before.result(pair.baseline)),
        ),
        candidate: ours,
    }
    for key in {one.key for one in constraints if one.relation is not Relation.VALUE}:
        if key in theirs and not _is_of_level(figures, key, evidence, certainty.level):
            figures[baseline][key] = _without_value(theirs[key], _OTHER_LEVEL)
    return [
        constraint_message(
            judge(one, candidate, baseline, figures, evidence=evidence, level=certainty.level)
        )
        for one in constraints
    ]


@dataclass(frozen=True, slots=True)
class _AcrossEvaluations:
    """What is known of candidates of two evaluations. Fulfils `selection.Evidence`.

    Metrics are compared on shared examples. Rounds are never shared: pairing those of two
    evaluations would not cancel any drift. `own` holds what each evaluation knows of its candidate,
    and its name there.
    """

    shared: Pairing
    own: Mapping[str, tuple[Pairing, str]]

    def contrast(self, question: Question, first: str, second: str) -> Contrast | None:
        """Candidates in a metric, None for any other figure."""
        is_shared = is_quality(question.key)
        return self.shared.contrast(question, first, second) if is_shared else None

    def related(
        self, key: str, relation: Relation, candidate: str, baseline: str, level: float
    ) -> Related | None:
        """A candidate against its baseline in a metric, None for any other figure."""
        if not is_quality(key):
            return None
        return self.shared.related(key, relation, candidate, baseline, level)

    def figure(self, key: str, candidate: str, level: float) -> Figure | None:
        """A figure with its interval at a level."""
        pairing, name = self.own[candidate]
        return pairing.figure(key, name, level)

    def weight(self, key: str, candidate: str) -> Weight:
        """What a figure rests on."""
        pairing, name = self.own[candidate]
        return pairing.weight(key, name)

    def shortfall(self, key: str, candidate: str, level: float) -> Needed | None:
        """What it takes until a figure is known at a level."""
        pairing, name = self.own[candidate]
        return pairing.shortfall(key, name, level)

    def draws(self, keys: Sequence[str]) -> Draws:
        """Joint draws of metrics; costs of two evaluations are not drawn together."""
        return self.shared.draws([key for key in keys if is_quality(key)])


def _own_pairing(side: Evaluated) -> Pairing:
    return Pairing(
        side.samples, side.observations, side.certainty, side.report.spec, parts=side.parts
    )


def _figures(side: Evaluated, candidate: str, keys: Iterable[str]) -> dict[str, Figure]:
    """Figures of a candidate by key, with those of classes and slices that `keys` name."""
    found = {one.key: one for one in result_figures(side.result(candidate))}
    for key in keys:
        quality = QualityKey.of(key)
        if quality is not None and quality.part is not None:
            found[key] = side.parts.figure(quality, candidate, side.certainty)
    return found


def _comparable(
    figures: Mapping[str, Figure], now: Report, before: Report, disturbed: frozenset[str]
) -> dict[str, Figure]:
    """Figures of the baseline, without the values of those that are not to be compared."""
    costs = comparable_costs(now, before)
    same_examples = has_same_examples(now, before)

    def why_not(figure: Figure) -> str:
        if is_quality(figure.key):
            return "" if same_examples else _OTHER_EXAMPLES
        if figure.key not in costs:
            return _OTHER_MACHINES
        return _DISTURBED if figure.scenario in disturbed else ""

    return {
        key: _without_value(figure, reason) if (reason := why_not(figure)) else figure
        for key, figure in figures.items()
    }


def _is_of_level(
    figures: Mapping[str, Mapping[str, Figure]], key: str, evidence: Evidence, level: float
) -> bool:
    """Whether every interval of a figure is of a level, as it is reported or found anew."""
    shown = [
        evidence.figure(key, name, level) or found[key]
        for name, found in figures.items()
        if key in found
    ]
    return all(one.interval is None or one.interval.level == level for one in shown)


def _without_value(figure: Figure, reason: str) -> Figure:
    return replace(figure, value=None, interval=None, absent_reason=reason)
