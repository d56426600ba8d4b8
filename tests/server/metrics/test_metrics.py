"""The register of metrics, and values that are not defined."""

from collections.abc import Callable

import numpy as np
import pytest

from bakeoff.server.errors import UnknownFigureError
from bakeoff.server.metrics import METRICS, distinct_metrics, metric_named
from bakeoff.server.tasks import Sample
from bakeoff.server.types import Direction
from bakeoff.v1 import ClassificationHead

MakeSample = Callable[..., Sample]

SHAPES = [
    ("SINGLE_LABEL", "LOGITS", (0,), (0, 3)),
    ("MULTI_LABEL", "LOGITS", (0, 3), (0, 3)),
    ("REGRESSION", "VALUE", (0,), (0, 1)),
]


def test_a_metric_is_found_by_its_id() -> None:
    assert METRICS["f1.macro"] is metric_named("f1.macro")


def test_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownFigureError, match=r"metric must be one of accuracy, .*got 'bleu'"):
        metric_named("bleu")


def test_what_is_accuracy_under_another_name_is_compared_once() -> None:
    """For single labels micro averages and weighted recall are; for many labels they are not."""
    single, multi = (
        ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        ClassificationHead.PROBLEM_TYPE_MULTI_LABEL,
    )
    asked = ("f1.macro", "accuracy", "f1.micro", "recall.weighted", "precision.weighted")
    assert ("f1.macro", "accuracy", "precision.weighted") == distinct_metrics(asked, single)
    assert asked == distinct_metrics(asked, multi)
    assert ("recall.micro", "mcc") == distinct_metrics(
        ["recall.micro", "precision.micro", "mcc"], single
    )


def test_metrics_that_claim_to_be_accuracy_are(single: Sample) -> None:
    aliases = [metric for metric in METRICS.values() if single.problem_type in metric.accuracy_for]
    (errors,) = (metric for metric in aliases if metric.direction is Direction.LOWER_IS_BETTER)
    assert 6 == len(aliases)
    accuracy = METRICS["accuracy"].value(single)
    assert accuracy is not None
    same = [metric.value(single) for metric in aliases if metric is not errors]
    assert [pytest.approx(accuracy, abs=1e-12)] * 5 == same
    assert pytest.approx(1 - accuracy, abs=1e-12) == errors.value(single)


def test_every_metric_says_which_way_is_better() -> None:
    """Losses and errors are better when low, all others when high."""
    lower = {"aurc", "brier", "ece", "error_rate", "hamming_loss", "log_loss", "mae", "mse"}
    assert lower == {
        name for name, metric in METRICS.items() if metric.direction is Direction.LOWER_IS_BETTER
    }


def test_every_metric_has_a_unit_and_a_method() -> None:
    assert {"log_loss": "nat"} == {
        name: metric.unit for name, metric in METRICS.items() if metric.unit != "1"
    }
    assert all(metric.method for metric in METRICS.values())


@pytest.mark.parametrize(("problem", "scale", "truth", "values"), SHAPES)
def test_no_metric_has_a_value_without_examples(
    make_sample: MakeSample,
    problem: str,
    scale: str,
    truth: tuple[int, ...],
    values: tuple[int, ...],
) -> None:
    """And each says why."""
    empty = make_sample(np.empty(truth), np.empty(values), problem, scale)
    assert {None} == {metric.value(empty) for metric in METRICS.values()}
    assert all(metric.absent_reason(empty) for metric in METRICS.values())


def test_a_metric_of_probabilities_has_no_value_on_margins(make_sample: MakeSample) -> None:
    """A ranking has one: the order of margins is enough for it."""
    sample = make_sample([0, 1], [[2.0, -1.0], [0.0, 1.0]], scale="MARGINS")
    for metric_id in ("log_loss", "brier", "ece"):
        metric = METRICS[metric_id]
        assert metric.value(sample) is None
        assert "needs probabilities; the model gives margins" == metric.absent_reason(sample)
    assert 1.0 == METRICS["roc_auc"].value(sample)


@pytest.mark.parametrize("metric_id", ["log_loss", "brier", "ece"])
def test_preparing_a_metric_of_probabilities_without_them_is_an_error(
    make_sample: MakeSample, metric_id: str
) -> None:
    """Callers ask first whether it is defined."""
    sample = make_sample([0, 1], [[2.0, -1.0], [0.0, 1.0]], scale="MARGINS")
    with pytest.raises(ValueError, match="the sample has none"):
        METRICS[metric_id].over(sample)


def test_a_metric_of_two_classes_has_no_value_on_three(make_sample: MakeSample) -> None:
    sample = make_sample([0, 1, 2], np.eye(3))
    for metric in METRICS.values():
        if metric.binary:
            assert "defined for two classes; the model has 3" == metric.absent_reason(sample)
            assert metric.value(sample) is None


def test_the_area_under_the_curve_has_no_value_with_one_class(make_sample: MakeSample) -> None:
    sample = make_sample([0, 0], [[2.0, -1.0], [0.0, 1.0]])
    expected = "needs a class that some scored examples have and others have not"
    for metric_id in ("roc_auc", "roc_auc.macro"):
        assert METRICS[metric_id].value(sample) is None
        assert expected == METRICS[metric_id].absent_reason(sample)


def test_average_precision_has_no_value_without_the_second_class(
    make_sample: MakeSample,
) -> None:
    sample = make_sample([0, 0], [[2.0, -1.0], [0.0, 1.0]])
    metric = METRICS["average_precision"]
    assert metric.value(sample) is None
    assert "no scored example has the class 'c1'" == metric.absent_reason(sample)
    assert 1.0 == METRICS["average_precision.macro"].value(sample)


def test_precision_is_0_where_nothing_is_predicted(make_sample: MakeSample) -> None:
    """As scikit-learn has it with zero_division=0; the method says so."""
    sample = make_sample([0, 1], [[2.0, 1.0], [2.0, 1.0]])
    assert 0.0 == METRICS["precision"].value(sample)
    assert "0 where its denominator is 0" in METRICS["precision"].method
