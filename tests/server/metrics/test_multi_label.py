"""Multi-label metrics give what scikit-learn gives."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics
from sklearn.exceptions import UndefinedMetricWarning

from bakeoff.server.metrics import METRICS, confusion, per_class
from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]


def test_accuracy_counts_an_example_as_right_when_all_its_labels_are(multi: Sample) -> None:
    """Subset accuracy, to the last bit."""
    expected = metrics.accuracy_score(multi.truth, multi.predicted)
    assert expected == METRICS["accuracy"].value(multi)


def test_the_hamming_loss_is_that_of_scikit_learn(multi: Sample) -> None:
    expected = metrics.hamming_loss(multi.truth, multi.predicted)
    assert pytest.approx(expected, abs=1e-12) == METRICS["hamming_loss"].value(multi)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_averages_over_classes_are_those_of_scikit_learn(
    multi: Sample, name: str, average: str
) -> None:
    """Over all classes, those that never occur included."""
    function = getattr(metrics, f"{name}_score")
    expected = function(multi.truth, multi.predicted, average=average, zero_division=0)
    assert pytest.approx(expected, abs=1e-12) == METRICS[f"{name}.{average}"].value(multi)


def test_the_macro_area_is_the_mean_over_classes_that_can_be_ranked(multi: Sample) -> None:
    """Not the class that always occurs, nor the one that never does."""
    areas = metrics.roc_auc_score(multi.truth[:, :-2], multi.scores[:, :-2], average="macro")
    assert pytest.approx(areas, abs=1e-12) == METRICS["roc_auc.macro"].value(multi)


def test_macro_average_precision_is_the_mean_over_classes_that_occur(multi: Sample) -> None:
    """The class that always occurs has average precision 1."""
    expected = metrics.average_precision_score(multi.truth[:, :-1], multi.scores[:, :-1])
    assert pytest.approx(expected, abs=1e-12) == METRICS["average_precision.macro"].value(multi)


def test_log_loss_is_the_mean_over_classes_of_that_of_scikit_learn(multi: Sample) -> None:
    shares = multi.probabilities
    assert shares is not None
    losses = [
        metrics.log_loss(multi.truth[:, index], shares[:, index], labels=[False, True])
        for index in range(len(multi.labels))
    ]
    assert pytest.approx(np.mean(losses), rel=1e-12) == METRICS["log_loss"].value(multi)


def test_the_brier_score_is_the_mean_over_classes_of_that_of_scikit_learn(multi: Sample) -> None:
    shares = multi.probabilities
    assert shares is not None
    scores = [
        metrics.brier_score_loss(
            multi.truth[:, index], shares[:, index], labels=[False, True], pos_label=True
        )
        for index in range(len(multi.labels))
    ]
    assert pytest.approx(np.mean(scores), abs=1e-12) == METRICS["brier"].value(multi)


def test_each_class_has_the_figures_of_scikit_learn(multi: Sample) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        expected = metrics.precision_recall_fscore_support(
            multi.truth, multi.predicted, zero_division=0
        )
    for index, values in enumerate(per_class(multi)):
        actual = (values.precision, values.recall, values.f1, values.support)
        assert pytest.approx([figure[index] for figure in expected], abs=1e-12) == actual


def test_what_belongs_to_single_labels_is_not_defined(multi: Sample) -> None:
    assert confusion(multi) is None
    for metric_id in ("balanced_accuracy", "mcc", "ece", "roc_auc"):
        assert "not defined for multi label" == METRICS[metric_id].absent_reason(multi)


def test_averages_of_a_set_in_which_no_class_occurs_are_0(make_sample: MakeSample) -> None:
    """As scikit-learn has it; rankings have no value."""
    sample = make_sample(np.zeros((3, 2)), np.full((3, 2), -1.0), "MULTI_LABEL")
    assert 0.0 == METRICS["f1.weighted"].value(sample)
    assert 0.0 == METRICS["f1.micro"].value(sample)
    assert 1.0 == METRICS["accuracy"].value(sample)
    assert METRICS["average_precision.macro"].value(sample) is None
    assert "no scored example has a class" == METRICS["average_precision.macro"].absent_reason(
        sample
    )
