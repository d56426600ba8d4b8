"""Problem type and labels of a configuration."""

import pytest

from bakeoff.exporter.errors import LabelsMismatchError, OptionError
from bakeoff.exporter.head import Head, ProblemType, Scale, head_of_config
from bakeoff.v1 import ClassificationHead

NAMES = {"0": "bad", "1": "good"}


def test_labels_come_in_the_order_of_their_numbers() -> None:
    names = {str(index): f"c{index}" for index in reversed(range(12))}

    assert tuple(f"c{index}" for index in range(12)) == head_of_config({"id2label": names}).labels


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"id2label": NAMES}, ProblemType.SINGLE_LABEL),
        ({"id2label": {"0": "score"}}, ProblemType.REGRESSION),
        (
            {"id2label": NAMES, "problem_type": "multi_label_classification"},
            ProblemType.MULTI_LABEL,
        ),
        (
            {"id2label": NAMES, "problem_type": "single_label_classification"},
            ProblemType.SINGLE_LABEL,
        ),
        ({"id2label": {"0": "score"}, "problem_type": "regression"}, ProblemType.REGRESSION),
        ({"num_labels": 3}, ProblemType.SINGLE_LABEL),
    ],
)
def test_the_problem_type_is_that_of_the_configuration(
    config: dict[str, object], expected: ProblemType
) -> None:
    assert expected is head_of_config(config).problem_type


def test_what_the_user_says_goes_before_the_configuration() -> None:
    head = head_of_config(
        {"id2label": NAMES}, problem_type=ProblemType.MULTI_LABEL, labels=["x", "y"]
    )

    assert Head(ProblemType.MULTI_LABEL, ("x", "y"), Scale.LOGITS) == head


def test_a_regression_answers_with_a_value() -> None:
    assert Scale.VALUE is head_of_config({"id2label": {"0": "score"}}).scale


@pytest.mark.parametrize(
    ("config", "labels", "match"),
    [
        ({"id2label": NAMES}, ["a"], "2 outputs; got 1"),
        ({"id2label": {"0": "a", "2": "b"}}, None, "number the outputs 0 to 1"),
        ({"id2label": {"0": "a", "1": "a"}}, None, "repeated: a"),
        ({}, None, "neither `id2label` nor `num_labels`"),
        (
            {"id2label": {"0": "a"}, "problem_type": "single_label_classification"},
            None,
            "needs two",
        ),
        ({"id2label": NAMES, "problem_type": "regression"}, None, "regression has one output"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    config: dict[str, object], labels: list[str] | None, match: str
) -> None:
    with pytest.raises(LabelsMismatchError, match=match):
        head_of_config(config, labels=labels)


def test_an_unknown_problem_type_is_refused_with_those_there_are() -> None:
    with pytest.raises(OptionError, match=r"multi_label_classification.*got 'ranking'"):
        head_of_config({"id2label": NAMES, "problem_type": "ranking"})


def test_a_configuration_without_labels_takes_those_of_the_user() -> None:
    assert ("a", "b", "c") == head_of_config({}, labels=["a", "b", "c"]).labels


def test_every_kind_of_head_has_its_place_in_the_contract() -> None:
    for problem_type, labels in (
        (ProblemType.SINGLE_LABEL, ("a", "b")),
        (ProblemType.MULTI_LABEL, ("a", "b")),
        (ProblemType.REGRESSION, ("score",)),
    ):
        for scale in Scale:
            proto = Head(problem_type, labels, scale).to_proto("out")

            expected = f"PROBLEM_TYPE_{problem_type.name}", f"SCALE_{scale.name}"
            assert expected == (
                ClassificationHead.ProblemType.Name(proto.problem_type),
                ClassificationHead.Scale.Name(proto.scale),
            )
