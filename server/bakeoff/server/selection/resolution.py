"""Expressions set against the figures that an evaluation finds."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace

from bakeoff.server.errors import ExpressionError, UnknownFigureError
from bakeoff.server.metrics import METRICS
from bakeoff.server.scenarios import kind_of
from bakeoff.server.selection.catalogue import (
    CAPACITY_FIGURES,
    PRICE_FIGURE,
    REPLICA_FIGURE,
    SCENARIO_FIGURES,
    TRAFFIC_FIGURES,
    TRAFFIC_KINDS,
    KnownFigure,
)
from bakeoff.server.selection.expression import (
    VERBS,
    Constraint,
    FigureName,
    Objective,
    Relation,
    Term,
    Tolerance,
    parse_figure,
)
from bakeoff.server.selection.known_parts import KnownParts, check_metric_of_class
from bakeoff.server.selection.part import Part, PartKind, read_part
from bakeoff.server.selection.wording import is_percent, joined
from bakeoff.server.types import Direction

UNITS: Mapping[str, Mapping[str, float]] = {
    "1": {"%": 0.01},
    "ms": {"us": 0.001, "µs": 0.001, "ms": 1.0, "s": 1000.0},
    "MiB": {
        "kB": 1e3 / 2**20,
        "MB": 1e6 / 2**20,
        "GB": 1e9 / 2**20,
        "KiB": 2**-10,
        "MiB": 1.0,
        "GiB": 1024.0,
    },
    "KiB": {"B": 2**-10, "KiB": 1.0, "MiB": 1024.0},
    "MiB/h": {"KiB/h": 2**-10, "MiB/h": 1.0, "GiB/h": 1024.0},
    "1/s": {"/s": 1.0, "1/s": 1.0},
    "J": {"mJ": 0.001, "J": 1.0, "kJ": 1000.0},
    "USD": {"USD": 1.0, "$": 1.0},
}
# A share of a share and points of it are easily taken for each other: differences are in points.
_DIFFERENCE_UNITS: Mapping[str, Mapping[str, float]] = {**UNITS, "1": {"pt": 0.01}}

_TURNED = str.maketrans("<>", "><")
_HUNDRED = 100

# Figures that are found only when more is asked for than a scenario.
_NEEDS = (
    (TRAFFIC_FIGURES, TRAFFIC_KINDS, "the lengths of your traffic"),
    ((PRICE_FIGURE,), tuple(CAPACITY_FIGURES), "the price of the target"),
    ((REPLICA_FIGURE,), tuple(CAPACITY_FIGURES), "the load that is wanted"),
)


def resolve_constraint(
    constraint: Constraint, known: Mapping[str, KnownFigure], parts: KnownParts | None = None
) -> Constraint:
    """The constraint with its scenario filled in and its bound in the unit of the figure.

    Without `parts` any class or slice may be named.
    Raises UnknownFigureError, with close matches, when the evaluation does not find the figure, and
    ExpressionError when the unit does not convert, the scenario must be named, the baseline is to
    be multiplied by a number that is not above 0, the bound asks for the worse, or no value of the
    figure comes near it.
    """
    subject = f'constraint "{constraint.expression}"'
    named = _named(constraint.figure_id, constraint.scenario, constraint.part)
    is_absolute = constraint.relation is Relation.VALUE
    figure = _resolve(subject, named, known, parts, is_absolute=is_absolute)
    bound = constraint.bound
    if constraint.relation is Relation.RATIO and not bound > 0:
        message = f"{subject}: the baseline is multiplied by a number above 0; got {bound:g}"
        raise ExpressionError(message)
    if constraint.unit:
        units = UNITS if constraint.relation is Relation.VALUE else _DIFFERENCE_UNITS
        if constraint.relation is Relation.DIFFERENCE and constraint.unit == "%":
            raise ExpressionError(_share_of_baseline(subject, constraint, figure))
        bound *= _factor(subject, figure, constraint.unit, units)
    _check_direction(subject, constraint, figure)
    _check_range(subject, constraint, figure, bound)
    return replace(constraint, scenario=figure.scenario, bound=bound, unit="")


def resolve_objective(
    objective: Objective, known: Mapping[str, KnownFigure], parts: KnownParts | None = None
) -> Objective:
    """The objective with its scenarios filled in and its tolerance in the unit of its figure.

    Without `parts` any class or slice may be named.
    Raises UnknownFigureError, with close matches, when the evaluation does not find a figure, and
    ExpressionError when a scenario must be named, the unit of the tolerance does not convert, or
    the objective, or a term of it, asks for the worse.
    """
    subject = f'objective "{objective.expression}"'
    if objective.terms:
        terms = tuple(
            _resolved_term(subject, objective, term, known, parts) for term in objective.terms
        )
        repeated = {term.key for term in terms if [one.key for one in terms].count(term.key) > 1}
        if repeated:
            message = f"{subject}: each figure may stand once; got {joined(sorted(repeated))} again"
            raise ExpressionError(message)
        return replace(
            objective, terms=terms, tolerance=_resolved_tolerance(subject, objective, None)
        )
    named = _named(objective.figure_id, objective.scenario, objective.part)
    figure = _resolve(subject, named, known, parts, is_absolute=False)
    if figure.direction is not objective.direction:
        verb = VERBS[figure.direction]
        message = (
            f"{subject}: {figure.id} is better when it is {figure.direction.value}; "
            f"write {verb}:{objective.key}"
        )
        raise ExpressionError(message)
    return replace(
        objective,
        scenario=figure.scenario,
        tolerance=_resolved_tolerance(subject, objective, figure),
    )


def resolve_figure(
    text: str, known: Mapping[str, KnownFigure], parts: KnownParts | None = None
) -> KnownFigure:
    """The figure that a text names, such as `latency_p99_ms@server`.

    Without `parts` any class or slice may be named.
    Raises ExpressionError when it cannot be read or its scenario must be named, and
    UnknownFigureError, with close matches, when the evaluation does not find it.
    """
    return _resolve(f'figure "{text}"', parse_figure(text), known, parts, is_absolute=False)


def _resolved_term(
    subject: str,
    objective: Objective,
    term: Term,
    known: Mapping[str, KnownFigure],
    parts: KnownParts | None,
) -> Term:
    named = _named(term.figure_id, term.scenario, term.part)
    figure = _resolve(subject, named, known, parts, is_absolute=False)
    raises = (term.weight > 0) == (objective.direction is Direction.HIGHER_IS_BETTER)
    if raises != (figure.direction is Direction.HIGHER_IS_BETTER):
        sign = "-" if term.weight > 0 else "+"
        message = (
            f"{subject}: {figure.id} is better when it is {figure.direction.value}; "
            f"write {sign} {abs(term.weight):.10g}*{term.key}"
        )
        raise ExpressionError(message)
    return replace(term, scenario=figure.scenario)


def _resolved_tolerance(
    subject: str, objective: Objective, figure: KnownFigure | None
) -> Tolerance | None:
    """The tolerance in the unit of the figure; `figure` is None for a weighted objective."""
    tolerance = objective.tolerance
    if tolerance is None:
        return None
    if figure is None:
        figure = KnownFigure(objective.figure_id, "", "1", objective.direction)
    if tolerance.unit == "%" and figure.unit != "1":
        return Tolerance(tolerance.amount * 0.01, is_share=True)
    amount = tolerance.amount
    if tolerance.unit:
        amount *= _factor(subject, figure, tolerance.unit, _DIFFERENCE_UNITS)
    return Tolerance(amount, figure.unit)


def _check_direction(subject: str, constraint: Constraint, figure: KnownFigure) -> None:
    if constraint.is_upper == (figure.direction is Direction.LOWER_IS_BETTER):
        return
    turned = constraint.operator.translate(_TURNED)
    message = (
        f"{subject}: {figure.id} is better when it is {figure.direction.value}; "
        f"write {constraint.key} {turned} {_written_bound(constraint)}"
    )
    raise ExpressionError(message)


def _written_bound(constraint: Constraint) -> str:
    size = f"{abs(constraint.bound):.10g}{constraint.unit}"
    match constraint.relation:
        case Relation.VALUE:
            return f"{'-' if constraint.bound < 0 else ''}{size}"
        case Relation.RATIO:
            return f"{size} x baseline"
        case Relation.DIFFERENCE:
            sign = "-" if constraint.bound < 0 else "+"
            return f"baseline {sign} {size}" if constraint.bound else "baseline"


def _check_range(subject: str, constraint: Constraint, figure: KnownFigure, bound: float) -> None:
    """Refuse a bound that no value can reach, and a difference that no two values can pass."""
    known = _range(figure)
    if known is None or constraint.relation is Relation.RATIO:
        return
    least, greatest = known
    span = f"{figure.id} is a number from {least:g} to {greatest:g}"
    if constraint.relation is Relation.DIFFERENCE:
        if abs(bound) < greatest - least:
            return
        unit = "pt"
        message = f"{subject}: {span}, no two farther apart than that"
    elif least <= bound <= greatest:
        return
    else:
        unit = "%"
        message = f"{subject}: {span}; got {bound:.10g}"
    size = bound if constraint.relation is Relation.VALUE else abs(bound)
    if not constraint.unit and greatest <= size <= _HUNDRED:
        message += f"; write {size:.10g}{unit} or {size / _HUNDRED:.10g}"
    raise ExpressionError(message)


def _range(figure: KnownFigure) -> tuple[float, float] | None:
    """Least and greatest value of a figure, where there are such."""
    if figure.id in METRICS:
        return METRICS[figure.id].bounds
    return (0.0, 1.0) if is_percent(figure.id, figure.unit) else None


def _factor(
    subject: str, figure: KnownFigure, unit: str, units: Mapping[str, Mapping[str, float]]
) -> float:
    factors = units.get(figure.unit, {})
    if unit in factors:
        return factors[unit]
    allowed = "no unit"
    if factors:
        names = joined(list(factors), "or")
        allowed = f"one of {names}, or none" if len(factors) > 1 else f"{names} or no unit"
    message = f'{subject}: {figure.id} takes {allowed}; got "{unit}"'
    raise ExpressionError(message)


def _share_of_baseline(subject: str, constraint: Constraint, figure: KnownFigure) -> str:
    factor = 1 + constraint.bound / 100
    times = f"{factor:.10g} x baseline" if factor > 0 and math.isfinite(factor) else "x baseline"
    if figure.unit != "1":
        return f'{subject}: a share of the baseline is written "{times}"; got "%"'
    points = f"{abs(constraint.bound):.10g}pt"
    return (
        f'{subject}: "%" may mean points or a share of the baseline; write "{points}" for points '
        f'or "{times}" for a share'
    )


def _named(figure_id: str, scenario: str, part: str) -> FigureName:
    return FigureName(figure_id, scenario, read_part(part) if part else None)


def _resolve(
    subject: str,
    name: FigureName,
    known: Mapping[str, KnownFigure],
    parts: KnownParts | None,
    *,
    is_absolute: bool,
) -> KnownFigure:
    if name.part is None:
        return _of_whole_set(subject, name.figure_id, name.scenario, known)
    if name.scenario:
        message = f"{subject}: classes and slices are of the set, not of @{name.scenario}"
        raise ExpressionError(message)
    if name.part.kind is PartKind.CLASS:
        check_metric_of_class(subject, name.figure_id, name.part)
        if parts is not None:
            parts.check_class(subject, name.part)
        return _of_part(name.figure_id, name.part)
    of_slices = METRICS if parts is None else parts.metric_ids
    if name.figure_id not in METRICS or name.figure_id not in of_slices:
        found = _of_whole_set(subject, name.figure_id, "", known)
        if found.id not in METRICS:
            message = f"{subject}: {found.id} is not found of a slice, metrics alone are"
            raise UnknownFigureError(message)
    if parts is not None:
        parts.check_slice(subject, name.part, is_absolute=is_absolute)
    return _of_part(name.figure_id, name.part)


def _of_part(metric_id: str, part: Part) -> KnownFigure:
    metric = METRICS[metric_id]
    return KnownFigure(metric_id, "", metric.unit, metric.direction, part.text)


def _of_whole_set(
    subject: str, figure_id: str, scenario: str, known: Mapping[str, KnownFigure]
) -> KnownFigure:
    named = [figure for figure in known.values() if figure.id == figure_id]
    exact = [figure for figure in named if figure.scenario == scenario]
    fitting = exact or [figure for figure in named if _is_meant(scenario, figure.scenario)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        keys = joined([figure.key for figure in fitting], "or")
        message = f"{subject}: {figure_id} is found in several scenarios; write {keys}"
        raise ExpressionError(message)
    if named:
        keys = joined([figure.key for figure in named], "or")
        message = f'{subject}: {figure_id} is not found in "{scenario}"; write {keys}'
        raise UnknownFigureError(message)
    message = f"{subject}: {_why_unknown(figure_id, known)}"
    raise UnknownFigureError(message)


def _is_meant(named: str, scenario: str) -> bool:
    """Whether a scenario is of the kind that is named and has all settings that are."""
    if not named:
        return True
    kind, _, settings = named.partition(":")
    has = scenario.partition(":")[2].split(",")
    wanted = settings.split(",") if settings else []
    return kind_of(scenario) == kind and all(setting in has for setting in wanted)


def _why_unknown(figure_id: str, known: Mapping[str, KnownFigure]) -> str:
    kinds = [
        kind
        for kind, figures in SCENARIO_FIGURES.items()
        if any(figure.id == figure_id for figure in figures)
    ]
    if kinds:
        return f"{figure_id} needs the scenario {joined(kinds, 'or')} among those to measure"
    for figures, kinds_with, needed in _NEEDS:
        if figure_id in {figure.id for figure in figures}:
            return f"{figure_id} needs {needed} and the scenario {joined(list(kinds_with), 'or')}"
    ids = list(dict.fromkeys(figure.id for figure in known.values()))
    close = difflib.get_close_matches(figure_id, ids, n=3)
    if close:
        return f'this evaluation finds no "{figure_id}"; did you mean {joined(close, "or")}?'
    return f'this evaluation finds no "{figure_id}"; it finds {joined(ids)}'
