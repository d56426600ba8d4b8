"""What an evaluation asks of its candidates, checked against the figures that it finds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bakeoff.server.errors import ExpressionError
from bakeoff.server.metrics import METRICS
from bakeoff.server.selection.catalogue import Extras, known_figures
from bakeoff.server.selection.expression import (
    UTILITY,
    VERBS,
    Constraint,
    Objective,
    parse_constraint,
    parse_objective,
)
from bakeoff.server.selection.known_parts import KnownParts
from bakeoff.server.selection.part import is_quality
from bakeoff.server.selection.resolution import (
    resolve_constraint,
    resolve_figure,
    resolve_objective,
)


@dataclass(frozen=True, slots=True)
class Requirements:
    """Constraints and at least one objective, resolved.

    `quality_key` names the metric that the frontier sets against a cost: the first one that an
    objective names, else the main metric of the task. `frontier_keys` are the figures that were
    asked to span the frontier instead; none means that nobody asked.
    """

    constraints: tuple[Constraint, ...]
    objectives: tuple[Objective, ...]
    quality_key: str
    frontier_keys: tuple[str, ...] = ()

    @property
    def part_keys(self) -> tuple[str, ...]:
        """Keys of the figures of classes and slices that are named, each once."""
        named = (
            *(constraint.key for constraint in self.constraints),
            *(key for objective in self.objectives for key in objective.figure_keys),
            self.quality_key,
            *self.frontier_keys,
        )
        return tuple(key for key in dict.fromkeys(named) if is_quality(key) and "{" in key)


def read_requirements(
    constraints: Sequence[str],
    objectives: Sequence[str],
    *,
    metric_ids: Sequence[str],
    scenarios: Sequence[str],
    main_metric: str,
    extras: Extras | None = None,
    frontier_figures: Sequence[str] = (),
    parts: KnownParts | None = None,
) -> Requirements:
    """Read and check the expressions of a spec; no objective means the best main metric.

    `metric_ids` are those that the evaluation finds, at least one; where the main metric is not
    among them, the first takes its place. Without `parts` any class or slice may be named.
    Raises ExpressionError or UnknownFigureError.
    """
    known = known_figures(metric_ids, scenarios, extras)
    main = main_metric if main_metric in metric_ids else metric_ids[0]
    given = _numbered(
        [resolve_objective(parse_objective(text), known, parts) for text in objectives]
    )
    qualities = [key for objective in given for key in objective.figure_keys if is_quality(key)]
    return Requirements(
        constraints=tuple(
            resolve_constraint(parse_constraint(text), known, parts) for text in constraints
        ),
        objectives=tuple(given) or (_best(main),),
        quality_key=qualities[0] if qualities else main,
        frontier_keys=_distinct(
            [resolve_figure(text, known, parts).key for text in frontier_figures]
        ),
    )


def _distinct(keys: list[str]) -> tuple[str, ...]:
    for key in keys:
        if keys.count(key) > 1:
            message = f"frontier_figures: each figure may stand once; got {key} again"
            raise ExpressionError(message)
    return tuple(keys)


def _numbered(objectives: Sequence[Objective]) -> list[Objective]:
    """The same objectives; of several weighted ones each makes a figure of its own name."""
    numbered: list[Objective] = []
    weighted_count = 0
    for objective in objectives:
        weighted_count += bool(objective.terms)
        name = UTILITY if weighted_count <= 1 else f"{UTILITY}.{weighted_count}"
        numbered.append(replace(objective, figure_id=name) if objective.terms else objective)
    return numbered


def _best(metric_id: str) -> Objective:
    direction = METRICS[metric_id].direction
    return Objective(f"{VERBS[direction]}:{metric_id}", metric_id, "", direction)
