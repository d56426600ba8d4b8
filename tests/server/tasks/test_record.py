"""Predictions as a person reads them."""

from collections.abc import Callable

import pytest

from bakeoff.server.tasks.text_classification import record
from bakeoff.v1 import (
    ClassificationHead,
    ClassNames,
    ExampleKey,
    Label,
    Prediction,
    PredictionRecord,
    TextInput,
)

Head = Callable[..., ClassificationHead]
Key = Callable[..., ExampleKey]
Predict = Callable[..., Prediction]

TEXT = TextInput(text="a small furry mammal")


def _record(
    key: ExampleKey, prediction: Prediction, head: ClassificationHead, **mapping: str
) -> PredictionRecord:
    return record("e-1", TEXT, key, prediction, head=head, label_mapping=mapping)


def test_a_record_sets_the_answer_beside_the_label(
    head: Head, key: Key, prediction: Predict
) -> None:
    shares = head(scale="PROBABILITIES")
    answer = prediction(7, [0.25, 0.5, 0.25], token_count=6)
    expected = PredictionRecord(
        example_id="e-1",
        index=7,
        text=TEXT,
        label=Label(class_name="tool"),
        predicted=Label(class_name="plant"),
        probabilities={"animal": 0.25, "plant": 0.5, "tool": 0.25},
        prediction=answer,
        correct=False,
    )
    assert expected == _record(key("tool"), answer, shares)


def test_a_mapped_label_and_an_index_count_as_right(
    head: Head, key: Key, prediction: Predict
) -> None:
    """By the rules by which examples are scored."""
    answer = prediction(0, [9, 0, 0])
    assert _record(key("Tier"), answer, head(), Tier="animal").correct
    assert _record(key("0"), answer, head()).correct
    assert not _record(key("1"), answer, head()).correct


def test_an_example_without_a_label_is_neither_right_nor_wrong(
    head: Head, key: Key, prediction: Predict
) -> None:
    actual = _record(key(), prediction(0, [9, 0, 0]), head())
    assert "animal" == actual.predicted.class_name
    assert not actual.HasField("label")
    assert not actual.HasField("correct")


@pytest.mark.parametrize("values", [None, [float("nan"), 0, 0]])
def test_a_failed_example_has_no_answer(
    head: Head, key: Key, prediction: Predict, values: list[float] | None
) -> None:
    answer = prediction(0, values, non_finite_count=0 if values is None else 1)
    actual = _record(key("animal"), answer, head())
    assert not actual.HasField("predicted")
    assert not actual.HasField("correct")
    assert {} == dict(actual.probabilities)


def test_many_labels_are_right_when_all_of_them_are(
    head: Head, key: Key, prediction: Predict
) -> None:
    many = head(problem="MULTI_LABEL", scale="PROBABILITIES")
    answer = prediction(0, [0.75, 0.25, 0.5])
    actual = _record(key(["tool", "animal"]), answer, many)
    assert Label(class_names=ClassNames(names=["animal", "tool"])) == actual.predicted
    assert {"animal": 0.75, "plant": 0.25, "tool": 0.5} == dict(actual.probabilities)
    assert actual.correct
    assert not _record(key(["tool"]), answer, many).correct


def test_a_number_is_neither_right_nor_wrong(head: Head, key: Key, prediction: Predict) -> None:
    actual = _record(key(2.0), prediction(0, [2.0]), head(["score"], "REGRESSION", "VALUE"))
    assert Label(value=2.0) == actual.predicted
    assert {} == dict(actual.probabilities)
    assert not actual.HasField("correct")


def test_margins_have_no_probabilities(head: Head, key: Key, prediction: Predict) -> None:
    actual = _record(key("animal"), prediction(0, [2.0, 1.0, -3.0]), head(scale="MARGINS"))
    assert {} == dict(actual.probabilities)
    assert actual.correct
