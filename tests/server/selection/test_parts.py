"""Figures of one class or one slice are named as reports show them, and refused with a remedy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.server.errors import BakeoffError, ExpressionError, UnknownFigureError
from bakeoff.server.selection import (
    KnownParts,
    Part,
    PartKind,
    QualityKey,
    conditions_named,
    known_figures,
    parse_constraint,
    parse_objective,
    resolve_constraint,
    resolve_figure,
    resolve_objective,
)

KNOWN = known_figures(["accuracy", "f1.macro"], ["single-stream"])
PARTS = KnownParts(
    classes=("refund", "card arrival", "top up"),
    set_classes=("refund", "card arrival"),
    conditions=("length >= 200",),
    columns=("language", "doc id"),
    buckets=("class", "length", "confidence", "difficulty", "attribute"),
    metric_ids=("log_loss",),
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("recall{class=refund} >= 0.9", "recall{class=refund}"),
        ("recall{ class = card arrival } >= 90%", "recall{class=card arrival}"),
        ("f1{class='refund'} > baseline", "f1{class=refund}"),
        ("accuracy{slice=length >= 200} >= 0.8", "accuracy{slice=length >= 200}"),
        ("accuracy{slice='length >= 200'}>=0.8", "accuracy{slice=length >= 200}"),
        ("accuracy{slice=language=de} >= baseline - 1pt", "accuracy{slice=language=de}"),
        ("accuracy{slice=`doc id`=a@b} >= 0.5", "accuracy{slice=`doc id`=a@b}"),
        ("log_loss{slice=class:refund} <= 1.1 x baseline", "log_loss{slice=class:refund}"),
        ("accuracy{slice=length:33-64} >= 0.5", "accuracy{slice=length:33-64}"),
        ("accuracy{slice=confidence:0.8-0.9} >= 0.5", "accuracy{slice=confidence:0.8-0.9}"),
    ],
)
def test_a_class_or_slice_stands_between_braces(text: str, key: str) -> None:
    assert key == resolve_constraint(parse_constraint(text), KNOWN, PARTS).key


@given(st.text(min_size=1, max_size=30), st.sampled_from(PartKind))
@settings(deadline=None)
def test_every_name_can_be_written_and_is_read_back(name: str, kind: PartKind) -> None:
    part = Part(kind, name)

    found = parse_constraint(f"accuracy{{{part.text}}} >= 0.5")

    assert part.text == found.part
    assert QualityKey("accuracy", part) == QualityKey.of(found.key)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy{refund} >= 1", 'expected class= or slice= at character 10; got "refund}"'),
        ("accuracy{slice=} >= 1", "expected the name of a slice, between quotes where it holds"),
        ("accuracy{slice=a{b} >= 1", 'expected } at character 17; got "{b}"'),
        ("accuracy{class='a >= 1", "expected the name of a class, between quotes where it holds"),
        ("accuracy{slice=a >= 1", "expected } at character 22; got the end"),
    ],
)
def test_braces_that_cannot_be_read_are_refused_at_their_place(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_constraint(text)

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recall{class=refnud} >= 1", 'there is no class "refnud"; did you mean refund?'),
        ("recall{class=zzz} >= 1", 'no class "zzz"; there is refund, card arrival and top up'),
        (
            "accuracy{class=refund} >= 1",
            (
                "accuracy is not found of a class, precision, recall, f1, roc_auc and "
                "average_precision are; of the examples of that class write "
                "accuracy{slice=class:refund}"
            ),
        ),
        ("accuracy{slice=length >= 20} >= 1", "did you mean length >= 200?"),
        ("accuracy{slice=langauge=de} >= 1", "did you mean language=VALUE?"),
        ("accuracy{slice=column:language=de} >= 1", "did you mean language=VALUE?"),
        ("accuracy{slice=class:refunds} >= 1", "did you mean class:refund?"),
        ("accuracy{slice=length:short} >= 1", 'such as "length:33-64"; got "length:short"'),
        ("accuracy{slice=difficulty:all-right} >= 1", "figures in them have no intervals"),
        (
            "accuracy{slice=confidence:0.8-0.9} >= baseline",
            "ask for a bound that is a number",
        ),
        ("mcc{slice=language=de} >= 1", 'finds no "mcc"'),
        ("host_peak_mib{slice=language=de} <= 1", "not found of a slice, metrics alone are"),
        ("accuracy{slice=language=de}@single-stream >= 1", "of the set, not of @single-stream"),
    ],
)
def test_a_part_that_there_is_not_is_refused_with_what_comes_closest(
    text: str, message: str
) -> None:
    with pytest.raises(BakeoffError) as caught:
        resolve_constraint(parse_constraint(text), KNOWN, PARTS)

    assert message in str(caught.value)


def test_slices_of_a_kind_that_is_not_wanted_are_refused() -> None:
    none = KnownParts(conditions=("length > 5",))

    with pytest.raises(UnknownFigureError, match='"length" are not among the buckets'):
        resolve_figure("accuracy{slice=length:1-5}", KNOWN, none)
    with pytest.raises(UnknownFigureError, match="these candidates answer no classes"):
        resolve_figure("recall{class=refund}", KNOWN, none)


def test_objectives_terms_and_the_frontier_may_name_parts() -> None:
    single = resolve_objective(parse_objective("max:recall{class=refund}"), KNOWN, PARTS)
    text = "max:accuracy{slice=language=de} - 0.01*latency_p99_ms within 1pt"
    weighted = resolve_objective(parse_objective(text), KNOWN, PARTS)

    assert "recall{class=refund}" == single.key
    expected = ("accuracy{slice=language=de}", "latency_p99_ms@single-stream")
    assert expected == weighted.figure_keys
    assert "f1{class=top up}" == resolve_figure("f1{class=top up}", KNOWN, PARTS).key


def test_conditions_that_expressions_name_are_told_apart_from_other_slices() -> None:
    found = conditions_named(
        ["accuracy{slice=length > 5} >= 0.5", "accuracy{slice=language=de} >= 0.5", "mcc >= 0"],
        ["max:accuracy{slice=length > 5}", 'max:accuracy{slice=label == "a"} - 2*load_ms'],
        ["accuracy", "f1{class=length > 7}"],
    )

    assert ["length > 5", 'label == "a"'] == found
