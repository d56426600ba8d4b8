"""Which slices are looked at."""

from collections.abc import Callable

from bakeoff.server.slices import (
    BUCKETS,
    Examples,
    Sliceable,
    SliceChoice,
    parse_predicate,
    slices_of,
)

MakeExamples = Callable[..., Examples]
SourceOf = Callable[..., Sliceable]


def choice(
    *columns: str, predicates: tuple[str, ...] = (), buckets: tuple[str, ...] = (), least: int = 2
) -> SliceChoice:
    return SliceChoice(columns, [parse_predicate(text) for text in predicates], buckets, least)


def test_columns_come_first_then_conditions_then_buckets(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    columns = {"source": ["web", "web", "mail", "mail"], "kind": ["k", "l", "k", "l"]}
    source = source_of(make_examples(4, lengths=[1, 1, 2, 2], columns=columns))
    drawn = slices_of(
        source, choice("source", predicates=("length > 1",), buckets=("attribute", "length"))
    )
    assert [
        "source=mail",
        "source=web",
        "length > 1",
        "kind=k",
        "kind=l",
        "length:1-1",
        "length:2-2",
    ] == [found.id for found in drawn.slices]
    assert () == drawn.left_out


def test_a_slice_of_too_few_examples_is_left_out_and_told_where_it_was_asked_for(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    columns = {"source": ["web", "web", "web", "mail"]}
    source = source_of(make_examples(4, lengths=[1, 1, 1, 2], columns=columns))
    drawn = slices_of(source, choice("source", predicates=("length > 1",), buckets=("length",)))
    assert ["source=web", "length:1-1"] == [found.id for found in drawn.slices]
    assert (
        'The slice "source: mail" holds 1 example and is not looked at: it takes 2.',
        'The slice "length > 1" holds 1 example and is not looked at: it takes 2.',
    ) == drawn.left_out


def test_a_column_may_have_up_to_50_values(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    values = [str(index) for index in range(60) for _ in range(1 + (index < 50))]
    source = source_of(make_examples(len(values), columns={"number": values}))
    drawn = slices_of(source, choice("number", least=1))
    assert 50 == len(drawn.slices)
    assert {2} == {found.example_count for found in drawn.slices}


def test_a_set_without_examples_has_no_slices(
    make_examples: MakeExamples, source_of: SourceOf
) -> None:
    drawn = slices_of(source_of(make_examples(0)), choice(buckets=tuple(BUCKETS)))
    assert () == drawn.slices
