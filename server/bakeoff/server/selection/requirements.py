"""What an evaluation asks of its candidates, checked against the figures that it finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.server.metrics import METRICS
from bakeoff.server.selection.catalogue import Extras, known_figures
from bakeoff.server.selection.expression import (
    VERBS,
    Constraint,
    Objective,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_objective,
)


@dataclass(frozen=True, slots=True)
class Requirements:
    """Constraints and at least one objective, resolved.

    `quality_key` names the metric that the frontier sets against a cost: the first objective that
    is one, else the main metric of the task.
    """

    constraints: tuple[Constraint, ...]
    objectives: tuple[Objective, ...]
    quality_key: str


def read_requirements(
    constraints: Sequence[str],
    objectives: Sequence[str],
    *,
    metric_ids: Sequence[str],
    scenarios: Sequence[str],
    main_metric: str,
    extras: Extras | None = None,
) -> Requirements:
    """Read and check the expressions of a spec; no objective means the best main metric.

    `metric_ids` are those that the evaluation finds, at least one; where the main metric is not
    among them, the first takes its place. Raises ExpressionError or UnknownFigureError.
    """
    known = known_figures(metric_ids, scenarios, extras)
    main = main_metric if main_metric in metric_ids else metric_ids[0]
    given = [resolve_objective(parse_objective(text), known) for text in objectives]
    qualities = [objective.key for objective in given if objective.key in METRICS]
    return Requirements(
        constraints=tuple(
            resolve_constraint(parse_constraint(text), known) for text in constraints
        ),
        objectives=tuple(given) or (_best(main),),
        quality_key=qualities[0] if qualities else main,
    )


def _best(metric_id: str) -> Objective:
    direction = METRICS[metric_id].direction
    return Objective(f"{VERBS[direction]}:{metric_id}", metric_id, "", direction)
