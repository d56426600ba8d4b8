"""The language of conditions, such as `source == "web" and length > 64`.

The grammar is in `predicate.lark`; what a condition means is in `condition`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from bakeoff.server.errors import ExpressionError
from bakeoff.server.slices.columns import written
from bakeoff.server.slices.condition import (
    IN,
    NOT_IN,
    ORDERED,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Field,
    Not,
    Source,
    Value,
)
from bakeoff.server.slices.examples import Examples, LabelKind
from bakeoff.server.slices.slice import Kind, Slice

MOST_CHARACTERS = 500

_OWN_FIELDS = {"id": Source.ID, "length": Source.LENGTH, "label": Source.LABEL}
_ESCAPED = re.compile(r"\\(.)")
_LONGEST_WORD_SHOWN = 40
_TERMINAL_WORDS = {
    "OPERATOR": "an operator (==, !=, <, <=, >, >=)",
    "WORD": "a field",
    "QUOTED": "a field between backquotes",
    "NUMBER": "a number",
    "TEXT": "a text between quotes",
    "AND": '"and"',
    "OR": '"or"',
    "NOT": '"not"',
    "IN": '"in"',
    "LPAR": '"("',
    "RPAR": '")"',
    "COMMA": '","',
    "$END": "the end",
}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition as it was written, and read."""

    text: str
    condition: Condition


def parse_predicate(text: str) -> Predicate:
    """Read a condition. Raises ExpressionError naming the place where it cannot be read."""
    if len(text) > MOST_CHARACTERS:
        message = f"a condition may have {MOST_CHARACTERS} characters, got {len(text)}"
        raise ExpressionError(message)
    try:
        condition = _parser().parse(text)
    except UnexpectedInput as failure:
        raise _unreadable(text, failure) from None
    # The parser leads each rule through `_Reading`, which makes nothing but conditions.
    return Predicate(text, condition)  # type: ignore[arg-type] # lark says Tree whatever it gives


def check_predicate(
    predicate: Predicate, column_names: Collection[str], label_kind: LabelKind
) -> None:
    """Check that a set has what a condition looks at, and that its values fit.

    Raises ExpressionError naming the fields that there are.
    """
    for comparison in predicate.condition.comparisons():
        fault = _fault(comparison, column_names, label_kind)
        if fault:
            message = f'the condition "{predicate.text}": {fault}'
            raise ExpressionError(message)


def predicate_slice(predicate: Predicate, examples: Examples) -> Slice:
    """The examples that fulfil a condition."""
    return Slice(
        id=predicate.text,
        kind=Kind.PREDICATE,
        title=predicate.text,
        members=np.asarray(predicate.condition.holds(examples), dtype=np.bool_),
    )


@v_args(inline=True)
class _Reading(Transformer[Token, Any]):
    """Makes a condition of what the grammar finds."""

    def plain_field(self, word: Token) -> Field:
        return Field(_OWN_FIELDS.get(str(word), Source.ATTRIBUTE), str(word))

    def quoted_field(self, quoted: Token) -> Field:
        return Field(Source.ATTRIBUTE, quoted[1:-1])

    def number(self, token: Token) -> float:
        return float(token)

    def text(self, token: Token) -> str:
        return _ESCAPED.sub(r"\1", token[1:-1])

    def comparison(self, field: Field, operator: Token, value: Value) -> Comparison:
        return Comparison(field, str(operator), (value,))

    def membership(self, field: Field, *values: Value) -> Comparison:
        return Comparison(field, IN, values)

    def exclusion(self, field: Field, *values: Value) -> Comparison:
        return Comparison(field, NOT_IN, values)

    def negation(self, part: Condition) -> Not:
        return Not(part)

    def both(self, *parts: Condition) -> AllOf:
        return AllOf(parts)

    def either(self, *parts: Condition) -> AnyOf:
        return AnyOf(parts)


@cache
def _parser() -> Lark:
    grammar = files(__package__).joinpath("predicate.lark").read_text(encoding="utf-8")
    # The transformer runs while it parses: no tree, and no recursion over one, is made of what
    # somebody else wrote.
    return Lark(grammar, parser="lalr", transformer=_Reading())


def _unreadable(text: str, failure: UnexpectedInput) -> ExpressionError:
    if isinstance(failure, UnexpectedToken) and failure.token.type != "$END":
        came = f'"{failure.token[:_LONGEST_WORD_SHOWN]}"'
    elif isinstance(failure, UnexpectedCharacters):
        came = f'"{failure.char}"'
    else:
        came = "the end"
    place = len(text) + 1 if came == "the end" else failure.column
    expected: Collection[str] = ()
    if isinstance(failure, UnexpectedToken):
        # What is expected by the table of the parser may not be accepted in this place.
        expected = failure.accepts
    elif isinstance(failure, UnexpectedEOF):
        expected = failure.expected
    elif isinstance(failure, UnexpectedCharacters):
        expected = failure.allowed or ()
    allowed = [words for name, words in _TERMINAL_WORDS.items() if name in expected]
    return ExpressionError(
        f'the condition "{text}": expected {", ".join(allowed[:-1])}{" or " if allowed[1:] else ""}'
        f"{allowed[-1]} at character {place}; got {came}"
    )


def _fault(comparison: Comparison, column_names: Collection[str], label_kind: LabelKind) -> str:
    """What is wrong with a comparison for a set; nothing when it fits."""
    field = comparison.field
    missing = ""
    if field.source is Source.ATTRIBUTE and field.name not in column_names:
        missing = f"there is no {field.name}"
    if field.source is Source.LABEL and label_kind is LabelKind.NONE:
        missing = "the set has no label"
    if missing:
        return f"{missing}; there is {_known(column_names, label_kind)}"
    return _misfit(comparison, label_kind)


def _misfit(comparison: Comparison, label_kind: LabelKind) -> str:
    """What is wrong with operator and values for the field; nothing when they fit."""
    field, is_ordered = comparison.field, comparison.operator in ORDERED
    texts = [value for value in comparison.values if isinstance(value, str)]
    numbers = [value for value in comparison.values if not isinstance(value, str)]
    fault = ""
    if _is_number(field, label_kind):
        if texts:
            fault = f'{field.name} is a number; got "{texts[0]}"'
    elif field.source is not Source.ATTRIBUTE:
        if is_ordered:
            fault = f"{field.name} is a text and takes ==, != and in; got {comparison.operator}"
        elif numbers:
            fault = f"{field.name} is a text, to be set between quotes; got {numbers[0]:g}"
    elif is_ordered and texts:
        fault = f'{comparison.operator} takes a number; got "{texts[0]}"'
    return fault


def _is_number(field: Field, label_kind: LabelKind) -> bool:
    if field.source is Source.LABEL:
        return label_kind is LabelKind.NUMBER
    return field.source is Source.LENGTH


def _known(column_names: Collection[str], label_kind: LabelKind) -> str:
    own = [name for name in _OWN_FIELDS if name != "label" or label_kind is not LabelKind.NONE]
    return ", ".join([*own, *(_attribute(name) for name in sorted(column_names))])


def _attribute(name: str) -> str:
    """The name of an attribute as a condition must write it."""
    return f"`{name}`" if name in _OWN_FIELDS else written(name)
