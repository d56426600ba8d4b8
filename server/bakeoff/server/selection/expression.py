"""The language of constraints and objectives.

    constraint = figure [ "@" scenario ] operator number [ unit ]
    objective  = ( "max" | "min" ) ":" figure [ "@" scenario ]
    scenario   = kind [ ":" setting { "," setting } ]
    operator   = "<=" | "<" | ">=" | ">"

A scenario is named by its id, such as `server:qps=50,batch=8`, or by its kind and as many of its
settings as tell it from the others: `server` when one of that kind is measured. Spaces between the
parts do not matter. A number may carry a unit that converts to the unit of the figure: `20ms`,
`0.02s`, `85%`, `1.5GiB`, `400/s`; without one it is in the unit of the figure.
"""

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from bakeoff.server.errors import ExpressionError, UnknownFigureError
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
from bakeoff.server.selection.wording import joined
from bakeoff.server.types import Direction

OPERATORS = ("<=", "<", ">=", ">")
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
_DIRECTIONS = {"max": Direction.HIGHER_IS_BETTER, "min": Direction.LOWER_IS_BETTER}
# Figures that are found only when more is asked for than a scenario.
_NEEDS = (
    (TRAFFIC_FIGURES, TRAFFIC_KINDS, "the lengths of your traffic"),
    ((PRICE_FIGURE,), tuple(CAPACITY_FIGURES), "the price of the target"),
    ((REPLICA_FIGURE,), tuple(CAPACITY_FIGURES), "the load that is wanted"),
)
VERBS = {direction: verb for verb, direction in _DIRECTIONS.items()}

_SPACE = re.compile(r"\s*")
_FIGURE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
_SETTING = r"[a-z][a-z0-9.]*=[A-Za-z0-9.+-]+"
_SCENARIO = re.compile(rf"[a-z][a-z0-9-]*(?::{_SETTING}(?:,{_SETTING})*)?")
_OPERATOR = re.compile(r"[<>=!~≤≥]+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_UNIT = re.compile(r"[^\s\d]\S*|1/s")
_WORD = re.compile(r"\S+")
_LONGEST_SHOWN = 200
_LONGEST_WORD_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Constraint:
    """A bound on a figure. `bound` is in `unit`, or in the unit of the figure where that is empty.

    `expression` is the constraint as it was given.
    """

    expression: str
    figure_id: str
    scenario: str
    operator: str
    bound: float
    unit: str = ""

    @property
    def key(self) -> str:
        """Id of the figure, with `@scenario` when it belongs to one."""
        return f"{self.figure_id}@{self.scenario}" if self.scenario else self.figure_id

    @property
    def is_upper(self) -> bool:
        """Whether the figure must stay below the bound."""
        return self.operator.startswith("<")

    @property
    def is_strict(self) -> bool:
        """Whether the bound itself is not allowed."""
        return not self.operator.endswith("=")


@dataclass(frozen=True, slots=True)
class Objective:
    """A figure to make as high or as low as can be. `expression` is as it was given."""

    expression: str
    figure_id: str
    scenario: str
    direction: Direction

    @property
    def key(self) -> str:
        """Id of the figure, with `@scenario` when it belongs to one."""
        return f"{self.figure_id}@{self.scenario}" if self.scenario else self.figure_id


def parse_constraint(text: str) -> Constraint:
    """Read a constraint such as `latency_p99_ms@single-stream<=20`.

    Raises ExpressionError, which names the position, what was allowed there, and what came.
    Whether the figure is known is a matter for `resolve_constraint`.
    """
    reader = _Reader("constraint", text)
    figure_id, scenario = _read_figure(reader)
    at = reader.position
    operator = reader.take(_OPERATOR)
    if operator not in OPERATORS:
        reader.refuse(f"one of {joined(list(OPERATORS), 'or')}", at)
    at = reader.position
    digits = reader.take(_NUMBER)
    if not digits or not math.isfinite(float(digits)):
        reader.refuse("a finite number such as 0.85", at)
    unit = reader.take(_UNIT)
    reader.finish("a unit or the end")
    return Constraint(text, figure_id, scenario, operator, float(digits), unit)


def parse_objective(text: str) -> Objective:
    """Read an objective such as `max:accuracy`.

    Raises ExpressionError, which names the position, what was allowed there, and what came.
    Whether the figure is known is a matter for `resolve_objective`.
    """
    reader = _Reader("objective", text)
    at = reader.position
    verb = reader.take(re.compile(r"[A-Za-z]+(?=\s*:)"))
    if verb not in _DIRECTIONS:
        reader.refuse("max: or min:", at)
    reader.take(re.compile(":"))
    figure_id, scenario = _read_figure(reader)
    reader.finish("the end")
    return Objective(text, figure_id, scenario, _DIRECTIONS[verb])


def resolve_constraint(constraint: Constraint, known: Mapping[str, KnownFigure]) -> Constraint:
    """The constraint with its scenario filled in and its bound in the unit of the figure.

    Raises UnknownFigureError, with close matches, when the evaluation does not find the figure, and
    ExpressionError when the unit does not convert or the scenario must be named.
    """
    subject = f'constraint "{constraint.expression}"'
    figure = _resolve(subject, constraint.figure_id, constraint.scenario, known)
    bound = constraint.bound
    if constraint.unit:
        factors = UNITS.get(figure.unit, {})
        if constraint.unit not in factors:
            allowed = f"one of {joined(list(factors), 'or')}, or none" if factors else "no unit"
            message = f'{subject}: {figure.id} takes {allowed}; got "{constraint.unit}"'
            raise ExpressionError(message)
        bound *= factors[constraint.unit]
    return replace(constraint, scenario=figure.scenario, bound=bound, unit="")


def resolve_objective(objective: Objective, known: Mapping[str, KnownFigure]) -> Objective:
    """The objective with its scenario filled in.

    Raises UnknownFigureError, with close matches, when the evaluation does not find the figure, and
    ExpressionError when the scenario must be named or the objective asks for the worse.
    """
    subject = f'objective "{objective.expression}"'
    figure = _resolve(subject, objective.figure_id, objective.scenario, known)
    if figure.direction is not objective.direction:
        verb = VERBS[figure.direction]
        message = (
            f"{subject}: {figure.id} is better when it is {figure.direction.value}; "
            f"write {verb}:{objective.key}"
        )
        raise ExpressionError(message)
    return replace(objective, scenario=figure.scenario)


def _read_figure(reader: "_Reader") -> tuple[str, str]:
    at = reader.position
    figure_id = reader.take(_FIGURE)
    if not figure_id:
        reader.refuse("the id of a figure such as accuracy", at)
    if not reader.take(re.compile("@")):
        return figure_id, ""
    at = reader.position
    scenario = reader.take(_SCENARIO)
    if not scenario:
        reader.refuse("a scenario such as single-stream", at)
    return figure_id, scenario


def _resolve(
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


class _Reader:
    """A cursor over an expression."""

    def __init__(self, kind: str, text: str) -> None:
        self._kind = kind
        self._text = text
        self.position = 0
        self.take(_SPACE)

    def take(self, pattern: re.Pattern[str]) -> str:
        """What the pattern matches here, with the spaces after it passed over; else nothing."""
        match = pattern.match(self._text, self.position)
        if match is None:
            return ""
        space = _SPACE.match(self._text, match.end())
        self.position = match.end() if space is None else space.end()
        return match.group()

    def finish(self, allowed: str) -> None:
        """Raise ExpressionError unless everything is read."""
        if self.position < len(self._text):
            self.refuse(allowed, self.position)

    def refuse(self, allowed: str, position: int) -> NoReturn:
        """Raise ExpressionError: at a position, from 0, stands something that is not allowed."""
        match = _WORD.match(self._text, position)
        came = f'"{match.group()[:_LONGEST_WORD_SHOWN]}"' if match else "the end"
        message = (
            f'{self._kind} "{self._text[:_LONGEST_SHOWN]}": expected {allowed} at character '
            f"{position + 1}; got {came}"
        )
        raise ExpressionError(message)
