"""What candidates are stopped by in an adaptive bake-off, and what chance each look may take."""

from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.server.metrics import METRICS
from bakeoff.server.report.certainty import certainty
from bakeoff.server.scenarios import PEAK_LOAD, kind_of, scenario_id
from bakeoff.server.selection import (
    Constraint,
    Objective,
    Relation,
    extras_of,
    is_quality,
    known_figures,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_objective,
)
from bakeoff.server.selection.adaptive import chance_of_test, look_counts
from bakeoff.v1 import EvaluationSpec


@dataclass(frozen=True, slots=True)
class Rules:
    """What is judged at the looks of an evaluation.

    `error_rate` is that of all stops together; `family_size` is what the full measurement divides
    its own rate by. `looks` counts the examples that each look at the prediction pass has seen, and
    `round_count` the rounds of load that are looked at. `objective` is the first one where a look
    can judge it, and `margin` the largest difference in it that counts as alike; `runner` is the
    one that load decides by: the first, or the second between candidates that are alike in the
    first. Constraints are those that a look can judge; ones that are set against the baseline, and
    weighted objectives, are not. `protected` names the candidate that is not stopped, and is empty
    when there is none. Figures of classes and slices are judged at the end alone.
    """

    error_rate: float
    level: float
    family_size: int
    candidate_count: int
    looks: tuple[int, ...]
    margin: float
    objective: Objective | None
    runner: Objective | None
    quality_constraints: tuple[Constraint, ...]
    profile_constraints: tuple[Constraint, ...]
    load_constraints: tuple[Constraint, ...]
    round_count: int
    protected: str

    @classmethod
    def of(cls, spec: EvaluationSpec, example_count: int) -> "Rules":
        """Read the rules of a spec that has its defaults filled in."""
        scenarios = [scenario_id(scenario) for scenario in spec.scenarios]
        known = known_figures(spec.metrics, scenarios, extras_of(spec))
        constraints = [resolve_constraint(parse_constraint(one), known) for one in spec.constraints]
        objectives = [resolve_objective(parse_objective(one), known) for one in spec.objectives]
        judged = [one for one in constraints if one.relation is Relation.VALUE]
        looked_at = [name for name in scenarios if kind_of(name) != PEAK_LOAD]
        runner = _runner(objectives, looked_at)
        load_constraints = tuple(one for one in judged if one.scenario in looked_at)
        stated = certainty(spec.statistics, ())
        relevant = {one.scenario for one in load_constraints}
        relevant |= {runner.scenario} if runner is not None else set()
        return cls(
            error_rate=spec.adaptive.error_rate,
            level=stated.level,
            family_size=max(len(spec.candidates), len(constraints), 1),
            candidate_count=len(spec.candidates),
            looks=look_counts(example_count, spec.adaptive.look_count),
            margin=max(stated.margin, _tolerated(objectives)),
            objective=next((one for one in objectives[:1] if is_metric(one)), None),
            runner=runner,
            quality_constraints=tuple(one for one in judged if one.key in METRICS),
            profile_constraints=tuple(
                one for one in judged if not one.scenario and not is_quality(one.key)
            ),
            load_constraints=load_constraints,
            round_count=sum(
                scenario.block_count
                for scenario in spec.scenarios
                if scenario_id(scenario) in relevant
            ),
            # Who is set against the baseline needs all of it.
            protected=spec.baseline if len(judged) < len(constraints) else "",
        )

    @property
    def chance_of_prediction(self) -> float:
        """Chance of each test at a look at the prediction pass."""
        rivals = self.candidate_count - 1 if self.objective is not None else 0
        return chance_of_test(
            self.error_rate / (2 if self.round_count else 1),
            len(self.looks) - 1,
            rivals,
            len(self.quality_constraints),
        )

    @property
    def chance_of_round(self) -> float:
        """Chance of each test after a round of load."""
        rivals = self.candidate_count - 1 if self.runner is not None else 0
        predicts = self.objective is not None or self.quality_constraints
        return chance_of_test(
            self.error_rate / (2 if predicts else 1),
            self.round_count,
            rivals,
            len(self.load_constraints),
        )

    @property
    def level_of_full(self) -> float:
        """Level of the intervals by which the full measurement decides, as its report does."""
        return 1 - (1 - self.level) / self.family_size

    @property
    def chance_of_full(self) -> float:
        """P-value below which the full measurement tells any pair apart, at its strictest."""
        pair_count = self.candidate_count * (self.candidate_count - 1) // 2
        return (1 - self.level) / max(pair_count, self.family_size)


def is_metric(objective: Objective) -> bool:
    """Whether an objective is a metric alone, so that examples decide it."""
    tolerance = objective.tolerance
    shared = tolerance is not None and tolerance.is_share
    return objective.key in METRICS and not objective.terms and not shared


def _tolerated(objectives: Sequence[Objective]) -> float:
    """Largest difference in the first objective that its expression lets pass; 0 without one."""
    tolerance = objectives[0].tolerance if objectives else None
    return 0.0 if tolerance is None or tolerance.is_share else tolerance.amount


def _runner(objectives: Sequence[Objective], scenarios: Sequence[str]) -> Objective | None:
    """The first objective that load decides, where nothing but one metric comes before it."""
    leading = objectives[1:2] if objectives and is_metric(objectives[0]) else objectives[:1]
    return next((one for one in leading if not one.terms and one.scenario in scenarios), None)
