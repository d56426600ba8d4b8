"""Single-label metrics give what scikit-learn gives."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import calibration, metrics
from sklearn.exceptions import UndefinedMetricWarning

from bakeoff.server.metrics import METRICS, confusion, per_class
from bakeoff.server.tasks import Sample

MakeSample = Callable[..., Sample]


def _reference(function: Callable[..., Any], *args: object, **kwargs: object) -> float:
    """Call scikit-learn without its warnings about what it sets to 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        warnings.simplefilter("ignore", UserWarning)
        return float(function(*args, **kwargs))


def _value(metric_id: str, sample: Sample) -> float | None:
    return METRICS[metric_id].value(sample)


def test_accuracy_is_that_of_scikit_learn_to_the_last_bit(single: Sample) -> None:
    assert metrics.accuracy_score(single.truth, single.predicted) == _value("accuracy", single)


def test_balanced_accuracy_is_that_of_scikit_learn(single: Sample) -> None:
    expected = _reference(metrics.balanced_accuracy_score, single.truth, single.predicted)
    assert pytest.approx(expected, abs=1e-12) == _value("balanced_accuracy", single)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_averages_over_classes_are_those_of_scikit_learn(
    single: Sample, name: str, average: str
) -> None:
    """Classes that neither occur nor are predicted are left out; 0 replaces 0 / 0."""
    function = getattr(metrics, f"{name}_score")
    expected = _reference(
        function, single.truth, single.predicted, average=average, zero_division=0
    )
    assert pytest.approx(expected, abs=1e-12) == _value(f"{name}.{average}", single)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_figures_of_the_second_of_two_classes_are_those_of_scikit_learn(
    single: Sample, name: str
) -> None:
    """With more classes they are not defined."""
    if len(single.labels) > 2:
        assert _value(name, single) is None
        return
    function = getattr(metrics, f"{name}_score")
    expected = _reference(function, single.truth, single.predicted, zero_division=0)
    assert pytest.approx(expected, abs=1e-12) == _value(name, single)


def test_the_matthews_correlation_is_that_of_scikit_learn(single: Sample) -> None:
    expected = _reference(metrics.matthews_corrcoef, single.truth, single.predicted)
    assert pytest.approx(expected, abs=1e-12) == _value("mcc", single)


def test_the_area_under_the_roc_curve_is_that_of_scikit_learn(single: Sample) -> None:
    """Macro: over the classes that some examples have and others have not."""
    areas = [
        metrics.roc_auc_score(single.truth == index, single.scores[:, index])
        for index in range(len(single.labels))
        if 0 < np.count_nonzero(single.truth == index) < single.size
    ]
    expected = pytest.approx(np.mean(areas), abs=1e-12) if areas else None
    assert expected == _value("roc_auc.macro", single)
    if len(single.labels) == 2:
        expected = pytest.approx(areas[1], abs=1e-12) if areas else None
        assert expected == _value("roc_auc", single)


def test_the_macro_area_is_the_one_against_rest_average_of_scikit_learn(
    make_sample: MakeSample,
) -> None:
    """Where every class occurs."""
    rng = np.random.default_rng(5)
    truth = np.arange(400) % 8
    sample = make_sample(truth, rng.normal(size=(400, 8)) + 2 * np.eye(8)[truth])
    expected = metrics.roc_auc_score(truth, sample.probabilities, multi_class="ovr")
    assert pytest.approx(expected, abs=1e-12) == _value("roc_auc.macro", sample)


def test_average_precision_is_that_of_scikit_learn(single: Sample) -> None:
    """Macro: over the classes that occur."""
    by_class = {
        index: metrics.average_precision_score(single.truth == index, single.scores[:, index])
        for index in range(len(single.labels))
        if (single.truth == index).any()
    }
    expected = np.mean(list(by_class.values()))
    assert pytest.approx(expected, abs=1e-12) == _value("average_precision.macro", single)
    if len(single.labels) == 2:
        positive = pytest.approx(by_class[1], abs=1e-12) if 1 in by_class else None
        assert positive == _value("average_precision", single)


def test_log_loss_is_that_of_scikit_learn(single: Sample) -> None:
    labels = range(len(single.labels))
    expected = metrics.log_loss(single.truth, single.probabilities, labels=labels)
    assert pytest.approx(expected, rel=1e-12) == _value("log_loss", single)


def test_a_right_class_given_probability_0_8_costs_0_223(make_sample: MakeSample) -> None:
    """-ln 0.8, positive: less is better."""
    sample = make_sample([0], [[0.8, 0.2]], scale="PROBABILITIES")
    assert pytest.approx(-math.log(0.8), abs=1e-15) == _value("log_loss", sample)
    assert 0.223 == round(_value("log_loss", sample) or 0.0, 3)


def test_a_certain_mistake_costs_36_nats_and_not_infinity(make_sample: MakeSample) -> None:
    sample = make_sample([1], [[1.0, 0.0]], scale="PROBABILITIES")
    assert pytest.approx(-math.log(np.finfo(np.float64).eps)) == _value("log_loss", sample)


def test_the_brier_score_is_that_of_scikit_learn(single: Sample) -> None:
    """Of the second of two classes, and summed over three or more."""
    labels = list(range(len(single.labels)))
    shares = single.probabilities
    assert shares is not None
    forecast = shares[:, 1] if len(labels) == 2 else shares
    expected = metrics.brier_score_loss(single.truth, forecast, labels=labels)
    assert pytest.approx(expected, abs=1e-12) == _value("brier", single)


def test_the_brier_score_of_two_classes_is_half_the_sum_over_both(
    make_sample: MakeSample,
) -> None:
    """0.09 for a probability that is off by 0.3; summed over three classes it is 0.18."""
    two = make_sample([1], [[0.3, 0.7]], scale="PROBABILITIES")
    three = make_sample([1], [[0.3, 0.7, 0.0]], scale="PROBABILITIES")
    assert pytest.approx(0.09) == _value("brier", two)
    assert pytest.approx(0.18) == _value("brier", three)


def test_the_calibration_error_is_that_of_the_calibration_curve(single: Sample) -> None:
    """Bins of scikit-learn's curve, weighed by how many predictions fall into each."""
    confidence = single.confidence
    assert confidence is not None
    accuracies, confidences = calibration.calibration_curve(single.right, confidence, n_bins=15)
    sizes = np.histogram(confidence, bins=15, range=(0, 1))[0]
    weights = sizes[sizes > 0] / single.size
    expected = float((weights * np.abs(accuracies - confidences)).sum())
    assert pytest.approx(expected, abs=1e-12) == _value("ece", single)


def test_the_confusion_matrix_is_that_of_scikit_learn(single: Sample) -> None:
    labels = range(len(single.labels))
    expected = metrics.confusion_matrix(single.truth, single.predicted, labels=labels)
    np.testing.assert_array_equal(confusion(single), expected)


def test_each_class_has_the_figures_of_scikit_learn(single: Sample) -> None:
    """A class that neither occurs nor is predicted has none."""
    labels = range(len(single.labels))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        expected = metrics.precision_recall_fscore_support(
            single.truth, single.predicted, labels=labels, zero_division=0
        )
    for index, values in enumerate(per_class(single)):
        assert single.labels[index] == values.label
        assert expected[3][index] == values.support
        true, predicted = single.truth == index, single.predicted == index
        assert int(predicted.sum()) == values.predicted_count
        assert int((true & predicted).sum()) == values.hit_count
        actual = (values.precision, values.recall, values.f1)
        if (true | predicted).any():
            assert pytest.approx([figure[index] for figure in expected[:3]], abs=1e-12) == actual
        else:
            assert (None, None, None) == actual
        _assert_ranking_figures(single, index, values.roc_auc, values.average_precision)


def _assert_ranking_figures(
    sample: Sample, index: int, roc_auc: float | None, average_precision: float | None
) -> None:
    true, scores = sample.truth == index, sample.scores[:, index]
    if 0 < true.sum() < sample.size:
        assert pytest.approx(metrics.roc_auc_score(true, scores), abs=1e-12) == roc_auc
    else:
        assert roc_auc is None
    if true.any():
        expected = metrics.average_precision_score(true, scores)
        assert pytest.approx(expected, abs=1e-12) == average_precision
    else:
        assert average_precision is None
