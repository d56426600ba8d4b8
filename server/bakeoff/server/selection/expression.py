"""The language of constraints and objectives, as it is written.

    constraint = figure operator bound
    bound      = number [ unit ]
               | "baseline" [ ( "+" | "-" ) number [ unit ] ]
               | number times "baseline"
    objective  = ( "max" | "min" ) ":" term { ( "+" | "-" ) term } [ "within" number [ unit ] ]
    term       = [ number times ] figure
    figure     = id [ "{" part "}" ] [ "@" scenario ]
    part       = ( "class" | "slice" ) "=" name
    scenario   = kind [ ":" setting { "," setting } ]
    operator   = "<=" | "<" | ">=" | ">"
    times      = "x" | "*" | the sign of multiplication

A scenario is named by its id, such as `server:qps=50,batch=8`, or by its kind and as many of its
settings as tell it from the others: `server` when one of that kind is measured. Spaces between the
parts do not matter, but for one before a sign that follows a scenario. A number may carry a unit
that converts to the unit of the figure: `20ms`, `0.02s`, `85%`, `1.5GiB`, `400/s`, and `0.5pt` for
a difference of shares; without one it is in the unit of the figure.

The name of a part reaches to the closing brace: `recall{class=refund}`, `accuracy{slice=length >=
200}`. One that holds braces, or begins with a quote, stands between single or double quotes, and
may always stand so: `accuracy{slice='length >= 200'}`.
"""

import re
from dataclasses import dataclass
from enum import Enum

from bakeoff.server.selection.part import Part, read_braces
from bakeoff.server.selection.reader import Reader
from bakeoff.server.selection.wording import joined
from bakeoff.server.types import Direction, figure_key

OPERATORS = ("<=", "<", ">=", ">")
# Id of the figure that a weighted objective makes of others.
UTILITY = "utility"
_DIRECTIONS = {"max": Direction.HIGHER_IS_BETTER, "min": Direction.LOWER_IS_BETTER}
VERBS = {direction: verb for verb, direction in _DIRECTIONS.items()}

_FIGURE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
_SETTING = r"[a-z][a-z0-9.]*=[A-Za-z0-9.+-]+"
_SCENARIO = re.compile(rf"[a-z][a-z0-9-]*(?::{_SETTING}(?:,{_SETTING})*)?")
_OPERATOR = re.compile(r"[<>=!~≤≥]+")
_UNIT = re.compile(r"[^\s\d]\S*|1/s")
_VERB = re.compile(r"[A-Za-z]+(?=\s*:)")
_COLON = re.compile(r":")
_AT = re.compile(r"@")
_SIGN = re.compile(r"[+-]")
_TIMES = re.compile(r"[x*\u00d7]")
_BASELINE = re.compile(r"baseline\b")
_TIMES_BASELINE = re.compile(r"[x*\u00d7]\s*baseline\b")
_WITHIN = re.compile(r"within\b")


@dataclass(frozen=True, slots=True)
class FigureName:
    """A figure as it is named: its id, its scenario or nothing, its part or None."""

    figure_id: str
    scenario: str
    part: Part | None

    @property
    def part_text(self) -> str:
        """The part as it is written, or nothing."""
        return "" if self.part is None else self.part.text


class Relation(Enum):
    """What is set against a bound."""

    VALUE = "value"
    """The figure itself."""
    DIFFERENCE = "difference"
    """The figure less that of the baseline."""
    RATIO = "ratio"
    """The figure over that of the baseline."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A bound on a figure, on its difference from the baseline, or on its ratio to it.

    `bound` is in `unit`, or in the unit of the figure where that is empty; a ratio has none.
    `expression` is the constraint as it was given, `part` the class or slice that the figure is of.
    """

    expression: str
    figure_id: str
    scenario: str
    operator: str
    bound: float
    unit: str = ""
    relation: Relation = Relation.VALUE
    part: str = ""

    @property
    def key(self) -> str:
        """Key of the figure."""
        return figure_key(self.figure_id, self.scenario, self.part)

    @property
    def is_upper(self) -> bool:
        """Whether the figure must stay below the bound."""
        return self.operator.startswith("<")

    @property
    def is_strict(self) -> bool:
        """Whether the bound itself is not allowed."""
        return not self.operator.endswith("=")

    def keeps(self, value: float) -> bool:
        """Whether a value of what is set against the bound keeps it."""
        if value == self.bound:
            return not self.is_strict
        return value < self.bound if self.is_upper else value > self.bound


@dataclass(frozen=True, slots=True)
class Term:
    """A figure of a weighted objective: what one unit of it is worth."""

    weight: float
    figure_id: str
    scenario: str
    part: str = ""

    @property
    def key(self) -> str:
        """Key of the figure."""
        return figure_key(self.figure_id, self.scenario, self.part)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Largest difference that counts as alike: in `unit`, or a share of the greater value.

    An empty unit is that of the figure.
    """

    amount: float
    unit: str = ""
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Objective:
    """A figure to make as high or as low as can be. `expression` is as it was given.

    A weighted one has `terms`, and makes the figure `utility` of theirs. `tolerance` is None where
    the expression does not say what counts as alike.
    """

    expression: str
    figure_id: str
    scenario: str
    direction: Direction
    terms: tuple[Term, ...] = ()
    tolerance: Tolerance | None = None
    part: str = ""

    @property
    def key(self) -> str:
        """Key of the figure."""
        return figure_key(self.figure_id, self.scenario, self.part)

    @property
    def figure_keys(self) -> tuple[str, ...]:
        """Keys of the figures that it is found of: its own, or those of its terms."""
        return tuple(term.key for term in self.terms) or (self.key,)


def parse_constraint(text: str) -> Constraint:
    """Read a constraint such as `latency_p99_ms@single-stream<=20` or `accuracy >= baseline - 1pt`.

    Raises ExpressionError, which names the position, what was allowed there, and what came.
    Whether the figure is known is a matter for `resolve_constraint`.
    """
    reader = Reader("constraint", text)
    named = _read_figure(reader)
    at = reader.position
    operator = reader.take(_OPERATOR)
    if operator not in OPERATORS:
        reader.refuse(f"one of {joined(list(OPERATORS), 'or')}", at)
    if reader.take(_BASELINE):
        bound, unit = _read_offset(reader)
        relation = Relation.DIFFERENCE
    else:
        bound = reader.number("a finite number such as 0.85, or baseline,")
        relation = Relation.RATIO if reader.take(_TIMES_BASELINE) else Relation.VALUE
        unit = ""
        if relation is Relation.VALUE:
            unit = reader.take(_UNIT)
            reader.finish("a unit, x baseline or the end")
    reader.finish("the end")
    return Constraint(
        text,
        named.figure_id,
        named.scenario,
        operator,
        bound,
        unit,
        relation,
        part=named.part_text,
    )


def parse_objective(text: str) -> Objective:
    """Read an objective such as `max:accuracy within 0.5pt` or `max:accuracy - 0.01*load_ms`.

    Raises ExpressionError, which names the position, what was allowed there, and what came.
    Whether the figures are known is a matter for `resolve_objective`.
    """
    reader = Reader("objective", text)
    at = reader.position
    verb = reader.take(_VERB)
    if verb not in _DIRECTIONS:
        reader.refuse("max: or min:", at)
    reader.take(_COLON)
    terms = [_read_term(reader, -1.0 if reader.take(_SIGN) == "-" else 1.0)]
    while sign := reader.take(_SIGN):
        terms.append(_read_term(reader, -1.0 if sign == "-" else 1.0))
    tolerance = None
    if reader.take(_WITHIN):
        at = reader.position
        amount = reader.number("a finite number such as 0.005")
        if amount < 0:
            reader.refuse("a number that is not below 0", at)
        tolerance = Tolerance(amount, reader.take(_UNIT))
        reader.finish("a unit or the end")
    reader.finish("+, -, within or the end")
    direction = _DIRECTIONS[verb]
    if len(terms) == 1 and terms[0].weight == 1:
        (term,) = terms
        return Objective(
            text, term.figure_id, term.scenario, direction, tolerance=tolerance, part=term.part
        )
    return Objective(text, UTILITY, "", direction, tuple(terms), tolerance)


def parse_figure(text: str) -> FigureName:
    """Read the name of a figure, such as `latency_p99_ms@server` or `recall{class=refund}`.

    Raises ExpressionError, which names the position, what was allowed there, and what came.
    """
    reader = Reader("figure", text)
    named = _read_figure(reader)
    reader.finish("the end")
    return named


def _read_figure(reader: Reader) -> FigureName:
    at = reader.position
    figure_id = reader.take(_FIGURE)
    if not figure_id:
        reader.refuse("the id of a figure such as accuracy", at)
    part = read_braces(reader)
    if not reader.take(_AT):
        return FigureName(figure_id, "", part)
    at = reader.position
    scenario = reader.take(_SCENARIO)
    if not scenario:
        reader.refuse("a scenario such as single-stream", at)
    return FigureName(figure_id, scenario, part)


def _read_offset(reader: Reader) -> tuple[float, str]:
    """What is added to the baseline, with its unit; 0 where nothing is."""
    sign = reader.take(_SIGN)
    if not sign:
        reader.finish("+, - or the end")
        return 0.0, ""
    amount = reader.number("a finite number such as 0.01")
    unit = reader.take(_UNIT)
    reader.finish("a unit or the end")
    return (-amount if sign == "-" else amount), unit


def _read_term(reader: Reader, sign: float) -> Term:
    weight = 1.0
    if reader.at_number:
        at = reader.position
        weight = reader.number("a finite number such as 0.002")
        if not weight:
            reader.refuse("a weight other than 0", at)
        at = reader.position
        if not reader.take(_TIMES):
            reader.refuse("* or x", at)
    named = _read_figure(reader)
    return Term(sign * weight, named.figure_id, named.scenario, named.part_text)
