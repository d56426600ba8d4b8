"""The language of conditions."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.server.errors import ExpressionError
from bakeoff.server.slices import Examples, LabelKind, check_predicate, parse_predicate
from bakeoff.server.slices.predicate import _TERMINAL_WORDS, MOST_CHARACTERS, _parser

MakeExamples = Callable[..., Examples]

COLUMNS = {
    "source": ["web", "mail", None, "web"],
    "year": ["1999", "2001", "unknown", None],
    "doc id": ["1", "2", "3", "4"],
    "length": ["long", "short", "long", "short"],
}


@pytest.fixture
def examples(make_examples: MakeExamples) -> Examples:
    return make_examples(
        4,
        lengths=[1, 64, 65, 200],
        columns=COLUMNS,
        labels=[frozenset({"x"}), frozenset({"y"}), None, frozenset({"x", "y"})],
    )


def holding(text: str, examples: Examples) -> list[int]:
    return [int(one) for one in parse_predicate(text).condition.holds(examples).nonzero()[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("length > 64", [2, 3]),
        ("length >= 64", [1, 2, 3]),
        ("length<2", [0]),
        ("length <= 64.5", [0, 1]),
        ("length == 1e0", [0]),
        ("length != 1", [1, 2, 3]),
        ("length in (1, 200)", [0, 3]),
        ("length not in (1, 200)", [1, 2]),
        ('source == "web"', [0, 3]),
        ("source == 'web'", [0, 3]),
        ('source in ("web", "mail")', [0, 1, 3]),
        ('id == "e2"', [2]),
        ('id in ("e0", "e3")', [0, 3]),
        ('label == "x"', [0, 3]),
        ('label in ("y", "z")', [1, 3]),
        ('label != "x"', [1]),
        ("year >= 2000", [1]),
        ("year == 1999.0", [0]),
        ('year == "1999.0"', []),
        ("`doc id` in (1, '2')", [0, 1]),
        ('`length` == "long"', [0, 2]),
        ('source == "web" and length > 64', [3]),
        ('source == "web" or length > 64', [0, 2, 3]),
        ('length > 64 or length < 2 and source == "mail"', [2, 3]),
        ('(length > 64 or length < 2) and source == "web"', [0, 3]),
        ("not length > 64", [0, 1]),
        ('not length > 64 and source == "web"', [0]),
        ("not (length > 64 or length < 2)", [1]),
        ("not not length > 64", [2, 3]),
    ],
)
def test_a_condition_holds_for_the_examples_that_fulfil_it(
    examples: Examples, text: str, expected: list[int]
) -> None:
    assert expected == holding(text, examples)


def test_an_example_without_a_value_fulfils_no_comparison(examples: Examples) -> None:
    """Neither with `==` nor with `!=`; `not` turns that round."""
    assert [0, 3] == holding('source == "web"', examples)
    assert [1] == holding('source != "web"', examples)
    assert [1, 2] == holding('not source == "web"', examples)


def test_a_value_that_is_no_number_is_none_of_them(examples: Examples) -> None:
    assert [0, 1] == holding("year > 0", examples)
    assert [1, 2] == holding("year != 1999", examples)


def test_words_that_begin_like_an_operator_are_names(make_examples: MakeExamples) -> None:
    columns = {name: ["1", "2"] for name in ("order", "android", "note", "index")}
    examples = make_examples(2, columns=columns)
    for name in columns:
        assert [1] == holding(f"{name} == 2", examples)


def test_quotes_are_written_with_a_backslash(make_examples: MakeExamples) -> None:
    examples = make_examples(2, columns={"said": ['"no"', "\\"]})
    assert [0] == holding(r'said == "\"no\""', examples)
    assert [0] == holding("said == '\"no\"'", examples)
    assert [1] == holding(r'said == "\\"', examples)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "at character 1; got the end"),
        ("length", 'an operator (==, !=, <, <=, >, >=), "not" or "in" at character 7'),
        ("length >", "expected a number or a text between quotes at character 9; got the end"),
        ("length > 3 4", 'expected "and", "or" or the end at character 12; got "4"'),
        ("(length > 3", 'expected ")" at character 12; got the end'),
        ("length > 3)", 'at character 11; got ")"'),
        ("length in ()", 'expected a number or a text between quotes at character 12; got ")"'),
        ("64 < length", 'at character 1; got "64"'),
        ('source = "web"', 'at character 8; got "="'),
        ('source == "web', "at character 11"),
        ("@", 'at character 1; got "@"'),
        ("length > 3\nand id", 'at character 11; got "\n"'),
        ("x" * (MOST_CHARACTERS + 1), "may have 500 characters, got 501"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_predicate(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "text", ["(" * 240 + "length > 1" + ")" * 240, "not " * 122 + "length > 1"]
)
def test_depth_is_no_trouble(examples: Examples, text: str) -> None:
    assert [1, 2, 3] == holding(text, examples)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["length", "source", "(", ")", "and", "or", "not", "in", ",", "==", "<", "3", '"web"']
        ),
        max_size=12,
    )
)
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    """Whatever comes, it is a condition or an ExpressionError."""
    predicate = None
    with contextlib.suppress(ExpressionError):
        predicate = parse_predicate(" ".join(words))
    assert predicate is None or [] != list(predicate.condition.comparisons())


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            'origin == "web"',
            LabelKind.CLASSES,
            "there is no origin; there is id, length, label, `doc id`, `length`, source, year",
        ),
        ('label == "x"', LabelKind.NONE, "the set has no label; there is id, length, `doc id`"),
        ('length == "long"', LabelKind.CLASSES, 'length is a number; got "long"'),
        ('label == "x"', LabelKind.NUMBER, 'label is a number; got "x"'),
        ("label > 2", LabelKind.CLASSES, "label is a text and takes ==, != and in; got >"),
        ("label == 2", LabelKind.CLASSES, "label is a text, to be set between quotes; got 2"),
        ('id > "a"', LabelKind.CLASSES, "id is a text and takes"),
        ('source < "web"', LabelKind.CLASSES, '< takes a number; got "web"'),
    ],
)
def test_what_does_not_fit_the_set_is_refused(text: str, kind: LabelKind, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        check_predicate(parse_predicate(text), COLUMNS, kind)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('source == "web" and length > 64', LabelKind.NONE),
        ("label > 2.5", LabelKind.NUMBER),
        ('label in ("x", "y")', LabelKind.CLASSES),
        ("year > 1999 or `doc id` == 1", LabelKind.NONE),
    ],
)
def test_what_fits_the_set_is_taken(text: str, kind: LabelKind) -> None:
    check_predicate(parse_predicate(text), COLUMNS, kind)


def test_a_number_as_label_is_compared(make_examples: MakeExamples) -> None:
    examples = make_examples(3, labels=[1.0, 2.5, None])
    assert [1] == holding("label > 2", examples)
    assert [0] == holding("label == 1", examples)


def test_every_word_of_the_grammar_has_words_for_people() -> None:
    names = {terminal.name for terminal in _parser().terminals} - set(_parser().ignore_tokens)
    assert names <= set(_TERMINAL_WORDS)
