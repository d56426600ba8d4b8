"""What the fields of slices may hold, on their own and for a set."""

import pytest

from bakeoff.server.api.slice_fields import complete_slices, fill_slices
from bakeoff.server.errors import BakeoffError, ExpressionError, InvalidFieldError
from bakeoff.server.slices import BUCKETS
from bakeoff.v1 import (
    Candidate,
    ClassificationHead,
    EvaluationSet,
    EvaluationSpec,
    LabelKind,
    Manifest,
    SliceSettings,
)


def settings(**fields: object) -> SliceSettings:
    return SliceSettings(**fields)


def candidate(
    problem_type: "ClassificationHead.ProblemType.ValueType" = (
        ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL
    ),
) -> Candidate:
    return Candidate(
        name="candidates/a",
        manifest=Manifest(
            task="text-classification",
            classification=ClassificationHead(problem_type=problem_type, labels=["a", "b", "c"]),
        ),
    )


def evaluation_set(
    *attributes: str, kind: "LabelKind.ValueType" = LabelKind.LABEL_KIND_CLASS
) -> EvaluationSet:
    return EvaluationSet(
        name="evaluationSets/s",
        task="text-classification",
        label_kind=kind,
        attribute_names=attributes,
    )


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"columns": ["c"] * 2}, "spec.slices.columns"),
        ({"columns": [f"c{index}" for index in range(17)]}, "spec.slices.columns"),
        ({"predicates": ["length > 3"] * 2}, "spec.slices.predicates"),
        ({"predicates": [f"length > {index}" for index in range(65)]}, "spec.slices.predicates"),
        ({"buckets": ["length", "size"]}, "spec.slices.buckets[1]"),
        ({"buckets": ["length", "length"]}, "spec.slices.buckets"),
        ({"buckets": ["none", "length"]}, "spec.slices.buckets"),
        ({"min_example_count": -1}, "spec.slices.min_example_count"),
        ({"false_discovery_rate": -0.1}, "spec.slices.false_discovery_rate"),
        ({"false_discovery_rate": 0.5}, "spec.slices.false_discovery_rate"),
        ({"false_discovery_rate": float("nan")}, "spec.slices.false_discovery_rate"),
        ({"metrics": ["f1.macro"] * 2}, "spec.slices.metrics"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_field(
    fields: dict[str, object], at_fault: str
) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        fill_slices(settings(**fields))
    assert at_fault == caught.value.metadata["field"]


def test_a_condition_that_cannot_be_read_is_refused_with_field_and_place() -> None:
    with pytest.raises(ExpressionError, match="at character 8; got the end") as caught:
        fill_slices(settings(predicates=["length > 3", "length ="[:-1]]))
    assert "spec.slices.predicates[1]" == caught.value.metadata["field"]
    assert str(caught.value).startswith("spec.slices.predicates[1]: ")


def test_none_stands_for_no_automatic_slices() -> None:
    given = settings(buckets=["none"])
    fill_slices(given)
    assert ["none"] == given.buckets


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"columns": ["origin"]}, "must be an attribute of the set, one of source, year; got"),
        ({"predicates": ['origin == "web"']}, "there is no origin; there is id, length, label"),
        ({"predicates": ["label > 3"]}, "label is a text and takes"),
        ({"metrics": ["pearson"]}, "pearson is not defined for what these candidates answer"),
        (
            {"metrics": ["speed"]},
            "spec.slices.metrics[0]: there is no metric 'speed'; there is acc",
        ),
        (
            {"metrics": ["f1.marco"]},
            "'f1.marco'; did you mean f1.macro or f1.micro? There is accu",
        ),
    ],
)
def test_what_does_not_fit_the_set_is_refused(fields: dict[str, object], words: str) -> None:
    spec = EvaluationSpec(slices=settings(**fields))
    with pytest.raises(BakeoffError) as caught:
        complete_slices(spec, [candidate()], evaluation_set("year", "source"))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "at_fault", "subject"),
    [
        (
            {"constraints": ["accuracy >= 0.5", "accuracy{slice=size > 3} >= 0.8"]},
            "spec.constraints[1]",
            'constraint "accuracy{slice=size > 3} >= 0.8"',
        ),
        (
            {"objectives": ["max:accuracy{slice=size > 3}"]},
            "spec.objectives[0]",
            'objective "max:accuracy{slice=size > 3}"',
        ),
        (
            {"frontier_figures": ["mcc", "accuracy{slice=size > 3}"]},
            "spec.frontier_figures[1]",
            'figure "accuracy{slice=size > 3}"',
        ),
        ({}, "spec.slices.predicates[1]", "spec.slices.predicates[1]"),
    ],
)
def test_a_condition_that_does_not_fit_the_set_is_told_by_what_asks_for_it(
    fields: dict[str, list[str]], at_fault: str, subject: str
) -> None:
    spec = EvaluationSpec(slices=settings(predicates=["length > 3", "size > 3"]), **fields)
    with pytest.raises(ExpressionError) as caught:
        complete_slices(spec, [candidate()], evaluation_set())
    assert at_fault == caught.value.metadata["field"]
    words = f'{subject}: the condition "size > 3": there is no size; there is'
    assert str(caught.value).startswith(words)


def test_a_column_of_a_set_without_attributes_is_refused() -> None:
    spec = EvaluationSpec(slices=settings(columns=["source"]))
    with pytest.raises(InvalidFieldError, match="left out: the set has none") as caught:
        complete_slices(spec, [candidate()], evaluation_set())
    assert "spec.slices.columns[0]" == caught.value.metadata["field"]


def test_the_main_metric_is_filled_in() -> None:
    spec = EvaluationSpec(slices=settings(columns=["source"], predicates=["length > 3"]))
    complete_slices(spec, [candidate()], evaluation_set("source"))
    assert ["accuracy"] == spec.slices.metrics
    real = EvaluationSpec(slices=settings(predicates=["label > 3"]))
    head = ClassificationHead.PROBLEM_TYPE_REGRESSION
    complete_slices(real, [candidate(head)], evaluation_set(kind=LabelKind.LABEL_KIND_VALUE))
    assert ["pearson"] == real.slices.metrics


def test_every_bucket_may_be_asked_for() -> None:
    given = settings(buckets=list(BUCKETS))
    fill_slices(given)
    assert list(BUCKETS) == given.buckets
